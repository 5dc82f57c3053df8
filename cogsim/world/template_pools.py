"""User pools and identity pools as the CloudFormation resources that they load from.

What CloudFormation has no word for (ids, passwords, status) is pinned under `Metadata.cogsim`.
"""

from __future__ import annotations

from collections.abc import Iterable

from cogsim.world.identity_pool import Identity, IdentityPool, PrincipalTags, RoleMapping
from cogsim.world.pool_members import ResourceServer, UserPoolDomain, UserPoolGroup, UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.template_parts import Json, mapping, present, resource, some, tags
from cogsim.world.user_pool import SchemaAttribute, UserPool
from cogsim.world.user_pool_client import UserPoolClient

_VERSIONED_TRIGGERS = {
    "CustomEmailSender": "V1_0",
    "CustomSMSSender": "V1_0",
    "InboundFederation": "V1_0",
    "PreTokenGenerationConfig": "V2_0",
}


# User pools


def user_pool(noun: UserPool, known_passwords: Json) -> Json:
    """`known_passwords` are those of people who are no users of the pool."""
    policy = noun.password_policy
    properties: Json = {
        "UserPoolName": noun.name,
        "Schema": some(_schema_attribute(entry) for entry in noun.schema),
        "UsernameAttributes": some(noun.username_attributes),
        "AliasAttributes": some(noun.alias_attributes),
        "AutoVerifiedAttributes": some(noun.auto_verified_attributes),
        "UserAttributeUpdateSettings": (
            {"AttributesRequireVerificationBeforeUpdate": list(noun.verify_before_update)}
            if noun.verify_before_update
            else None
        ),
        "UsernameConfiguration": {"CaseSensitive": noun.case_sensitive},
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": policy.minimum_length,
                "RequireUppercase": policy.require_uppercase,
                "RequireLowercase": policy.require_lowercase,
                "RequireNumbers": policy.require_numbers,
                "RequireSymbols": policy.require_symbols,
                "PasswordHistorySize": policy.history_size,
                "TemporaryPasswordValidityDays": policy.temporary_validity_days,
            }
        },
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": noun.admin_create_user_only},
        "MfaConfiguration": noun.mfa,
        "UserPoolTier": noun.tier,
        "LambdaConfig": {name: _trigger(name, arn) for name, arn in noun.triggers.items()} or None,
        "UserPoolAddOns": {"AdvancedSecurityMode": noun.advanced_security},
        "UserPoolTags": mapping(noun.tags),
        "DeletionProtection": "ACTIVE" if noun.deletion_protection else "INACTIVE",
    }
    return resource("AWS::Cognito::UserPool", properties, {"Id": noun.id, "KnownPasswords": known_passwords or None})


def _trigger(name: str, arn: str) -> object:
    version = _VERSIONED_TRIGGERS.get(name)
    return arn if version is None else {"LambdaArn": arn, "LambdaVersion": version}


def _schema_attribute(entry: SchemaAttribute) -> Json:
    prefix, _, bare = entry.name.partition(":") if entry.custom else ("", "", entry.name)
    lengths = present({"MinLength": entry.min_length, "MaxLength": entry.max_length})
    values = present({"MinValue": entry.min_value, "MaxValue": entry.max_value})
    members: Json = {
        "Name": bare,
        "AttributeDataType": entry.type,
        "Mutable": entry.mutable,
        "Required": entry.required,
        "DeveloperOnlyAttribute": True if prefix == "dev" else None,
        "StringAttributeConstraints": {name: str(value) for name, value in lengths.items()} or None,
        "NumberAttributeConstraints": {name: str(value) for name, value in values.items()} or None,
    }
    return present(members)


def client(noun: UserPoolClient) -> Json:
    """AWS::Cognito::UserPoolClient; validities are written in seconds."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "ClientName": noun.name,
        "GenerateSecret": noun.secret is not None,
        "ExplicitAuthFlows": list(noun.explicit_auth_flows),
        "ReadAttributes": None if noun.read_attributes is None else list(noun.read_attributes),
        "WriteAttributes": None if noun.write_attributes is None else list(noun.write_attributes),
        "AccessTokenValidity": noun.access_token_validity,
        "IdTokenValidity": noun.id_token_validity,
        "RefreshTokenValidity": noun.refresh_token_validity,
        "TokenValidityUnits": {"AccessToken": "seconds", "IdToken": "seconds", "RefreshToken": "seconds"},
        "AuthSessionValidity": noun.auth_session_validity // 60,
        "PreventUserExistenceErrors": noun.prevent_user_existence_errors,
        "EnableTokenRevocation": noun.enable_token_revocation,
        "RefreshTokenRotation": {"Feature": "ENABLED" if noun.refresh_token_rotation else "DISABLED"},
        "SupportedIdentityProviders": some(noun.supported_identity_providers),
        "AllowedOAuthFlows": some(noun.allowed_oauth_flows),
        "AllowedOAuthScopes": some(noun.allowed_oauth_scopes),
        "AllowedOAuthFlowsUserPoolClient": noun.allowed_oauth_flows_user_pool_client,
        "CallbackURLs": some(noun.callback_urls),
        "LogoutURLs": some(noun.logout_urls),
        "DefaultRedirectURI": noun.default_redirect_uri,
    }
    return resource("AWS::Cognito::UserPoolClient", properties, {"Id": noun.id, "ClientSecret": noun.secret})


def pool_group(noun: UserPoolGroup) -> Json:
    """AWS::Cognito::UserPoolGroup."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "GroupName": noun.name,
        "RoleArn": noun.role_arn,
        "Precedence": noun.precedence,
        "Description": noun.description or None,
    }
    return resource("AWS::Cognito::UserPoolGroup", properties)


def pool_user(noun: PoolUser, known_password: str | None) -> Json:
    """AWS::Cognito::UserPoolUser; username, `sub`, status, verifier and instants are pinned."""
    attributes = [{"Name": name, "Value": value} for name, value in noun.attributes.items()]
    properties: Json = {"UserPoolId": noun.pool_id, "Username": noun.username, "UserAttributes": some(attributes)}
    pins: Json = {
        "Username": noun.username,
        "Sub": noun.sub,
        "Status": noun.status.value,
        "Enabled": None if noun.enabled else False,
        "Salt": noun.password.salt if noun.password else None,
        "Verifier": noun.password.verifier if noun.password else None,
        "KnownPassword": known_password,
        "TemporaryPasswordSetAt": noun.temporary_password_set_at,
        "Created": noun.created,
        "Modified": noun.modified,
    }
    return resource("AWS::Cognito::UserPoolUser", properties, pins)


def membership(pool_id: str, username: str, group_name: str) -> Json:
    """AWS::Cognito::UserPoolUserToGroupAttachment."""
    properties: Json = {"UserPoolId": pool_id, "Username": username, "GroupName": group_name}
    return resource("AWS::Cognito::UserPoolUserToGroupAttachment", properties)


def pool_provider(noun: UserPoolIdentityProvider) -> Json:
    """AWS::Cognito::UserPoolIdentityProvider."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "ProviderName": noun.name,
        "ProviderType": noun.type,
        "ProviderDetails": dict(noun.details.items()),
        "AttributeMapping": mapping(noun.mapping),
        "IdpIdentifiers": some(noun.identifiers),
    }
    return resource("AWS::Cognito::UserPoolIdentityProvider", properties)


def resource_server(noun: ResourceServer) -> Json:
    """AWS::Cognito::UserPoolResourceServer."""
    scopes = [{"ScopeName": name, "ScopeDescription": text} for name, text in noun.scopes.items()]
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "Identifier": noun.identifier,
        "Name": noun.name,
        "Scopes": some(scopes),
    }
    return resource("AWS::Cognito::UserPoolResourceServer", properties)


def domain(noun: UserPoolDomain) -> Json:
    """AWS::Cognito::UserPoolDomain."""
    properties: Json = {
        "UserPoolId": noun.pool_id,
        "Domain": noun.domain,
        "CustomDomainConfig": {"CertificateArn": noun.certificate_arn} if noun.certificate_arn else None,
        "ManagedLoginVersion": noun.managed_login_version,
    }
    return resource("AWS::Cognito::UserPoolDomain", properties)


# Identity pools


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
