"""A role that is named where it should not be: where that stands, which role was meant, and the world with that one."""

from __future__ import annotations

from dataclasses import replace

from cogsim.arn import Arn
from cogsim.errors import Location, suggest
from cogsim.lab.doctor.cause import Changed, Cure
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_call, in_resource
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World


def stand_in(world: World, arn: str, account: str) -> str | None:
    """The role of `account` that was most likely meant by `arn`: one of its name, or of a name like it."""
    own = {role.name: each for each, role in world.roles.items() if Arn.parse(each).account == account}
    parsed = Arn.try_parse(arn)
    name = parsed.name if parsed is not None else arn
    if name in own and own[name] != arn:
        return own[name]
    near = suggest(name, own)
    return own[near] if near is not None and own[near] != arn else None


def chosen_at(symptom: Symptom, arn: str) -> Location | None:
    """Where the configuration names the role: the step that chose it says so."""
    for step in reversed(symptom.steps):
        if ("role", arn) in step.facts:
            return step.location
    return None


def role_instead(symptom: Symptom, old: str, new: str) -> Cure:
    """`new` wherever the pool, its mappings or the groups of user pools name `old`; in the call where that names it."""
    pool = symptom.pool
    if symptom.question.role_arn == old or pool is None:
        member = "CustomRoleArn" if symptom.operation.startswith("cognito") else "RoleArn"

        def in_question(world: World, question: Question) -> Changed:
            return world, replace(question, role_arn=new)

        return Cure(f"name {new} in the call", in_call({member: new}), in_question, in_world=False)

    def apply(world: World, question: Question) -> Changed:
        return _replaced(world, pool.id, old, new), question

    return Cure(f"write {new} in the place of {old}", _written(symptom, pool, old, new), apply)


def _replaced(world: World, pool_id: str, old: str, new: str) -> World:
    pool = world.identity_pools[pool_id]
    roles = Map({kind: new if arn == old else arn for kind, arn in pool.roles.items()})
    mappings = Map(
        {
            key: replace(
                mapping, rules=tuple(replace(r, role_arn=new) if r.role_arn == old else r for r in mapping.rules)
            )
            for key, mapping in pool.role_mappings.items()
        }
    )
    world = world.with_identity_pool(replace(pool, roles=roles, role_mappings=mappings))
    for group in world.pool_groups.values():
        if group.role_arn == old:
            world = world.with_pool_group(replace(group, role_arn=new))
    return world


def _written(symptom: Symptom, pool: IdentityPool, old: str, new: str) -> str:
    """The change where the role was chosen."""
    for kind, arn in pool.roles.items():
        if arn == old:
            return in_resource(pool.roles_origin, pool.name, {"Roles": {kind: new}})
    for key, mapping in pool.role_mappings.items():
        for rule in mapping.rules:
            if rule.role_arn == old:
                changed = {"Claim": rule.claim, "MatchType": rule.match, "Value": rule.value, "RoleARN": new}
                return in_resource(
                    pool.roles_origin, pool.name, {"RoleMappings": {key: {"RulesConfiguration": {"Rules": [changed]}}}}
                )
    for group in symptom.world.pool_groups.values():
        if group.role_arn == old:
            return in_resource(group.origin, group.name, {"RoleArn": new})
    return f"# {new} in the place of {old}"
