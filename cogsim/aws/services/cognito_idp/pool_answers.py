"""User pools as they are answered. # idp:api §UserPoolType"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.clock import at
from cogsim.decisions.pool_schema import all_attributes
from cogsim.decisions.step_up import level_names
from cogsim.frozen import thaw
from cogsim.world.user_pool import OLDER_MESSAGES, SchemaAttribute, UserPool
from cogsim.world.world import World


def pool_shown(world: World, pool: UserPool) -> dict[str, Any]:
    """Everything about the pool that DescribeUserPool shows; what is not configured is left out."""
    made = {
        "Id": pool.id,
        "Name": pool.name,
        "Arn": pool.arn,
        "Policies": _policies(pool),
        "DeletionProtection": "ACTIVE" if pool.deletion_protection else "INACTIVE",
        "LambdaConfig": triggers_shown(pool),
        "LastModifiedDate": at(pool.modified),
        "CreationDate": at(pool.created),
        "SchemaAttributes": [_attribute(entry) for entry in all_attributes(pool)],
        "MfaConfiguration": pool.mfa,
        "EstimatedNumberOfUsers": sum(1 for pool_id, _ in world.pool_users if pool_id == pool.id),
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT", **thaw(pool.email)},
        "UserPoolTags": dict(pool.tags.items()),
        "AdminCreateUserConfig": _admin(pool),
        "UsernameConfiguration": {"CaseSensitive": pool.case_sensitive},
        "UserPoolTier": pool.tier,
        "IssuerConfiguration": {"Type": pool.issuer_type},
    }
    return {**made, **_names(pool), **_messages(pool), **_where_configured(pool), **_domains(world, pool)}


def pool_listed(pool: UserPool) -> dict[str, Any]:
    """The pool as ListUserPools shows it."""
    return {
        "Id": pool.id,
        "Name": pool.name,
        "LambdaConfig": triggers_shown(pool),
        "LastModifiedDate": at(pool.modified),
        "CreationDate": at(pool.created),
    }


def triggers_shown(pool: UserPool) -> dict[str, Any]:
    """LambdaConfig; a versioned trigger is shown with its version."""
    shown: dict[str, Any] = {}
    for name, arn in pool.triggers.items():
        version = pool.trigger_versions.get(name)
        shown[name] = arn if version is None else {"LambdaVersion": version, "LambdaArn": arn}
    return shown if pool.sender_key is None else {**shown, "KMSKeyID": pool.sender_key}


def _policies(pool: UserPool) -> dict[str, Any]:
    policy = pool.password_policy
    password: dict[str, Any] = {
        "MinimumLength": policy.minimum_length,
        "RequireUppercase": policy.require_uppercase,
        "RequireLowercase": policy.require_lowercase,
        "RequireNumbers": policy.require_numbers,
        "RequireSymbols": policy.require_symbols,
        "TemporaryPasswordValidityDays": policy.temporary_validity_days,
    }
    if policy.history_size:
        password["PasswordHistorySize"] = policy.history_size
    return {"PasswordPolicy": password, "SignInPolicy": {"AllowedFirstAuthFactors": list(pool.first_factors)}}


def _attribute(entry: SchemaAttribute) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Name": entry.name,
        "AttributeDataType": entry.type,
        "DeveloperOnlyAttribute": entry.name.startswith("dev:"),
        "Mutable": entry.mutable,
        "Required": entry.required,
    }
    if entry.type == "String":
        shown["StringAttributeConstraints"] = _bounds(MinLength=entry.min_length, MaxLength=entry.max_length)
    if entry.type == "Number":
        shown["NumberAttributeConstraints"] = _bounds(MinValue=entry.min_value, MaxValue=entry.max_value)
    return shown


def _bounds(**bounds: int | None) -> dict[str, str]:
    return {name: str(value) for name, value in bounds.items() if value is not None}


def _admin(pool: UserPool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "AllowAdminCreateUserOnly": pool.admin_create_user_only,
        "UnusedAccountValidityDays": pool.password_policy.temporary_validity_days,
    }
    if "InviteMessageTemplate" in pool.texts:
        shown["InviteMessageTemplate"] = thaw(pool.texts["InviteMessageTemplate"])
    return shown


def _names(pool: UserPool) -> dict[str, Any]:
    """The lists of attributes that are signed in by and verified, where there are any."""
    lists = {
        "AutoVerifiedAttributes": pool.auto_verified_attributes,
        "AliasAttributes": pool.alias_attributes,
        "UsernameAttributes": pool.username_attributes,
    }
    shown: dict[str, Any] = {name: list(values) for name, values in lists.items() if values}
    if pool.verify_before_update:
        settings = {"AttributesRequireVerificationBeforeUpdate": list(pool.verify_before_update)}
        shown["UserAttributeUpdateSettings"] = settings
    return shown


def _messages(pool: UserPool) -> dict[str, Any]:
    """The template of verification, which the older members repeat, and the message of SMS codes."""
    template = thaw(pool.texts.get("VerificationMessageTemplate", {}))
    shown: dict[str, Any] = {
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE", **template},
        **{older: template[member] for older, member in OLDER_MESSAGES.items() if member in template},
    }
    if "SmsAuthenticationMessage" in pool.texts:
        shown["SmsAuthenticationMessage"] = pool.texts["SmsAuthenticationMessage"]
    return shown


def _where_configured(pool: UserPool) -> dict[str, Any]:
    shown: dict[str, Any] = dict(thaw(pool.further))
    if pool.tier != "LITE":
        shown["AcrConfiguration"] = {f"Level{level}": {"AcrValue": name} for level, name in level_names(pool).items()}
    if pool.sms:
        shown["SmsConfiguration"] = thaw(pool.sms)
    if pool.devices is not None:
        shown["DeviceConfiguration"] = {
            "ChallengeRequiredOnNewDevice": pool.devices.challenge_required_on_new_device,
            "DeviceOnlyRememberedOnUserPrompt": pool.devices.remembered_on_user_prompt,
        }
    if pool.recovery is not None:
        mechanisms = [{"Priority": number, "Name": name} for number, name in enumerate(pool.recovery, 1)]
        shown["AccountRecoverySetting"] = {"RecoveryMechanisms": mechanisms}
    if pool.advanced_security != "OFF" or pool.custom_auth_security != "OFF":
        shown["UserPoolAddOns"] = _addons(pool)
    return shown


def _addons(pool: UserPool) -> dict[str, Any]:
    shown: dict[str, Any] = {"AdvancedSecurityMode": pool.advanced_security}
    if pool.custom_auth_security != "OFF":
        shown["AdvancedSecurityAdditionalFlows"] = {"CustomAuthMode": pool.custom_auth_security}
    return shown


def _domains(world: World, pool: UserPool) -> Mapping[str, str]:
    """The prefix of the pool's domain, and its custom domain. # idp:domain"""
    shown = {}
    for domain in world.domains.values():
        if domain.pool_id == pool.id:
            shown["CustomDomain" if domain.certificate_arn else "Domain"] = domain.domain
    return shown
