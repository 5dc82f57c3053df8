"""What belongs to a user pool beside its users: groups, identity providers, resource servers and domains."""

from __future__ import annotations

import re

from cogsim.errors import suggest
from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.origin import is_placeholder
from cogsim.world.pool_members import (
    PREFIX_PATTERN,
    RESERVED_WORDS,
    ResourceServer,
    UserPoolDomain,
    UserPoolGroup,
    UserPoolIdentityProvider,
    may_be_named,
)

_PROVIDER_TYPES = ("SAML", "Facebook", "Google", "LoginWithAmazon", "SignInWithApple", "OIDC")


def read_group(resource: Resource) -> Reference:
    """A group of a pool; a lower precedence is stronger. # idp:groups"""
    properties, pins = resource.properties, resource.pins
    group = UserPoolGroup(
        pool_id=properties.needed("UserPoolId"),
        name=resource.name("GroupName"),
        role_arn=properties.text("RoleArn"),
        precedence=properties.number("Precedence"),
        description=properties.text("Description", ""),
        created=pins.instant("Created"),
        modified=pins.instant("Modified", pins.instant("Created")),
        origin=resource.origin,
    )
    resource.define("group", f"{group.name} of {group.pool_id}")
    resource.draft.world = resource.draft.world.with_pool_group(group)
    return resource.reference(group.name)


def read_provider(resource: Resource) -> Reference:
    """An external identity provider of a pool."""
    properties, pins = resource.properties, resource.pins
    provider = UserPoolIdentityProvider(
        pool_id=properties.needed("UserPoolId"),
        name=properties.needed("ProviderName"),
        type=properties.choice("ProviderType", _PROVIDER_TYPES, "OIDC"),
        details=properties.map("ProviderDetails"),
        mapping=properties.map("AttributeMapping"),
        identifiers=properties.texts("IdpIdentifiers"),
        acr_mapping=pins.map("AcrMapping"),
        created=pins.instant("Created"),
        modified=pins.instant("Modified", pins.instant("Created")),
        origin=resource.origin,
    )
    if not may_be_named(provider.type, provider.name) and not is_placeholder(provider.name):
        raise properties.error("ProviderName", f"is {provider.name!r}, and cannot be of type {provider.type}")
    resource.define("identity provider", f"{provider.name} of {provider.pool_id}")
    for identifier in provider.identifiers:
        resource.define("identifier", f"{identifier} of the identity providers of {provider.pool_id}")
    resource.draft.world = resource.draft.world.with_pool_provider(provider)
    resource.draft.later(ATTACHMENTS, lambda: _check_mapping(resource, provider))
    return resource.reference(provider.name)


def _check_mapping(resource: Resource, provider: UserPoolIdentityProvider) -> None:
    """What is mapped must be an attribute of the pool, as AWS would say at the deployment. # idp:providers §mapping"""
    pool = resource.draft.world.user_pools.get(provider.pool_id)
    if pool is None:
        return
    mapping = resource.properties.child("AttributeMapping")
    for name in provider.mapping:
        known = pool.attribute(name) is not None and name not in ("sub", "identities")
        if not known and name != "username" and not is_placeholder(name):
            near = suggest(name, pool.attribute_names)
            raise mapping.error(name, "is mapped, and is no attribute of the pool's schema", near)


def read_server(resource: Resource) -> Reference:
    """A resource server with its scopes."""
    properties = resource.properties
    scopes: dict[str, str] = {}
    for each in properties.children("Scopes"):
        name = each.needed("ScopeName")
        if name in scopes:
            raise each.error("ScopeName", f"is {name!r}, the name of a scope before it")
        scopes[name] = each.text("ScopeDescription", "")
    server = ResourceServer(
        pool_id=properties.needed("UserPoolId"),
        identifier=properties.needed("Identifier"),
        name=properties.needed("Name"),
        scopes=Map(scopes),
        origin=resource.origin,
    )
    resource.define("resource server", f"{server.identifier} of {server.pool_id}")
    resource.draft.world = resource.draft.world.with_resource_server(server)
    return resource.reference(server.identifier)


def read_domain(resource: Resource) -> Reference:
    """A pool's domain: of a prefix there is one in a region, of a custom domain one in all. # idp:domain"""
    properties = resource.properties
    custom, failover = properties.child("CustomDomainConfig"), properties.child("Routing").child("Failover")
    domain = properties.make(
        lambda: UserPoolDomain(
            pool_id=properties.needed("UserPoolId"),
            domain=properties.needed("Domain"),
            certificate_arn=custom.text("CertificateArn"),
            managed_login_version=properties.number("ManagedLoginVersion", 1),
            security_policy=custom.text("SecurityPolicy"),
            routing=freeze(_routing(failover) if properties.has("Routing") else {}),
            created=resource.pins.instant("Created"),
            origin=resource.origin,
        )
    )
    if not domain.custom:
        _check_prefix(properties, domain.domain)
    kind, region = "custom domain" if domain.custom else "prefix", domain.pool_id.partition("_")[0]
    resource.define("domain", domain.domain if domain.custom else f"{domain.domain} in {region}")
    resource.define(kind, f"of {domain.pool_id}")
    resource.draft.world = resource.draft.world.with_domain(domain)
    return resource.reference(domain.domain, CloudFrontDistribution=domain.cloudfront)


def _check_prefix(properties: Properties, prefix: str) -> None:
    """A prefix is one label without reserved words, as AWS would say at the deployment. # idp:domain"""
    if is_placeholder(prefix):
        return
    if re.fullmatch(PREFIX_PATTERN, prefix) is None:
        raise properties.error("Domain", f"is {prefix!r}: a prefix has lower-case letters, numbers and hyphens only")
    word = next((each for each in RESERVED_WORDS if each in prefix), None)
    if word is not None:
        raise properties.error("Domain", f"is {prefix!r}, and cannot contain the reserved word {word}")


def _routing(failover: Properties) -> dict[str, dict[str, str]]:
    names = ("SecondaryRegion", "PrimaryRoute53HealthCheckId")
    return {"Failover": {name: failover.needed(name) for name in names}} if failover.node.entries else {}


_MEMBER = {"UserPoolId": "pool_id"}

ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPoolGroup",
        read=read_group,
        taken={
            **_MEMBER,
            "Description": "description",
            "GroupName": "name",
            "Precedence": "precedence",
            "RoleArn": "role_arn",
        },
        required=("UserPoolId",),
        pins=("Created", "Modified"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolIdentityProvider",
        read=read_provider,
        taken={
            **_MEMBER,
            "AttributeMapping": "mapping",
            "IdpIdentifiers": "identifiers",
            "ProviderDetails": "details",
            "ProviderName": "name",
            "ProviderType": "type",
        },
        required=("UserPoolId", "ProviderName", "ProviderType"),
        pins=("AcrMapping", "Created", "Modified"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolResourceServer",
        read=read_server,
        taken={
            **_MEMBER,
            "Identifier": "identifier",
            "Name": "name",
            "Scopes.ScopeDescription": "scopes",
            "Scopes.ScopeName": "scopes",
        },
        required=("UserPoolId", "Identifier", "Name"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolDomain",
        read=read_domain,
        taken={
            **_MEMBER,
            "CustomDomainConfig.CertificateArn": "certificate_arn",
            "CustomDomainConfig.SecurityPolicy": "security_policy",
            "Domain": "domain",
            "ManagedLoginVersion": "managed_login_version",
            "Routing.Failover.PrimaryRoute53HealthCheckId": "routing",
            "Routing.Failover.SecondaryRegion": "routing",
        },
        required=("UserPoolId", "Domain"),
        attributes=("CloudFrontDistribution",),
        pins=("Created",),
    ),
)
