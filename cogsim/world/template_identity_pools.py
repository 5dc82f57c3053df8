"""Identity pools as the CloudFormation resources that they load from."""

from __future__ import annotations

from collections.abc import Iterable

from cogsim.world.identity_pool import Identity, IdentityPool, PrincipalTags, RoleMapping
from cogsim.world.template_parts import Json, mapping, present, resource, some, tags


def identity_pool(noun: IdentityPool) -> Json:
    """AWS::Cognito::IdentityPool."""
    providers = [
        {"ProviderName": p.provider_name, "ClientId": p.client_id, "ServerSideTokenCheck": p.server_side_token_check}
        for p in noun.cognito_providers
    ]
    properties: Json = {
        "IdentityPoolName": noun.name,
        "AllowUnauthenticatedIdentities": noun.allow_unauthenticated,
        "AllowClassicFlow": noun.allow_classic_flow,
        "CognitoIdentityProviders": some(providers),
        "SupportedLoginProviders": mapping(noun.supported_login_providers),
        "DeveloperProviderName": noun.developer_provider_name,
        "OpenIdConnectProviderARNs": some(noun.open_id_connect_provider_arns),
        "SamlProviderARNs": some(noun.saml_provider_arns),
        "IdentityPoolTags": tags(noun.tags),
    }
    return resource("AWS::Cognito::IdentityPool", properties, {"Id": noun.id})


def role_attachment(noun: IdentityPool) -> Json:
    """AWS::Cognito::IdentityPoolRoleAttachment; providers stand in `IdentityProvider`, since keys are the writer's."""
    mappings = {
        f"Mapping{number}": {"IdentityProvider": provider, **_role_mapping(mapping)}
        for number, (provider, mapping) in enumerate(noun.role_mappings.items(), 1)
    }
    properties: Json = {"IdentityPoolId": noun.id, "Roles": mapping(noun.roles), "RoleMappings": mappings or None}
    return resource("AWS::Cognito::IdentityPoolRoleAttachment", properties)


def _role_mapping(mapping: RoleMapping) -> Json:
    rules = [
        {"Claim": rule.claim, "MatchType": rule.match, "Value": rule.value, "RoleARN": rule.role_arn}
        for rule in mapping.rules
    ]
    members: Json = {
        "Type": mapping.type,
        "AmbiguousRoleResolution": mapping.ambiguous_role_resolution,
        "RulesConfiguration": {"Rules": rules} if rules else None,
    }
    return present(members)


def principal_tags(pool_id: str, provider: str, noun: PrincipalTags) -> Json:
    """AWS::Cognito::IdentityPoolPrincipalTag."""
    properties: Json = {
        "IdentityPoolId": pool_id,
        "IdentityProviderName": provider,
        "UseDefaults": noun.use_defaults,
        "PrincipalTags": mapping(noun.tags),
    }
    return resource("AWS::Cognito::IdentityPoolPrincipalTag", properties)


def identities(nouns: Iterable[Identity]) -> Json:
    """Cogsim::Identities."""
    entries: Json = {
        noun.id: {
            "IdentityPoolId": noun.pool_id,
            "Logins": dict(noun.logins.items()),
            "Enabled": noun.enabled,
            "Created": noun.created,
        }
        for noun in nouns
    }
    return resource("Cogsim::Identities", {"Identities": entries})
