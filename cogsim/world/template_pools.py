"""User pools and app clients as the CloudFormation resources that they load from.

What CloudFormation has no word for (ids, secrets, passwords of strangers) is pinned under `Metadata.cogsim`.
"""

from __future__ import annotations

from cogsim.world.template_parts import Json, mapping, present, resource, some
from cogsim.world.user_pool import SchemaAttribute, UserPool
from cogsim.world.user_pool_client import UserPoolClient

_VERSIONED_TRIGGERS = {
    "CustomEmailSender": "V1_0",
    "CustomSMSSender": "V1_0",
    "InboundFederation": "V1_0",
    "PreTokenGenerationConfig": "V2_0",
}


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
