"""Identity pools, their roles and role mappings, and their principal tags."""

from __future__ import annotations

from dataclasses import replace

from cogsim.errors import Location, suggest
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Record
from cogsim.persistent import Map
from cogsim.world.identity_pool import (
    MATCH_TYPES,
    CognitoProvider,
    CognitoStreams,
    IdentityPool,
    MappingRule,
    PrincipalTags,
    PushSync,
    RoleMapping,
)

_ROLE_TYPES = ("authenticated", "unauthenticated")


def read_identity_pool(resource: Resource) -> Reference:
    """An identity pool; its roles and tag maps are resources of their own."""
    properties, env = resource.properties, resource.environment
    draw = resource.stack.draw("cognito-identity/pool-id", resource.logical_id)
    pool_id = resource.pins.text("Id") or f"{env.region}:{draw.uuid()}"
    providers = tuple(
        CognitoProvider(
            provider_name=each.text("ProviderName", ""),
            client_id=each.text("ClientId", ""),
            server_side_token_check=each.flag("ServerSideTokenCheck"),
        )
        for each in properties.children("CognitoIdentityProviders")
    )
    pool = IdentityPool(
        id=pool_id,
        arn=f"arn:{env.partition}:cognito-identity:{env.region}:{env.account}:identitypool/{pool_id}",
        name=resource.name("IdentityPoolName"),
        allow_unauthenticated=properties.flag("AllowUnauthenticatedIdentities"),
        allow_classic_flow=properties.flag("AllowClassicFlow"),
        cognito_providers=providers,
        supported_login_providers=properties.map("SupportedLoginProviders"),
        developer_provider_name=properties.text("DeveloperProviderName"),
        open_id_connect_provider_arns=properties.texts("OpenIdConnectProviderARNs"),
        saml_provider_arns=properties.texts("SamlProviderARNs"),
        tags=properties.tags("IdentityPoolTags"),
        push_sync=_push_sync(properties),
        streams=_streams(properties),
        events=properties.map("CognitoEvents"),
        origin=resource.origin,
    )
    resource.define("identity pool", pool_id)
    resource.draft.world = resource.draft.world.with_identity_pool(pool)
    return resource.reference(pool_id, Id=pool_id, Name=pool.name)


def _push_sync(properties: Properties) -> PushSync | None:
    if not properties.has("PushSync"):
        return None
    stated = properties.child("PushSync")
    return PushSync(stated.texts("ApplicationArns"), stated.text("RoleArn"))


def _streams(properties: Properties) -> CognitoStreams | None:
    if not properties.has("CognitoStreams"):
        return None
    stated = properties.child("CognitoStreams")
    status = stated.choice("StreamingStatus", ("ENABLED", "DISABLED"), "ENABLED")
    written = status if stated.has("StreamingStatus") else None
    return stated.make(lambda: CognitoStreams(stated.text("StreamName"), stated.text("RoleArn"), written))


def read_role_attachment(resource: Resource) -> Reference:
    """Roles and role mappings of a pool; one attachment a pool. A mapping's key is its `IdentityProvider` where that is
    stated, because a template's keys cannot be computed. # ci:rbac"""
    properties, draft = resource.properties, resource.draft
    pool_id = properties.needed("IdentityPoolId")
    mappings: dict[str, RoleMapping] = {}
    places: dict[str, Location] = dict(resource.origin.places)
    for name, entry in properties.entries("RoleMappings"):
        provider = entry.text("IdentityProvider") or name
        if provider in mappings:
            raise entry.error("IdentityProvider", f"is {provider}, which has a mapping already")
        mappings[provider] = _role_mapping(entry)
        _copy_places(places, f"RoleMappings.{name}", f"RoleMappings.{provider}")
    for position, provider in enumerate(sorted(mappings)):
        _copy_places(places, f"RoleMappings.{provider}", f"RoleMappings.{position}")
    origin = replace(resource.origin, places=places)
    roles = _roles(properties)

    def change() -> None:
        pool = draft.world.identity_pools.get(pool_id)
        if pool is None:
            draft.notes.warn(origin.location, f"{resource.logical_id} gives roles to {pool_id}, which is not there")
            return
        resource.define("attachment of roles to", pool_id)
        made = replace(pool, roles=roles, role_mappings=Map(mappings), roles_origin=origin)
        draft.world = draft.world.with_identity_pool(made)

    draft.later(ATTACHMENTS, change)
    return resource.reference(pool_id, Id=pool_id)


def _roles(properties: Properties) -> Map[str, str]:
    """The default roles; only these two names are AWS's. # ci:rbac"""
    node = properties.get("Roles")
    for name, _ in node if isinstance(node, Record) else ():
        if name not in _ROLE_TYPES and isinstance(node, Record):
            raise node.key(name).error(f"Roles has no {name!r}", suggest(name, _ROLE_TYPES))
    return properties.map("Roles")


def _role_mapping(entry: Properties) -> RoleMapping:
    """One mapping. A type that is unresolved is told by whether there are rules."""
    rules_node = entry.child("RulesConfiguration")
    rules = tuple(
        rule.make(
            lambda rule=rule: MappingRule(  # type: ignore[misc]
                claim=rule.needed("Claim"),
                match=rule.choice("MatchType", MATCH_TYPES, "Equals"),
                value=rule.needed("Value"),
                role_arn=rule.needed("RoleARN"),
            )
        )
        for rule in rules_node.children("Rules")
    )
    entry.needed("Type")
    kind = entry.choice("Type", ("Token", "Rules"), "Rules" if rules else "Token")
    resolution = None
    if entry.has("AmbiguousRoleResolution"):
        resolution = entry.choice("AmbiguousRoleResolution", ("AuthenticatedRole", "Deny"), "AuthenticatedRole")
    return entry.make(lambda: RoleMapping(kind, resolution, rules))


def _copy_places(places: dict[str, Location], old: str, new: str) -> None:
    """Enter every place under `old` also under `new`, and each rule once more without `RulesConfiguration`."""
    for path in [path for path in places if path == old or path.startswith(f"{old}.")]:
        moved = new + path[len(old) :]
        places.setdefault(moved, places[path])
        places.setdefault(moved.replace(".RulesConfiguration.Rules", ".Rules"), places[path])


def read_principal_tags(resource: Resource) -> Reference:
    """The tag map of one provider of a pool. # ci:afac"""
    properties, draft = resource.properties, resource.draft
    pool_id, provider = properties.needed("IdentityPoolId"), properties.needed("IdentityProviderName")
    tags = PrincipalTags(properties.flag("UseDefaults"), properties.map("PrincipalTags"))

    def change() -> None:
        pool = draft.world.identity_pools.get(pool_id)
        if pool is None:
            where = resource.origin.location
            draft.notes.warn(where, f"{resource.logical_id} gives tags to {pool_id}, which is not there")
            return
        resource.define("tag map", f"of {provider} in {pool_id}")
        made = replace(
            pool,
            principal_tags=pool.principal_tags.set(provider, tags),
            tags_origins=pool.tags_origins.set(provider, resource.origin),
        )
        draft.world = draft.world.with_identity_pool(made)

    draft.later(ATTACHMENTS, change)
    return resource.reference(f"{pool_id}|{provider}")


ADAPTERS = (
    Adapter(
        type="AWS::Cognito::IdentityPool",
        read=read_identity_pool,
        taken={
            "AllowClassicFlow": "allow_classic_flow",
            "AllowUnauthenticatedIdentities": "allow_unauthenticated",
            "CognitoIdentityProviders.ClientId": "cognito_providers.client_id",
            "CognitoIdentityProviders.ProviderName": "cognito_providers.provider_name",
            "CognitoEvents": "events",
            "CognitoIdentityProviders.ServerSideTokenCheck": "cognito_providers.server_side_token_check",
            "CognitoStreams.RoleArn": "streams.role_arn",
            "CognitoStreams.StreamName": "streams.stream_name",
            "CognitoStreams.StreamingStatus": "streams.status",
            "DeveloperProviderName": "developer_provider_name",
            "IdentityPoolName": "name",
            "IdentityPoolTags.Key": "tags",
            "IdentityPoolTags.Value": "tags",
            "OpenIdConnectProviderARNs": "open_id_connect_provider_arns",
            "PushSync.ApplicationArns": "push_sync.application_arns",
            "PushSync.RoleArn": "push_sync.role_arn",
            "SamlProviderARNs": "saml_provider_arns",
            "SupportedLoginProviders": "supported_login_providers",
        },
        required=("AllowUnauthenticatedIdentities",),
        attributes=("Id", "Name"),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::Cognito::IdentityPoolRoleAttachment",
        read=read_role_attachment,
        taken={
            "IdentityPoolId": "id",
            "RoleMappings.AmbiguousRoleResolution": "role_mappings.ambiguous_role_resolution",
            "RoleMappings.IdentityProvider": "role_mappings",
            "RoleMappings.RulesConfiguration.Rules.Claim": "role_mappings.rules.claim",
            "RoleMappings.RulesConfiguration.Rules.MatchType": "role_mappings.rules.match",
            "RoleMappings.RulesConfiguration.Rules.RoleARN": "role_mappings.rules.role_arn",
            "RoleMappings.RulesConfiguration.Rules.Value": "role_mappings.rules.value",
            "RoleMappings.Type": "role_mappings.type",
            "Roles": "roles",
        },
        required=("IdentityPoolId",),
        attributes=("Id",),
    ),
    Adapter(
        type="AWS::Cognito::IdentityPoolPrincipalTag",
        read=read_principal_tags,
        taken={
            "IdentityPoolId": "id",
            "IdentityProviderName": "principal_tags",
            "PrincipalTags": "principal_tags.tags",
            "UseDefaults": "principal_tags.use_defaults",
        },
        required=("IdentityPoolId", "IdentityProviderName"),
    ),
)
