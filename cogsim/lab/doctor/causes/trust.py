"""Why a role's trust policy does not admit somebody: no such role, another principal, a missing action, a Deny."""

from __future__ import annotations

from dataclasses import replace

from cogsim.errors import suggest
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.role_instead import chosen_at, role_instead, stand_in
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.trust_conditions import failing_condition
from cogsim.lab.doctor.trust_reading import Asked, Assumer, asked, assumer, meant, names, statement_at, with_statement
from cogsim.lab.doctor.written import in_trust
from cogsim.policy.document import Condition, Operator, Patterns, Principals, Statement
from cogsim.world.iam import Role
from cogsim.world.world import World

_ACTIONS = frozenset(
    f"sts:{name}"
    for name in ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "TagSession", "SetSourceIdentity")
)
_GUARD = "does a pool of another account need a statement that tests its audience?"
_WHY_ACTION = {
    "sts:TagSession": (
        "trust-tag-session",
        "the session gets tags, an action of its own: else whoever may assume a role could give itself any tag",
    ),
    "sts:SetSourceIdentity": (
        "trust-source-identity",
        "the session has a source identity, which is an action of its own and needed in every role of a chain",
    ),
}


@reads("layer:trust")
def not_admitted(symptom: Symptom) -> Cause | None:
    """The trust policy refuses: by a Deny, or because no Allow of it applies."""
    role, found = symptom.role, asked(symptom)
    if found is None:
        return None
    if role is None:
        return _no_such_role(symptom)
    if symptom.fact("effect") == "Deny":
        return _denied(symptom, role, found)
    party = assumer(symptom)
    if not found.readings and _guarded(symptom):
        return _no_audience(symptom, role, party)
    at = meant(role, found, party)
    if at is None:
        advice = (
            f"write a statement that allows {found.action} to {party[1]}; not tried: which conditions it needs is yours"
        )
        what = "the trust policy allows nobody anything"
        return Cause("trust-empty", what, "", role.origin.at("AssumeRolePolicyDocument"), None, advice, "ug:principal")
    return _fault(symptom, role, found, party, at)


def _fault(symptom: Symptom, role: Role, found: Asked, party: Assumer, at: int) -> Cause | None:
    """The first element of the statement that does not fit."""
    statement = role.trust.statements[at]
    reading = next((step for step in found.readings if statement_at(role, step) == at), None)
    element = dict(reading.facts).get("element", "") if reading is not None else "Action"
    if element == "Principal" or (element == "Action" and not names(statement, party)):
        return _other_principal(symptom, role, party, at)
    if element == "Action":
        return _action_missing(role, found.action, at)
    if element == "Condition" and reading is not None:
        return failing_condition(symptom, role, at, reading, party)
    return None


def _no_such_role(symptom: Symptom) -> Cause:
    arn = symptom.role_arn
    new = stand_in(symptom.world, arn, symptom.account)
    advice = "create the role, or name another; not tried: no role of that account has a name like it"
    return Cause(
        "role-missing",
        "the role does not exist",
        f"STS answers for {arn} as for a role that trusts nobody, so that nobody learns which roles there are",
        chosen_at(symptom, arn),
        None if new is None else role_instead(symptom, arn, new),
        advice,
        "sts:AssumeRole",
    )


def _denied(symptom: Symptom, role: Role, found: Asked) -> Cause | None:
    step = symptom.refusing
    if step is None:
        return None
    at, action = statement_at(role, step), found.action

    def apply(world: World, question: Question) -> Changed:
        return with_statement(world, role.arn, at, None), question

    say = "take the Deny out of the trust policy, or give it a condition that spares this caller"
    cure = Cure(say, f"# without statement {at + 1} of the trust policy of {role.name}", apply)
    why = f"{step.found}; a Deny refuses whatever else allows {action}"
    return Cause("trust-denies", "the trust policy denies it explicitly", why, step.location, cure, source=step.source)


def _other_principal(symptom: Symptom, role: Role, party: Assumer, at: int) -> Cause:
    statement = role.trust.statements[at]
    kind, value = party
    held = statement.principals.entries if statement.principals is not None else ()
    kept = tuple(entry for entry in held if _exists(symptom.world, entry))
    principals = Principals(False, (*kept, party))
    written: dict[str, list[str]] = {}
    for entry_kind, entry in principals.entries:
        written.setdefault(entry_kind, []).append(entry)
    shown = {each: found[0] if len(found) == 1 else found for each, found in written.items()}
    cure = _statement_cure(
        role,
        at,
        replace(statement, principals=principals),
        f"name {kind}: {value} in the Principal of {_called(statement, at)}",
        {"Principal": shown},
    )
    named = ", ".join(f"{each}: {text}" for each, text in held) or "nobody"
    return Cause(
        "trust-principal",
        "the trust policy names another principal",
        f"whoever asks is {kind}: {value}; the statement names {named}",
        statement.principals_at or statement.location,
        cure,
        source="ug:principal",
    )


def _exists(world: World, entry: tuple[str, str]) -> bool:
    """Whether a principal is somebody of this world, who keeps the role; what is nobody is replaced."""
    kind, value = entry
    if kind == "AWS":
        return value in world.users or value in world.roles or value.endswith(":root") or value.isdigit()
    if kind == "Federated":
        return value in world.saml_providers or value in world.oidc_providers
    return kind == "Service" and not value.startswith("cognito-identity")


def _action_missing(role: Role, action: str, at: int) -> Cause:
    statement = role.trust.statements[at]
    held = statement.actions.values
    slip = suggest(action, [each for each in held if each not in _ACTIONS and "*" not in each])
    if statement.actions.negated:
        values = tuple(each for each in held if each.casefold() != action.casefold())
    else:
        values = (*(each for each in held if each != slip), action)
    changed = replace(statement, actions=Patterns(values, statement.actions.negated))
    key, why = _WHY_ACTION.get(action, ("trust-action", f"{_called(statement, at)} allows {', '.join(held)}"))
    element = "NotAction" if statement.actions.negated else "Action"
    say = f"{'write' if slip else 'add'} {action} in the {element} of {_called(statement, at)}"
    shown = values[0] if len(values) == 1 else list(values)
    return Cause(
        key,
        f"the trust policy does not allow {action}",
        why,
        statement.actions_at or statement.location,
        _statement_cure(role, at, changed, say, {element: shown}),
        source="ug:session-tags" if action == "sts:TagSession" else "ug:principal",
    )


def _guarded(symptom: Symptom) -> bool:
    step = symptom.step(_GUARD)
    return step is not None and step.answer.startswith("yes")


def _no_audience(symptom: Symptom, role: Role, party: Assumer) -> Cause | None:
    """STS takes a foreign account's identity pool only where a statement tests its audience."""
    whole = meant(role, Asked(symptom.sts.call.operation), party)
    if whole is None:
        return None
    statement, pool = role.trust.statements[whole], str(symptom.question.pool_id)
    key = f"{party[1]}:aud"
    if any(one.key.casefold() == key.casefold() for one in statement.conditions):
        return None
    tested = replace(statement, conditions=(*statement.conditions, Condition(Operator("StringEquals"), key, (pool,))))
    cure = _statement_cure(
        role, whole, tested, f"test {key} in {_called(statement, whole)}", {"Condition": {"StringEquals": {key: pool}}}
    )
    return Cause(
        "trust-without-audience",
        "the role is of another account, and its trust policy does not test the audience",
        "any identity pool of any account would get in (the confused deputy), so STS passes such a statement over",
        statement.location,
        cure,
        source="ci:iam-roles",
    )


def _statement_cure(role: Role, at: int, statement: Statement, say: str, elements: dict[str, object]) -> Cure:
    def apply(world: World, question: Question) -> Changed:
        return with_statement(world, role.arn, at, statement), question

    return Cure(say, in_trust(role.origin, role.name, elements), apply)


def _called(statement: Statement, at: int) -> str:
    return f"statement {at + 1}{f' ({statement.sid})' if statement.sid else ''}"
