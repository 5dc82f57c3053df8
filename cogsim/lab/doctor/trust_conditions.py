"""Why a condition of a trust policy does not hold: audience, kind of login, external id, MFA, a key misspelt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cogsim.decision import Step
from cogsim.decisions.saml_attributes import CONDITION_KEYS
from cogsim.errors import suggest
from cogsim.lab.doctor.cause import Cause, Changed, Cure
from cogsim.lab.doctor.oidc_registration import misspelt
from cogsim.lab.doctor.question import PersonKind, Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.trust_reading import Assumer, prefix, with_statement
from cogsim.lab.doctor.written import in_call, in_trust
from cogsim.policy.document import Condition, Operator, Qualifier
from cogsim.world.iam import Role
from cogsim.world.world import World

_ABSENT = "absent"
_AMR = Operator("StringLike", Qualifier.FOR_ANY)
_STS = ("sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity", "sts:TransitiveTagKeys", "aws:TagKeys")
_MFA = ("aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge")
_OIDC = ("aud", "sub", "amr", "email", "oaud", "repository", "ref", "environment", "actor", "job_workflow_ref")
_SAML = ("aud", "doc", "iss", "namequalifier", "sub", "sub_type")


def failing_condition(symptom: Symptom, role: Role, at: int, reading: Step, party: Assumer) -> Cause | None:
    """The first condition of the statement that does not hold, and what would make it."""
    facts = dict(reading.facts)
    failed = _condition(role, at, facts.get("operator", ""), facts.get("key", ""))
    if failed is None:
        return None
    found, key = facts.get("value", _ABSENT), failed.key.casefold()
    if key == "sts:externalid":
        return _external_id(failed, found)
    if key in (each.casefold() for each in _MFA):
        return _mfa(symptom, role, at, failed, party)
    if found == _ABSENT:
        provider, issuer = symptom.world.oidc_providers.get(party[1]), str(symptom.claims.get("iss", ""))
        if provider is not None and provider.url != issuer:  # the keys begin with the Url as it is registered
            return misspelt(provider, issuer)
        return _never_there(role, at, failed, party)
    if key.endswith(":amr"):
        return _kind_of_login(symptom, role, at, failed, found)
    return _other_value(role, at, failed, found)


def _condition(role: Role, at: int, operator: str, key: str) -> Condition | None:
    for each in role.trust.statements[at].conditions:
        if (str(each.operator), each.key) == (operator, key):
            return each
    return None


def _external_id(failed: Condition, found: str) -> Cause:
    wanted = failed.values[0] if len(failed.values) == 1 and not set(failed.values[0]) & set("*?$") else None
    missing = found == _ABSENT
    what = "the call has no external id" if missing else "the call has another external id than the role asks for"
    why = f"the trust policy tests {failed.operator} {failed.key} {', '.join(failed.values)}; the call has {found}"
    key = "external-id-missing" if missing else "external-id-wrong"
    if wanted is None:
        advice = "send the external id that was agreed on; not tried: the policy has a pattern, not a value"
        return Cause(key, what, why, failed.location, None, advice, "ug:confused-deputy")

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, external_id=wanted)

    cure = Cure("send the external id that was agreed on", in_call({"ExternalId": wanted}), apply, in_world=False)
    return Cause(key, what, why, failed.location, cure, source="sts:AssumeRole")


def _mfa(symptom: Symptom, role: Role, at: int, failed: Condition, party: Assumer) -> Cause:
    what = "the trust policy asks for a second factor, and the call proves none"
    why = f"the condition {failed.operator} {failed.key} {', '.join(failed.values)} does not hold"
    person = symptom.question.person
    devices = [each for each in symptom.world.mfa_devices.values() if person and each.user_arn == person.home]
    if person is None or person.kind is not PersonKind.IAM_USER or symptom.question.via:
        return Cause(
            "mfa-in-federation",
            "the trust policy asks for a second factor, which this caller can never prove",
            f"{why}: only an IAM user's own call can carry one, and {party[1]} is none",
            failed.location,
            _dropped(role, at, failed, "let the provider ask for the second factor, and take the condition away"),
            source="ug:mfa-api",
        )
    if not devices:
        advice = (
            f"enable an MFA device for {person} and call with its code; not tried: the world has no device of theirs"
        )
        return Cause("mfa-required", what, why, failed.location, None, advice, "ug:mfa-api")

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, mfa=True)

    write = in_call({"SerialNumber": devices[0].serial_number, "TokenCode": "<the code that the device shows>"})
    cure = Cure("call with the serial number and the present code of the user's device", write, apply, in_world=False)
    return Cause("mfa-required", what, why, failed.location, cure, source="ug:mfa-api")


def _never_there(role: Role, at: int, failed: Condition, party: Assumer) -> Cause:
    """A key that the request does not have: misspelt, or of another kind of caller."""
    known = sorted(set(_known(party)))
    why = f"the condition {failed.operator} tests {failed.key}, which is not in the request"
    near = suggest(failed.key, known)
    if near is None or failed.key.casefold() in (each.casefold() for each in known):
        cure = _dropped(role, at, failed, "see that the call carries the key, or take the condition away")
        what = "the trust policy tests a key that this call does not have"
        return Cause("trust-key-absent", what, why, failed.location, cure, source="ug:condition-operators")
    meant = replace(failed, key=near)
    return Cause(
        "trust-key-misspelt",
        f"the trust policy tests a key that there is not: {failed.key}",
        f"{why}; {near} is",
        failed.location,
        _changed(role, at, failed, meant, f"write {near}"),
        source="ug:iam-condition-keys",
    )


def _known(party: Assumer) -> Iterator[str]:
    """The keys that a call of this party can have in a trust evaluation."""
    begins = prefix(party)
    names = {"aws": (), "saml": _SAML}.get(begins, _OIDC)
    yield from (f"{begins}:{name}" for name in names)
    if begins == "saml":
        yield from CONDITION_KEYS.values()
    yield from (*_STS, *_MFA)


def _kind_of_login(symptom: Symptom, role: Role, at: int, failed: Condition, found: str) -> Cause:
    """The role is for the other kind of identity: for guests, or for those who signed in; or for another provider."""
    kind = found.partition(",")[0]
    meant = replace(failed, operator=_AMR, values=(kind,))
    return Cause(
        "trust-amr",
        f"the trust policy is not for {'guests' if kind == 'unauthenticated' else 'identities of this kind'}",
        f"it tests {failed.operator} {failed.key} {', '.join(failed.values)}; the token's amr is {found}",
        failed.location,
        _changed(
            role, at, failed, meant, f"ask for {kind} if the role is for them; else attach another role to the pool"
        ),
        source="ci:iam-roles",
    )


_KEYS = {"aud": "trust-audience", "sub": "trust-subject"}
_WHAT = {
    "trust-audience": "the trust policy names another audience",
    "trust-subject": "the trust policy names another subject",
    "trust-condition": "a condition of the trust policy does not hold",
}


def _other_value(role: Role, at: int, failed: Condition, found: str) -> Cause:
    key = _KEYS.get(failed.key.rpartition(":")[2].casefold(), "trust-condition")
    why = f"it tests {failed.operator} {failed.key} {', '.join(failed.values)}; the request has {found}"
    if failed.operator.name.startswith(("StringEquals", "StringLike", "ArnEquals", "ArnLike")):
        meant = replace(failed, values=(found,))
        cure = _changed(role, at, failed, meant, f"write {found}, if that is whom the role is for")
    else:
        cure = _dropped(role, at, failed, "change the condition so that it holds of this call, or take it away")
    return Cause(key, _WHAT[key], why, failed.location, cure, source="ug:condition-operators")


def _changed(role: Role, at: int, old: Condition, new: Condition, say: str) -> Cure:
    statement = role.trust.statements[at]
    conditions = tuple(new if each is old else each for each in statement.conditions)
    changed = replace(statement, conditions=conditions)

    def apply(world: World, question: Question) -> Changed:
        return with_statement(world, role.arn, at, changed), question

    value = new.values[0] if len(new.values) == 1 else list(new.values)
    write = in_trust(role.origin, role.name, {"Condition": {str(new.operator): {new.key: value}}})
    return Cure(say, write, apply)


def _dropped(role: Role, at: int, failed: Condition, say: str) -> Cure:
    statement = role.trust.statements[at]
    changed = replace(statement, conditions=tuple(each for each in statement.conditions if each is not failed))

    def apply(world: World, question: Question) -> Changed:
        return with_statement(world, role.arn, at, changed), question

    return Cure(say, f"# tried without {failed.operator} {failed.key} in statement {at + 1} of {role.name}", apply)
