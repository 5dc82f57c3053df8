"""Why an identity pool vends no role: none attached, one of another account, none chosen, one that may not be named."""

from __future__ import annotations

from dataclasses import replace

from cogsim.arn import Arn
from cogsim.decision import Step
from cogsim.decisions.open_id_token import cognito_principal
from cogsim.decisions.role_selection import claim_text
from cogsim.errors import Location
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import PersonKind, Question
from cogsim.lab.doctor.role_instead import chosen_at, role_instead, stand_in
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_call, in_resource
from cogsim.world.identity_pool import IdentityPool, MappingRule, RoleMapping
from cogsim.world.world import World

_RESOLUTION = "AmbiguousRoleResolution"


@reads("which is the authenticated role?", "which is the unauthenticated role?")
def none_attached(symptom: Symptom) -> Cause | None:
    """The pool has no role of the kind that the caller needs."""
    step, pool = symptom.refusing, symptom.pool
    if step is None or pool is None or step.answer != "none is set":
        return None
    kind = step.question.removeprefix("which is the ").removesuffix(" role?")
    fitting = _trusting(symptom.world, pool, kind)
    where = pool.roles_origin.at(f"Roles.{kind}") or pool.origin.location
    what, why = f"the identity pool has no {kind} role", "without a role attached there is nothing to ask STS for"
    if fitting is None:
        advice = f"attach a role that trusts {pool.id}; not tried: no role of the world does"
        return Cause("no-role-attached", what, why, where, None, advice, step.source)

    def apply(world: World, question: Question) -> Changed:
        held = world.identity_pools[pool.id]
        return world.with_identity_pool(replace(held, roles=held.roles.set(kind, fitting))), question

    write = in_resource(pool.roles_origin, f"{pool.name}Roles", {"Roles": {kind: fitting}})
    cure = Cure(f"attach {fitting}, which trusts this pool's {kind} identities", write, apply)
    return Cause("no-role-attached", what, why, where, cure, source=step.source)


def _trusting(world: World, pool: IdentityPool, kind: str) -> str | None:
    """A role of the account whose trust policy names this pool and this kind of identity. One that does not ask for the
    kind is no proposal for guests: it was hardly meant for them."""
    prefix = cognito_principal(pool.partition)
    silent: list[str] = []
    for arn, role in world.roles.items():
        for statement in role.trust.statements:
            said = {one.key.casefold(): one.values for one in statement.conditions}
            if pool.id not in said.get(f"{prefix}:aud", ()) or Arn.parse(arn).account != pool.account:
                continue
            if kind in said.get(f"{prefix}:amr", ()):
                return arn
            silent += [arn] if f"{prefix}:amr" not in said and kind == "authenticated" else []
    return silent[0] if silent else None


@reads("does the role stand in the pool's account?")
def foreign_role(symptom: Symptom) -> Cause | None:
    """The enhanced flow reaches roles of the pool's own account only."""
    step, pool = symptom.refusing, symptom.pool
    if step is None or pool is None:
        return None
    old = step.found
    new = stand_in(symptom.world, old, pool.account)
    return Cause(
        "role-in-another-account",
        "the role that the pool vends stands in another account",
        f"{old} is not of {pool.account}; in the enhanced flow the pool's account alone provides roles",
        chosen_at(symptom, old) or step.location,
        None if new is None else role_instead(symptom, old, new),
        f"vend a role of {pool.account}, or use the basic flow; not tried: that account has no role of this name",
        step.source,
    )


@reads("what if nothing chooses a role?", "which role does the token prefer? (it has none)")
def nothing_chosen(symptom: Symptom) -> Cause | None:
    """The mapping's rules all fail, or the token prefers no role, and the mapping says Deny."""
    pool, step = symptom.pool, symptom.refusing
    chooser = symptom.step("how does the pool choose the role?")
    mapping = pool.role_mappings.get(chooser.found) if pool is not None and chooser is not None else None
    if pool is None or step is None or mapping is None or chooser is None:
        return None
    if mapping.type == "Rules":
        return _no_rule(symptom, pool, chooser.found, mapping, step)
    return _no_preference(symptom, pool, chooser.found, step)


def _no_rule(symptom: Symptom, pool: IdentityPool, key: str, mapping: RoleMapping, step: Step) -> Cause:
    what = "no rule of the role mapping holds, and the mapping denies what is ambiguous"
    near = _near_miss(mapping, symptom)
    if near is None:
        said = "; ".join(each.found for each in symptom.steps if each.question.startswith("rule "))
        return Cause("role-rules-match-none", what, said, step.location, _authenticated(pool, key), source=step.source)
    number, meant = near
    rule = mapping.rules[number]
    why = f"rule {number + 1} asks for {rule.claim} {rule.match} {rule.value!r}; the token has {meant.claim}: " + (
        claim_text(symptom.claims[meant.claim])
    )
    rules = tuple(meant if at == number else each for at, each in enumerate(mapping.rules))
    written = [_written(each) for each in rules]
    members = {"RulesConfiguration": {"Rules": written}}

    def apply(world: World, question: Question) -> Changed:
        return _with_mapping(world, pool, key, replace(mapping, rules=rules)), question

    say = f"write rule {number + 1} as the token has it: names and values are compared with regard to case"
    cure = Cure(say, in_resource(pool.roles_origin, pool.name, {"RoleMappings": {key: members}}), apply)
    where = pool.roles_origin.at(f"RoleMappings.{key}.RulesConfiguration.Rules.{number}")
    return Cause("role-rules-match-none", what, why, where or step.location, cure, source=step.source)


def _near_miss(mapping: RoleMapping, symptom: Symptom) -> tuple[int, MappingRule] | None:
    """A rule that would hold if letters had no case, as the token's claims have it."""
    claims = symptom.claims
    names = {name.casefold(): name for name in sorted(claims)}
    for number, rule in enumerate(mapping.rules):
        name = names.get(rule.claim.casefold())
        if name is None or rule.match == "NotEqual":
            continue
        value = claim_text(claims[name])
        start = value.casefold().find(rule.value.casefold())
        fits = {"Equals": value.casefold() == rule.value.casefold(), "StartsWith": start == 0}.get(
            rule.match, start >= 0
        )
        if fits:
            return number, replace(rule, claim=name, value=value[start : start + len(rule.value)])
    return None


def _written(rule: MappingRule) -> dict[str, str]:
    return {"Claim": rule.claim, "MatchType": rule.match, "Value": rule.value, "RoleARN": rule.role_arn}


def _authenticated(pool: IdentityPool, key: str) -> Cure:
    def apply(world: World, question: Question) -> Changed:
        held = world.identity_pools[pool.id].role_mappings[key]
        return _with_mapping(world, pool, key, replace(held, ambiguous_role_resolution="AuthenticatedRole")), question

    write = in_resource(pool.roles_origin, pool.name, {"RoleMappings": {key: {_RESOLUTION: "AuthenticatedRole"}}})
    return Cure("let the authenticated role stand in, or add a rule that fits", write, apply)


def _with_mapping(world: World, pool: IdentityPool, key: str, mapping: RoleMapping) -> World:
    held = world.identity_pools[pool.id]
    return world.with_identity_pool(replace(held, role_mappings=held.role_mappings.set(key, mapping)))


def _no_preference(symptom: Symptom, pool: IdentityPool, key: str, step: Step) -> Cause:
    roles = symptom.claims.get("cognito:roles")
    listed = [str(each) for each in roles] if isinstance(roles, list | tuple) else []
    what = "the token leaves open which of its roles is meant, and the mapping denies what is ambiguous"
    if not listed:
        why = "the token has no cognito:roles: the user is in no group with a role"
        cure = _authenticated(pool, key)
        return Cause("ambiguous-role", "the token names no role, and the mapping denies that", why, step.location, cure)
    why = f"cognito:roles has {', '.join(listed)} and there is no cognito:preferred_role"
    cure = _preceding(symptom) or _custom(listed[0])
    return Cause("ambiguous-role", what, why, step.location, cure, source=step.source)


def _preceding(symptom: Symptom) -> Cure | None:
    """One of the user's groups made the strongest: its role is then preferred. # idp:groups §precedence"""
    person, world = symptom.question.person, symptom.world
    if person is None or person.kind is not PersonKind.POOL_USER:
        return None
    user = world.pool_users[person.home, person.name]
    groups = [
        world.pool_groups[user.pool_id, name] for name in user.groups if (user.pool_id, name) in world.pool_groups
    ]
    with_roles = [group for group in groups if group.role_arn is not None]
    strengths = [group.precedence for group in groups if group.precedence is not None]
    if not with_roles or min(strengths, default=1) < 1:
        return None
    first, precedence = with_roles[0], min(strengths, default=1) - 1

    def apply(world: World, question: Question) -> Changed:
        held = world.pool_groups[first.pool_id, first.name]
        return world.with_pool_group(replace(held, precedence=precedence)), question

    write = in_resource(first.origin, first.name, {"Precedence": precedence})
    return Cure(f"give one group the lowest Precedence (here {first.name}), or send CustomRoleArn", write, apply)


def _custom(arn: str) -> Cure:
    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, role_arn=arn)

    return Cure("name one of the roles in the call", in_call({"CustomRoleArn": arn}), apply, in_world=False)


@reads(
    "is the role asked for among cognito:roles?",
    "may the caller name a role where no mapping applies?",
    "may the caller name a role where rules choose?",
    "which roles does the assertion give?",
)
def custom_role(symptom: Symptom) -> Cause | None:
    """CustomRoleArn names a role that this login may not choose, or is needed and absent."""
    step, given = symptom.refusing, symptom.outcome.call.params.get("CustomRoleArn")
    if step is None:
        return None
    if given is None:
        several = step.found.split(", ")
        why = f"the assertion gives {step.found}, and the call names none of them"
        return Cause(
            "custom-role-needed", "CustomRoleArn is needed", why, None, _custom(several[0]), source=step.source
        )

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, role_arn=None)

    cure = Cure(
        "leave CustomRoleArn out, or make the role one of those this login may choose", "", apply, in_world=False
    )
    why = f"CustomRoleArn is {given}; what this login may choose: {_choosable(symptom, step)}"
    where = step.location or _mapping_at(symptom)
    return Cause(
        "custom-role-not-allowed", "CustomRoleArn is not a role of this login", why, where, cure, source=step.source
    )


def _choosable(symptom: Symptom, step: Step) -> str:
    roles = symptom.claims.get("cognito:roles")
    return ", ".join(map(str, roles)) if isinstance(roles, list | tuple) else "what the pool would pick by itself"


def _mapping_at(symptom: Symptom) -> Location | None:
    chooser = symptom.step("how does the pool choose the role?")
    if chooser is not None and chooser.location is not None:
        return chooser.location
    return symptom.pool.roles_origin.at("Roles") if symptom.pool is not None else None
