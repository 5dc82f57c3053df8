"""Why an identity pool turns somebody away whatever the proof: guests off, the classic flow off, another's identity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_resource
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World


@reads("does the pool admit guests?")
def guests_off(symptom: Symptom) -> Cause | None:
    """AllowUnauthenticatedIdentities is off."""
    pool = symptom.pool
    if pool is None:
        return None
    return Cause(
        "guests-off",
        "the identity pool admits no guests",
        "the call has no Logins, so its caller is a guest, and AllowUnauthenticatedIdentities is off",
        pool.origin.at("AllowUnauthenticatedIdentities"),
        _setting(
            pool, "AllowUnauthenticatedIdentities", "switch guests on, or send Logins", allow_unauthenticated=True
        ),
        source="ci:GetId",
    )


@reads("does the pool allow the basic (classic) flow?")
def classic_flow(symptom: Symptom) -> Cause | None:
    """The three ways in which the classic flow is closed."""
    pool = symptom.pool
    if pool is None:
        return None
    why = "GetOpenIdToken belongs to the basic (classic) flow, which lets the caller try any role"
    if not pool.allow_classic_flow:
        say = "switch the classic flow on, or use the enhanced flow (GetCredentialsForIdentity)"
        cure = _setting(pool, "AllowClassicFlow", say, allow_classic_flow=True)
        place = pool.origin.at("AllowClassicFlow")
        return Cause("classic-flow-off", "the classic flow is off", why, place, cure, source="ci:authentication-flow")
    if pool.role_mappings:
        return _mappings_in_the_way(pool, why)
    return Cause(
        "classic-flow-saml",
        "the classic flow takes no SAML login",
        why,
        pool.origin.at("SamlProviderARNs"),
        advice="use the enhanced flow (GetCredentialsForIdentity); not tried: it is another question",
        source="ci:saml",
    )


def _mappings_in_the_way(pool: IdentityPool, why: str) -> Cause:
    def apply(world: World, question: Question) -> Changed:
        return world.with_identity_pool(replace(world.identity_pools[pool.id], role_mappings=Map())), question

    say = "take RoleMappings away, or use the enhanced flow (GetCredentialsForIdentity)"
    return Cause(
        "classic-flow-role-mappings",
        "the classic flow is not supported with role mappings",
        why,
        pool.roles_origin.at("RoleMappings"),
        Cure(say, in_resource(pool.roles_origin, pool.name, {"RoleMappings": {}}), apply),
        source="ci:authentication-flow",
    )


def _setting(pool: IdentityPool, member: str, say: str, **change: Any) -> Cure:
    def apply(world: World, question: Question) -> Changed:
        return world.with_identity_pool(replace(world.identity_pools[pool.id], **change)), question

    return Cure(say, in_resource(pool.origin, pool.name, {member: True}), apply)
