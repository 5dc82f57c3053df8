"""Which roles a pool vends, and which session tags it makes of claims. # ci:rbac, ci:afac"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_identity.pools import on_all, on_pool, pool_of
from cogsim.decisions.caller import caller_account
from cogsim.decisions.identity import admit_pool_operator
from cogsim.decisions.identity_configuration import admit_role, check_principal_tags, read_role_mappings, roles_passed
from cogsim.decisions.trust import COGNITO
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool, PrincipalTags, RoleMapping
from cogsim.world.origin import NOWHERE


@operation("cognito-identity:SetIdentityPoolRoles", requires=on_all("SetIdentityPoolRoles"))
def set_identity_pool_roles(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    Roles: Mapping[str, str],
    RoleMappings: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Roles and mappings as stated, in place of all there were; the caller passes every role. # ci:rbac"""
    pool = _own_pool(ctx, IdentityPoolId)
    mappings = ctx.require(read_role_mappings(RoleMappings or {}))
    for arn in roles_passed(Roles, mappings):
        ctx.require(admit_role(arn, ctx.may("iam:PassRole", arn, {"iam:PassedToService": COGNITO})))
    made = replace(pool, roles=Map(Roles), role_mappings=mappings, roles_origin=NOWHERE)
    ctx.update_world(lambda world: world.with_identity_pool(made))
    return {}


@operation("cognito-identity:GetIdentityPoolRoles", requires=on_pool("GetIdentityPoolRoles"), reads_only=True)
def get_identity_pool_roles(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """The pool's roles and mappings."""
    pool = pool_of(ctx, IdentityPoolId)
    mappings = {key: _described(mapping) for key, mapping in pool.role_mappings.items()}
    response: dict[str, Any] = {"IdentityPoolId": pool.id, "Roles": dict(pool.roles)}
    return {**response, "RoleMappings": mappings} if mappings else response


def _described(mapping: RoleMapping) -> dict[str, Any]:
    rules = [
        {"Claim": rule.claim, "MatchType": rule.match, "Value": rule.value, "RoleARN": rule.role_arn}
        for rule in mapping.rules
    ]
    members = {
        "Type": mapping.type,
        "AmbiguousRoleResolution": mapping.ambiguous_role_resolution,
        "RulesConfiguration": {"Rules": rules} if rules else None,
    }
    return {name: value for name, value in members.items() if value is not None}


@operation("cognito-identity:SetPrincipalTagAttributeMap", requires=on_all("SetPrincipalTagAttributeMap"))
def set_principal_tag_attribute_map(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    IdentityProviderName: str,
    UseDefaults: bool | None = None,
    PrincipalTags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The tags that a provider's claims become, in place of those before. # ci:afac"""
    pool = _own_pool(ctx, IdentityPoolId)
    tags = _TagMap(bool(UseDefaults), Map(PrincipalTags or {}))
    ctx.require(check_principal_tags(tags))
    made = replace(
        pool,
        principal_tags=pool.principal_tags.set(IdentityProviderName, tags),
        tags_origins=pool.tags_origins.discard(IdentityProviderName),
    )
    ctx.update_world(lambda world: world.with_identity_pool(made))
    return _tag_map(pool, IdentityProviderName, tags)


#: The noun under a name of its own here, where PrincipalTags is the API's parameter.
_TagMap = PrincipalTags


@operation(
    "cognito-identity:GetPrincipalTagAttributeMap", requires=on_pool("GetPrincipalTagAttributeMap"), reads_only=True
)
def get_principal_tag_attribute_map(
    ctx: CallContext, *, IdentityPoolId: str, IdentityProviderName: str
) -> dict[str, Any]:
    """A provider's tag map; one that was never set makes no tags."""
    pool = pool_of(ctx, IdentityPoolId)
    tags = pool.principal_tags.get(IdentityProviderName) or PrincipalTags()
    return _tag_map(pool, IdentityProviderName, tags)


def _tag_map(pool: IdentityPool, provider: str, tags: PrincipalTags) -> dict[str, Any]:
    return {
        "IdentityPoolId": pool.id,
        "IdentityProviderName": provider,
        "UseDefaults": tags.use_defaults,
        "PrincipalTags": dict(tags.tags),
    }


def _own_pool(ctx: CallContext, pool_id: str) -> IdentityPool:
    """The pool, where it stands in the caller's account: these actions are granted on `*` alone."""
    pool = pool_of(ctx, pool_id)
    ctx.require(admit_pool_operator(pool, caller_account(ctx.caller)))
    return pool
