"""User pools and app clients as the CloudFormation resources that they load from.

What CloudFormation has no word for (ids, secrets, instants, passwords of strangers) is pinned under `Metadata.cogsim`.
"""

from __future__ import annotations

from typing import Any

from cogsim.frozen import thaw
from cogsim.world.template_parts import Json, mapping, present, resource, some
from cogsim.world.user_pool import STANDARD_ATTRIBUTES, VERSIONED_TRIGGERS, SchemaAttribute, UserPool
from cogsim.world.user_pool_client import UserPoolClient


def user_pool(noun: UserPool, known_passwords: Json) -> Json:
    """`known_passwords` are those of people who are no users of the pool."""
    updates = {"AttributesRequireVerificationBeforeUpdate": list(noun.verify_before_update)}
    properties: Json = {
        "UserPoolName": noun.name,
        "Schema": some(_schema_attribute(entry) for entry in noun.schema),
        "UsernameAttributes": some(noun.username_attributes),
        "AliasAttributes": some(noun.alias_attributes),
        "AutoVerifiedAttributes": some(noun.auto_verified_attributes),
        "UserAttributeUpdateSettings": updates if noun.verify_before_update else None,
        "UsernameConfiguration": {"CaseSensitive": noun.case_sensitive},
        "Policies": _policies(noun),
        "UserPoolTier": noun.tier,
        "LambdaConfig": _triggers(noun) or None,
        "UserPoolAddOns": _addons(noun),
        "UserPoolTags": mapping(noun.tags),
        "DeletionProtection": "ACTIVE" if noun.deletion_protection else "INACTIVE",
        "IssuerConfiguration": {"Type": noun.issuer_type},
        "EmailConfiguration": thaw(noun.email) or None,
        "SmsConfiguration": thaw(noun.sms) or None,
        "KeyConfiguration": thaw(noun.further.get("KeyConfiguration")),
        **_sign_in(noun),
        **_messages(noun),
    }
    return resource("AWS::Cognito::UserPool", properties, _pins(noun, known_passwords))


def _pins(noun: UserPool, known_passwords: Json) -> Json:
    """What no property says; the schema's full names where one of the pool's own is called like a standard one, or its
    prefix is a developer-only one."""
    levels = noun.further.get("AcrConfiguration", {})
    own = [entry.name for entry in noun.schema if entry.custom]
    taken = any(name.startswith("dev:") or name.rpartition(":")[2] in STANDARD_ATTRIBUTES for name in own)
    return {
        "Id": noun.id,
        "KnownPasswords": known_passwords or None,
        "Created": noun.created,
        "Modified": noun.modified,
        "SchemaNames": [entry.name for entry in noun.schema] if taken else None,
        "AcrConfiguration": {level: entry["AcrValue"] for level, entry in levels.items()} or None,
        "DcrConfiguration": thaw(noun.further.get("DcrConfiguration")),
    }


def _policies(noun: UserPool) -> Json:
    policy = noun.password_policy
    return {
        "PasswordPolicy": {
            "MinimumLength": policy.minimum_length,
            "RequireUppercase": policy.require_uppercase,
            "RequireLowercase": policy.require_lowercase,
            "RequireNumbers": policy.require_numbers,
            "RequireSymbols": policy.require_symbols,
            "PasswordHistorySize": policy.history_size,
            "TemporaryPasswordValidityDays": policy.temporary_validity_days,
        },
        "SignInPolicy": {"AllowedFirstAuthFactors": list(noun.first_factors)},
    }


def _triggers(noun: UserPool) -> Json:
    written: Json = {}
    for name, arn in noun.triggers.items():
        version = noun.trigger_versions.get(name)
        object_form = present({"LambdaArn": arn, "LambdaVersion": version})
        written[name] = object_form if name in VERSIONED_TRIGGERS else arn
    return written if noun.sender_key is None else {**written, "KMSKeyID": noun.sender_key}


def _addons(noun: UserPool) -> Json:
    mode = noun.custom_auth_security
    flows = {"CustomAuthMode": mode} if mode != "OFF" else None
    return present({"AdvancedSecurityMode": noun.advanced_security, "AdvancedSecurityAdditionalFlows": flows})


def _sign_in(noun: UserPool) -> Json:
    """Factors, devices, passkeys and recovery."""
    devices, passkeys = noun.devices, noun.web_authn
    mechanisms = [{"Name": name, "Priority": number} for number, name in enumerate(noun.recovery or (), 1)]
    return {
        "MfaConfiguration": noun.mfa,
        "EnabledMfas": some(noun.mfa_factors),
        "DeviceConfiguration": devices
        and {
            "ChallengeRequiredOnNewDevice": devices.challenge_required_on_new_device,
            "DeviceOnlyRememberedOnUserPrompt": devices.remembered_on_user_prompt,
        },
        "WebAuthnRelyingPartyID": passkeys.relying_party_id,
        "WebAuthnUserVerification": passkeys.user_verification,
        "WebAuthnFactorConfiguration": passkeys.factor_configuration,
        "AccountRecoverySetting": {"RecoveryMechanisms": mechanisms} if mechanisms else None,
    }


def _messages(noun: UserPool) -> Json:
    texts: dict[str, Any] = thaw(noun.texts)
    email = texts.get("EmailMfaConfiguration", {})
    admin: Json = {
        "AllowAdminCreateUserOnly": noun.admin_create_user_only,
        "InviteMessageTemplate": texts.get("InviteMessageTemplate"),
    }
    return {
        "AdminCreateUserConfig": present(admin),
        "VerificationMessageTemplate": texts.get("VerificationMessageTemplate"),
        "SmsAuthenticationMessage": texts.get("SmsAuthenticationMessage"),
        "EmailAuthenticationMessage": email.get("Message"),
        "EmailAuthenticationSubject": email.get("Subject"),
    }


def _schema_attribute(entry: SchemaAttribute) -> Json:
    bare = entry.name.removeprefix("dev:").removeprefix("custom:")
    lengths = present({"MinLength": entry.min_length, "MaxLength": entry.max_length})
    values = present({"MinValue": entry.min_value, "MaxValue": entry.max_value})
    members: Json = {
        "Name": bare,
        "AttributeDataType": entry.type,
        "Mutable": entry.mutable,
        "Required": entry.required,
        "DeveloperOnlyAttribute": True if entry.name.startswith("dev:") else None,
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
        "RefreshTokenRotation": {
            "Feature": "ENABLED" if noun.refresh_token_rotation else "DISABLED",
            "RetryGracePeriodSeconds": noun.retry_grace_period,
        },
        "EnablePropagateAdditionalUserContextData": noun.propagate_user_context,
        "AnalyticsConfiguration": thaw(noun.further.get("AnalyticsConfiguration")),
        "SupportedIdentityProviders": some(noun.supported_identity_providers),
        "AllowedOAuthFlows": some(noun.allowed_oauth_flows),
        "AllowedOAuthScopes": some(noun.allowed_oauth_scopes),
        "AllowedOAuthFlowsUserPoolClient": noun.allowed_oauth_flows_user_pool_client,
        "CallbackURLs": some(noun.callback_urls),
        "LogoutURLs": some(noun.logout_urls),
        "DefaultRedirectURI": noun.default_redirect_uri,
    }
    return resource("AWS::Cognito::UserPoolClient", properties, _client_pins(noun))


def _client_pins(noun: UserPoolClient) -> Json:
    """What no property says; the validities' units as they were stated."""
    return {
        "Id": noun.id,
        "ClientSecret": noun.secret,
        "SecondSecret": noun.second_secret,
        "Created": noun.created,
        "Modified": noun.modified,
        "TokenValidityUnits": thaw(noun.further.get("TokenValidityUnits", {})),
        "StatedValidities": thaw(noun.further.get("StatedValidities")),
        "SecretCreated": noun.further.get("SecretCreated"),
        "SecondSecretCreated": noun.further.get("SecondSecretCreated"),
    }
