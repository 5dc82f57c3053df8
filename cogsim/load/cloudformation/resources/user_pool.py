"""User pools."""

from __future__ import annotations

from typing import Any

from cogsim.assumptions import choice
from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.user_pool import (
    FIRST_FACTORS,
    MFA_FACTORS,
    OLDER_MESSAGES,
    RECOVERY_MECHANISMS,
    SECURITY_MODES,
    STANDARD_ATTRIBUTES,
    TRIGGERS,
    VERSIONED_TRIGGERS,
    DeviceConfiguration,
    PasswordPolicy,
    SchemaAttribute,
    UserPool,
    WebAuthnConfiguration,
    check_combination,
    own_prefix,
)

_CONTACTS = ("email", "phone_number")
_PLANS = ("LITE", "ESSENTIALS", "PLUS")
_EMAIL = ("ConfigurationSet", "EmailSendingAccount", "From", "ReplyToEmailAddress", "SourceArn")
_SMS = ("ExternalId", "SnsCallerArn", "SnsRegion")
_EUMS = (
    *("CallerArn", "ConfigurationSetName", "ExternalId", "InEntityId", "InTemplateId", "OriginationIdentity"),
    "Region",
)
_TEMPLATE = (
    *("DefaultEmailOption", "EmailMessage", "EmailMessageByLink", "EmailSubject", "EmailSubjectByLink"),
    "SmsMessage",
)
_INVITATION = ("EmailMessage", "EmailSubject", "SMSMessage")
_KEY = ("KeyType", "KmsKeyArn")


def read_user_pool(resource: Resource) -> Reference:
    """A pool; what its users' attributes and passwords must be, who may sign up, which factors and triggers it has."""
    properties, env = resource.properties, resource.environment
    draw = resource.stack.draw("cognito-idp/pool-id", resource.logical_id)
    pool_id = resource.pins.text("Id") or f"{env.region}_{draw.alnum(9)}"
    pool = properties.make(
        lambda: UserPool(
            id=pool_id,
            arn=f"arn:{env.partition}:cognito-idp:{env.region}:{env.account}:userpool/{pool_id}",
            name=resource.name("UserPoolName"),
            tags=properties.map("UserPoolTags"),
            deletion_protection=properties.choice("DeletionProtection", ("ACTIVE", "INACTIVE"), "INACTIVE") == "ACTIVE",
            issuer_type=properties.child("IssuerConfiguration").choice("Type", ("ORIGINAL", "UPDATED"), "ORIGINAL"),
            email=freeze(_texts(properties.child("EmailConfiguration"), _EMAIL)),
            sms=_sms(properties.child("SmsConfiguration")),
            texts=_messages(properties),
            further=_further(resource),
            created=resource.pins.instant("Created"),
            modified=resource.pins.instant("Modified", resource.pins.instant("Created")),
            origin=resource.origin,
            **_names(resource),
            **_sign_in(resource),
            **_security(properties),
            **_triggers(properties.child("LambdaConfig")),
        )
    )
    if not resource.stack.saved:
        properties.make(lambda: check_combination(pool))
    resource.define("user pool", pool_id)
    resource.draft.world = resource.draft.world.with_user_pool(pool)
    pool = resource.draft.world.user_pools[pool_id]
    for username, password in resource.pins.map("KnownPasswords").items():
        _remember(resource, pool_id, username, password)
    return resource.reference(
        pool_id, Arn=pool.arn, ProviderName=pool.provider_name, ProviderURL=pool.issuer, UserPoolId=pool_id
    )


def _remember(resource: Resource, pool_id: str, username: str, password: str) -> None:
    def change() -> None:
        resource.draft.world = resource.draft.world.with_known_password(pool_id, username, password)

    resource.draft.later(ATTACHMENTS, change)


def _names(resource: Resource) -> dict[str, Any]:
    """The schema, and the attributes that are signed in by and verified."""
    properties, full = resource.properties, resource.pins.texts("SchemaNames")
    entries = list(properties.children("Schema"))
    updates = properties.child("UserAttributeUpdateSettings")
    return {
        "schema": tuple(
            _schema_attribute(entry, full[number] if number < len(full) else None)
            for number, entry in enumerate(entries)
        ),
        "username_attributes": properties.words("UsernameAttributes", _CONTACTS),
        "alias_attributes": properties.words("AliasAttributes", (*_CONTACTS, "preferred_username")),
        "auto_verified_attributes": properties.words("AutoVerifiedAttributes", _CONTACTS),
        "verify_before_update": updates.words("AttributesRequireVerificationBeforeUpdate", _CONTACTS),
        "case_sensitive": properties.child("UsernameConfiguration").flag("CaseSensitive", True),
    }


def _sign_in(resource: Resource) -> dict[str, Any]:
    """Passwords, factors, devices and passkeys, and how an account is recovered."""
    properties = resource.properties
    admin, policies = properties.child("AdminCreateUserConfig"), properties.child("Policies")
    mfa = properties.choice("MfaConfiguration", ("OFF", "ON", "OPTIONAL"), "OFF")
    passkeys = WebAuthnConfiguration()
    return {
        "password_policy": _password_policy(policies, admin),
        "admin_create_user_only": admin.flag("AllowAdminCreateUserOnly"),
        "mfa": mfa,
        "mfa_factors": _factors(resource, mfa),
        "first_factors": policies.child("SignInPolicy").words("AllowedFirstAuthFactors", FIRST_FACTORS)
        or ("PASSWORD",),
        "web_authn": WebAuthnConfiguration(
            properties.text("WebAuthnRelyingPartyID"),
            properties.choice("WebAuthnUserVerification", ("preferred", "required"), passkeys.user_verification),
            properties.choice(
                "WebAuthnFactorConfiguration",
                ("SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION"),
                passkeys.factor_configuration,
            ),
        ),
        "devices": _devices(properties),
        "recovery": _recovery(properties.child("AccountRecoverySetting")),
    }


def _factors(resource: Resource, mfa: str) -> tuple[str, ...]:
    """EnabledMfas; where MFA asks for a factor and none is stated, text messages if they can be sent. # idp:mfa"""
    properties = resource.properties
    stated = properties.words("EnabledMfas", MFA_FACTORS)
    if mfa == "OFF" or stated or resource.stack.saved or properties.texts("EnabledMfas"):
        return stated
    if properties.has("SmsConfiguration"):
        return ("SMS_MFA",)
    raise properties.error("MfaConfiguration", f"is {mfa}, and needs EnabledMfas: some of {', '.join(MFA_FACTORS)}")


def _devices(properties: Properties) -> DeviceConfiguration | None:
    """Devices are tracked where anything is stated of them. # idp:device-tracking"""
    stated = properties.child("DeviceConfiguration")
    if not stated.node.entries:
        return None
    return DeviceConfiguration(
        stated.flag("ChallengeRequiredOnNewDevice"), stated.flag("DeviceOnlyRememberedOnUserPrompt")
    )


def _recovery(setting: Properties) -> tuple[str, ...] | None:
    """The mechanisms, the first priority first; None where none is stated. # idp:recovery"""
    ranked = []
    for entry in setting.children("RecoveryMechanisms"):
        entry.needed("Name")
        name = entry.choice("Name", RECOVERY_MECHANISMS, "verified_email")
        ranked.append((entry.number("Priority", 1), name))
    return tuple(name for _, name in sorted(ranked)) or None


def _security(properties: Properties) -> dict[str, Any]:
    """Threat protection and the plan, which is PLUS where threat protection is on. # idp:feature-plans"""
    addons = properties.child("UserPoolAddOns")
    mode = addons.choice("AdvancedSecurityMode", SECURITY_MODES, "OFF")
    return {
        "advanced_security": mode,
        "custom_auth_security": addons.child("AdvancedSecurityAdditionalFlows").choice(
            "CustomAuthMode", SECURITY_MODES, "OFF"
        ),
        "tier": properties.choice("UserPoolTier", _PLANS, "ESSENTIALS" if mode == "OFF" else "PLUS"),
    }


def _texts(properties: Properties, names: tuple[str, ...]) -> dict[str, Any]:
    """The members of `names` that are stated."""
    return {name: text for name in names if (text := properties.text(name)) is not None}


def _sms(stated: Properties) -> Map[str, Any]:
    eums = _texts(stated.child("EumsSms"), _EUMS)
    found: Map[str, Any] = freeze(_texts(stated, _SMS) | ({"EumsSms": eums} if eums else {}))
    return found


def _messages(properties: Properties) -> Map[str, Any]:
    """The messages under the API's names; the older properties of verification fill what the template leaves out."""
    template = _texts(properties.child("VerificationMessageTemplate"), _TEMPLATE)
    for older, member in OLDER_MESSAGES.items():
        text = properties.text(older)
        if text is not None:
            template.setdefault(member, text)
    email = {"Message": "EmailAuthenticationMessage", "Subject": "EmailAuthenticationSubject"}
    invitation = properties.child("AdminCreateUserConfig").child("InviteMessageTemplate")
    found = {
        "VerificationMessageTemplate": template,
        "InviteMessageTemplate": _texts(invitation, _INVITATION),
        "EmailMfaConfiguration": {
            member: text for member, name in email.items() if (text := properties.text(name)) is not None
        },
        "SmsAuthenticationMessage": properties.text("SmsAuthenticationMessage"),
    }
    frozen: Map[str, Any] = freeze({name: text for name, text in found.items() if text})
    return frozen


def _further(resource: Resource) -> Map[str, Any]:
    """What decides little: the key data is kept under, and, pinned, names of ACR levels and registration of clients."""
    pins = resource.pins
    levels = {level: {"AcrValue": name} for level, name in pins.map("AcrConfiguration").items()}
    found = {
        "KeyConfiguration": _texts(resource.properties.child("KeyConfiguration"), _KEY),
        "AcrConfiguration": levels,
        "DcrConfiguration": _registration(pins.child("DcrConfiguration")),
    }
    frozen: Map[str, Any] = freeze({name: value for name, value in found.items() if value})
    return frozen


def _registration(stated: Properties) -> dict[str, Any]:
    lists = ("AllowedScopes", "AuthenticatedGrantTypes", "OpenDcrGrantTypes")
    found: dict[str, Any] = {name: stated.texts(name) for name in lists if stated.has(name)}
    if stated.has("OpenDcrEnabled"):
        found["OpenDcrEnabled"] = stated.flag("OpenDcrEnabled")
    return found | _texts(stated, ("EnableStatus",))


def _schema_attribute(entry: Properties, full_name: str | None) -> SchemaAttribute:
    """One attribute of the schema; a name that is no standard one gets its prefix. # idp:attributes §custom"""
    name = full_name or entry.needed("Name")
    if full_name is None and name not in STANDARD_ATTRIBUTES:
        name = own_prefix(developer_only=entry.flag("DeveloperOnlyAttribute")) + name
    lengths, values = entry.child("StringAttributeConstraints"), entry.child("NumberAttributeConstraints")
    if not entry.has("Mutable") and ":" in name:
        default = choice("cognito-idp.schemaMutableDefault")
        entry.notes.warn(
            entry.node.location,
            f"{name} does not state Mutable; it is read as {default} (assumption cognito-idp.schemaMutableDefault)",
        )
    return entry.make(
        lambda: SchemaAttribute(
            name=name,
            type=entry.choice("AttributeDataType", ("String", "Number", "DateTime", "Boolean"), "String"),
            mutable=entry.flag("Mutable", name != "sub" and choice("cognito-idp.schemaMutableDefault") == "true"),
            required=entry.flag("Required"),
            min_length=lengths.number("MinLength"),
            max_length=lengths.number("MaxLength"),
            min_value=values.number("MinValue"),
            max_value=values.number("MaxValue"),
        )
    )


def _password_policy(policies: Properties, admin: Properties) -> PasswordPolicy:
    """The policy, or AWS's own where none is stated: a policy that is stated requires only what it names, and eight
    characters. # idp:policies"""
    if not policies.has("PasswordPolicy"):
        days = admin.number("UnusedAccountValidityDays", 0) or 7
        return admin.make(lambda: PasswordPolicy(temporary_validity_days=days))
    stated = policies.child("PasswordPolicy")
    days = stated.number("TemporaryPasswordValidityDays", 0) or admin.number("UnusedAccountValidityDays", 0) or 7
    unstated = choice("cognito-idp.passwordPolicyDefaults") == "required"
    return stated.make(
        lambda: PasswordPolicy(
            minimum_length=stated.number("MinimumLength", 8),
            require_uppercase=stated.flag("RequireUppercase", unstated),
            require_lowercase=stated.flag("RequireLowercase", unstated),
            require_numbers=stated.flag("RequireNumbers", unstated),
            require_symbols=stated.flag("RequireSymbols", unstated),
            history_size=stated.number("PasswordHistorySize", 0),
            temporary_validity_days=days,
        )
    )


def _triggers(config: Properties) -> dict[str, Any]:
    """The functions by trigger, their versions, and the key that custom senders get codes under."""
    found = {name: arn for name in TRIGGERS if (arn := config.text(name)) is not None}
    versions = {}
    for name in VERSIONED_TRIGGERS:
        if config.has(name):
            stated = config.child(name)
            found[name] = stated.needed("LambdaArn")
            if stated.has("LambdaVersion"):
                allowed = ("V1_0", "V2_0", "V3_0") if name == "PreTokenGenerationConfig" else ("V1_0",)
                versions[name] = stated.choice("LambdaVersion", allowed, VERSIONED_TRIGGERS[name])
    return {"triggers": Map(found), "trigger_versions": Map(versions), "sender_key": config.text("KMSKeyID")}


ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPool",
        read=read_user_pool,
        taken={
            "AccountRecoverySetting.RecoveryMechanisms.Name": "recovery",
            "AccountRecoverySetting.RecoveryMechanisms.Priority": "recovery",
            "AdminCreateUserConfig.AllowAdminCreateUserOnly": "admin_create_user_only",
            "AdminCreateUserConfig.UnusedAccountValidityDays": "password_policy.temporary_validity_days",
            **{f"AdminCreateUserConfig.InviteMessageTemplate.{name}": "texts" for name in _INVITATION},
            "AliasAttributes": "alias_attributes",
            "AutoVerifiedAttributes": "auto_verified_attributes",
            "DeletionProtection": "deletion_protection",
            "DeviceConfiguration.ChallengeRequiredOnNewDevice": "devices",
            "DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt": "devices",
            **dict.fromkeys(("EmailAuthenticationMessage", "EmailAuthenticationSubject"), "texts"),
            **{f"EmailConfiguration.{name}": "email" for name in _EMAIL},
            **dict.fromkeys(OLDER_MESSAGES, "texts"),
            "EnabledMfas": "mfa_factors",
            "IssuerConfiguration.Type": "issuer_type",
            **{f"KeyConfiguration.{name}": "further" for name in _KEY},
            "LambdaConfig.KMSKeyID": "sender_key",
            **{f"LambdaConfig.{name}": "triggers" for name in TRIGGERS},
            **{f"LambdaConfig.{name}.LambdaVersion": "trigger_versions" for name in VERSIONED_TRIGGERS},
            **{f"LambdaConfig.{name}.LambdaArn": "triggers" for name in VERSIONED_TRIGGERS},
            "MfaConfiguration": "mfa",
            "Policies.PasswordPolicy.MinimumLength": "password_policy.minimum_length",
            "Policies.PasswordPolicy.PasswordHistorySize": "password_policy.history_size",
            "Policies.PasswordPolicy.RequireLowercase": "password_policy.require_lowercase",
            "Policies.PasswordPolicy.RequireNumbers": "password_policy.require_numbers",
            "Policies.PasswordPolicy.RequireSymbols": "password_policy.require_symbols",
            "Policies.PasswordPolicy.RequireUppercase": "password_policy.require_uppercase",
            "Policies.PasswordPolicy.TemporaryPasswordValidityDays": "password_policy.temporary_validity_days",
            "Policies.SignInPolicy.AllowedFirstAuthFactors": "first_factors",
            "Schema.AttributeDataType": "schema.type",
            "Schema.DeveloperOnlyAttribute": "schema.name",
            "Schema.Mutable": "schema.mutable",
            "Schema.Name": "schema.name",
            "Schema.NumberAttributeConstraints.MaxValue": "schema.max_value",
            "Schema.NumberAttributeConstraints.MinValue": "schema.min_value",
            "Schema.Required": "schema.required",
            "Schema.StringAttributeConstraints.MaxLength": "schema.max_length",
            "Schema.StringAttributeConstraints.MinLength": "schema.min_length",
            "SmsAuthenticationMessage": "texts",
            **{f"SmsConfiguration.{name}": "sms" for name in _SMS},
            **{f"SmsConfiguration.EumsSms.{name}": "sms" for name in _EUMS},
            "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate": "verify_before_update",
            "UserPoolAddOns.AdvancedSecurityAdditionalFlows.CustomAuthMode": "custom_auth_security",
            "UserPoolAddOns.AdvancedSecurityMode": "advanced_security",
            "UserPoolName": "name",
            "UserPoolTags": "tags",
            "UserPoolTier": "tier",
            "UsernameAttributes": "username_attributes",
            "UsernameConfiguration.CaseSensitive": "case_sensitive",
            **{f"VerificationMessageTemplate.{name}": "texts" for name in _TEMPLATE},
            **dict.fromkeys(("WebAuthnFactorConfiguration", "WebAuthnRelyingPartyID"), "web_authn"),
            "WebAuthnUserVerification": "web_authn",
        },
        attributes=("Arn", "ProviderName", "ProviderURL", "UserPoolId"),
        pins=("Id", "KnownPasswords", "Created", "Modified", "SchemaNames", "AcrConfiguration", "DcrConfiguration"),
    ),
)
