"""A user pool: its schema, its sign-in names, its rules for passwords, factors, devices, messages and recovery."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin

#: The attributes every pool has, in AWS's order. # idp:attributes
STANDARD_ATTRIBUTES: tuple[str, ...] = (
    *("sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile"),
    *("picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale"),
    *("phone_number", "phone_number_verified", "address", "updated_at", "identities"),
)

#: Rules in AWS's own words, as the service gives them.
REQUIRED_CUSTOM = "Required custom attributes are not supported currently."
ONE_KIND_OF_NAMES = "Only one of the aliasAttributes or usernameAttributes can be set in a user pool."
VERIFIED_BEFORE_UPDATE = (
    "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes"
)
OBSERVED_RULES = frozenset((REQUIRED_CUSTOM, ONE_KIND_OF_NAMES, VERIFIED_BEFORE_UPDATE))
#: How many attributes of its own a pool may have. # idp:quotas
CUSTOM_ATTRIBUTES = 50


def own_prefix(*, developer_only: bool) -> str:
    """What the name of a pool's own attribute begins with. # idp:attributes §custom"""
    return choice("cognito-idp.developerOnlyPrefix") if developer_only else "custom:"


@dataclass(frozen=True, slots=True)
class SchemaAttribute:
    """One attribute of a pool's schema; a custom one carries its `custom:` prefix (or one that
    begins with `dev:` where developer-only)."""

    name: str
    type: str = "String"
    mutable: bool = True
    required: bool = False
    min_length: int | None = None
    max_length: int | None = None
    min_value: int | None = None
    max_value: int | None = None

    def __post_init__(self) -> None:
        bare = self.name.rpartition(":")[2]
        if self.custom and not 1 <= len(bare) <= 20:
            raise InvalidValue("Schema.Name", f"{bare!r} must be 1 to 20 characters")
        if self.type not in ("String", "Number", "DateTime", "Boolean"):
            raise InvalidValue("Schema.AttributeDataType", f"{self.type!r} is not String, Number, DateTime or Boolean")
        if self.required and self.custom:
            raise InvalidValue("Schema.Required", REQUIRED_CUSTOM)

    @property
    def custom(self) -> bool:
        return ":" in self.name


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a password must hold; the defaults are those of a pool that states no policy. # idp:policies"""

    minimum_length: int = 8
    require_uppercase: bool = True
    require_lowercase: bool = True
    require_numbers: bool = True
    require_symbols: bool = True
    history_size: int = 0
    temporary_validity_days: int = 7

    def __post_init__(self) -> None:
        if not 6 <= self.minimum_length <= 99:
            raise InvalidValue("Policies.PasswordPolicy.MinimumLength", f"{self.minimum_length} is not within 6 to 99")
        if not 0 <= self.history_size <= 24:
            raise InvalidValue(
                "Policies.PasswordPolicy.PasswordHistorySize", f"{self.history_size} is not within 0 to 24"
            )
        if not 1 <= self.temporary_validity_days <= 365:
            raise InvalidValue(
                "Policies.PasswordPolicy.TemporaryPasswordValidityDays",
                f"{self.temporary_validity_days} is not within 1 to 365",
            )


@dataclass(frozen=True, slots=True)
class DeviceConfiguration:
    """How a pool that tracks devices treats them. # idp:device-tracking"""

    challenge_required_on_new_device: bool = False
    remembered_on_user_prompt: bool = False


@dataclass(frozen=True, slots=True)
class WebAuthnConfiguration:
    """What a pool asks of passkeys; without a relying party id it is the pool's domain. # idp:passwordless"""

    relying_party_id: str | None = None
    user_verification: str = "preferred"
    factor_configuration: str = "SINGLE_FACTOR"

    def __post_init__(self) -> None:
        members("WebAuthnUserVerification", (self.user_verification,), ("preferred", "required"))
        factors = ("SINGLE_FACTOR", "MULTI_FACTOR_WITH_USER_VERIFICATION")
        members("WebAuthnFactorConfiguration", (self.factor_configuration,), factors)


#: LambdaConfig's triggers that are a function's ARN, and those that are an object with the ARN inside, with the
#: version that the latter have where none is stated. # idp:triggers
TRIGGERS = (
    *("CreateAuthChallenge", "CustomMessage", "DefineAuthChallenge", "PostAuthentication", "PostConfirmation"),
    *("PreAuthentication", "PreSignUp", "PreTokenGeneration", "UserMigration", "VerifyAuthChallengeResponse"),
)
VERSIONED_TRIGGERS = {
    "CustomEmailSender": "V1_0",
    "CustomSMSSender": "V1_0",
    "InboundFederation": "V1_0",
    "PreTokenGenerationConfig": "V2_0",
}
#: Members that VerificationMessageTemplate replaced, and what they are called there. # idp:api §CreateUserPool
OLDER_MESSAGES = {
    "SmsVerificationMessage": "SmsMessage",
    "EmailVerificationMessage": "EmailMessage",
    "EmailVerificationSubject": "EmailSubject",
}
#: The second factors a pool can offer, by the names of EnabledMfas. # idp:mfa
MFA_FACTORS = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
#: AllowedFirstAuthFactors. # idp:passwordless
FIRST_FACTORS = ("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
SECURITY_MODES = ("OFF", "AUDIT", "ENFORCED")
RECOVERY_MECHANISMS = ("verified_email", "verified_phone_number", "admin_only")


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool. `schema` lists only what differs from or adds to the standard attributes.

    `recovery` are the recovery mechanisms, the first priority first; None is the older rule (phone, then e-mail).
    `email` and `sms` are EmailConfiguration and SmsConfiguration, frozen. `texts` are the messages, by the API's names:
    the maps `VerificationMessageTemplate`, `InviteMessageTemplate` and `EmailMfaConfiguration`, and the text
    `SmsAuthenticationMessage`; what is absent has AWS's own words. `further` are AcrConfiguration, DcrConfiguration and
    KeyConfiguration, frozen. Instants in seconds.
    """

    id: str
    arn: str
    name: str
    schema: tuple[SchemaAttribute, ...] = ()
    username_attributes: tuple[str, ...] = ()
    alias_attributes: tuple[str, ...] = ()
    auto_verified_attributes: tuple[str, ...] = ()
    verify_before_update: tuple[str, ...] = ()
    case_sensitive: bool = True
    password_policy: PasswordPolicy = field(default_factory=PasswordPolicy)
    admin_create_user_only: bool = False
    mfa: str = "OFF"
    mfa_factors: tuple[str, ...] = ()
    first_factors: tuple[str, ...] = ("PASSWORD",)
    web_authn: WebAuthnConfiguration = field(default_factory=WebAuthnConfiguration)
    devices: DeviceConfiguration | None = None
    recovery: tuple[str, ...] | None = None
    tier: str = "ESSENTIALS"
    #: Lambda triggers by their name in LambdaConfig (`PreSignUp`), each with the function's ARN.
    triggers: Map[str, str] = field(default_factory=Map)
    #: LambdaVersion of those that have one.
    trigger_versions: Map[str, str] = field(default_factory=Map)
    #: The key that custom senders get their codes encrypted with.
    sender_key: str | None = None
    advanced_security: str = "OFF"
    #: CustomAuthMode of AdvancedSecurityAdditionalFlows: OFF, AUDIT or ENFORCED.
    custom_auth_security: str = "OFF"
    texts: Map[str, Any] = field(default_factory=Map)
    email: Map[str, Any] = field(default_factory=Map)
    sms: Map[str, Any] = field(default_factory=Map)
    further: Map[str, Any] = field(default_factory=Map)
    issuer_type: str = "ORIGINAL"
    #: Where the pool's issuer stands in place of AWS's host, empty for AWS's. Kept by `World.with_user_pool`.
    issuer_base: str = ""
    #: The generations of signing keys that the pool publishes; the last one signs. # idp:verify
    signing_keys: tuple[int, ...] = (0,)
    created: float = 0.0
    modified: float = 0.0
    tags: Map[str, str] = field(default_factory=Map)
    deletion_protection: bool = False
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.username_attributes and self.alias_attributes:
            raise InvalidValue("UsernameAttributes", ONE_KIND_OF_NAMES)
        members("UsernameAttributes", self.username_attributes, ("email", "phone_number"))
        members("AliasAttributes", self.alias_attributes, ("email", "phone_number", "preferred_username"))
        members("AutoVerifiedAttributes", self.auto_verified_attributes, ("email", "phone_number"))
        members("MfaConfiguration", (self.mfa,), ("OFF", "OPTIONAL", "ON"))
        members("EnabledMfas", self.mfa_factors, MFA_FACTORS)
        members("Policies.SignInPolicy.AllowedFirstAuthFactors", self.first_factors, FIRST_FACTORS)
        members("AccountRecoverySetting.RecoveryMechanisms.Name", self.recovery or (), RECOVERY_MECHANISMS)
        members("UserPoolAddOns.AdvancedSecurityMode", (self.advanced_security,), SECURITY_MODES)
        members("UserPoolAddOns.AdvancedSecurityAdditionalFlows", (self.custom_auth_security,), SECURITY_MODES)
        members("IssuerConfiguration.Type", (self.issuer_type,), ("ORIGINAL", "UPDATED"))
        members("UserPoolTier", (self.tier,), ("LITE", "ESSENTIALS", "PLUS"))
        if not set(self.verify_before_update) <= set(self.auto_verified_attributes):
            raise InvalidValue(
                "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate",
                VERIFIED_BEFORE_UPDATE,
            )
        _check_words(self)
        _check_schema(self.schema)

    @property
    def region(self) -> str:
        return self.id.partition("_")[0]

    @property
    def provider_name(self) -> str:
        """`cognito-idp.<region>.amazonaws.com/<pool id>`: the pool's name as an identity provider."""
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"cognito-idp.{self.region}.{suffix}/{self.id}"

    @property
    def issuer(self) -> str:
        """The `iss` of the pool's tokens; a pool of the newer issuer type has a host of its own. # idp:verify"""
        if self.issuer_base:
            return f"{self.issuer_base}/{self.id}"
        return f"https://{'issuer-' if self.issuer_type == 'UPDATED' else ''}{self.provider_name}"

    def compared(self, name: str) -> str:
        """A sign-in name as the pool compares it: in lower case where it is not case-sensitive. # idp:case"""
        return name if self.case_sensitive else name.lower()

    def attribute(self, name: str) -> SchemaAttribute | None:
        """The schema's entry for `name`; a standard attribute not stated is optional, and mutable but for `sub`."""
        for entry in self.schema:
            if entry.name == name:
                return entry
        if name not in STANDARD_ATTRIBUTES:
            return None
        return SchemaAttribute(name, mutable=name != "sub")

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """Every attribute a user of this pool can have: standard first, then the schema's own."""
        return (*STANDARD_ATTRIBUTES, *(entry.name for entry in self.schema if entry.name not in STANDARD_ATTRIBUTES))


_ISSUER_BASE = re.compile(r"https?://[^\s/?#\"<>]+(/[^\s?#\"<>]*[^\s/?#\"<>])?")


def check_issuer_base(base: str) -> None:
    """InvalidValue unless `base` is empty, or an http or https address without a slash at its end."""
    if base and not _ISSUER_BASE.fullmatch(base):
        raise InvalidValue("issuer", f"{base!r} is no http or https address without a slash at its end")


def members(path: str, values: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """InvalidValue at `path` for the first of `values` that is not among `allowed`."""
    for value in values:
        if value not in allowed:
            raise InvalidValue(path, f"{value!r} is not one of {', '.join(allowed)}")


def _check_words(pool: UserPool) -> None:
    """What the lists of a pool may hold together."""
    if not pool.first_factors or pool.first_factors == ("WEB_AUTHN",):
        raise InvalidValue("Policies.SignInPolicy.AllowedFirstAuthFactors", "must hold more than WEB_AUTHN")
    recovery = pool.recovery
    if recovery is not None and not 1 <= len(recovery) <= 2:
        raise InvalidValue("AccountRecoverySetting.RecoveryMechanisms", "must hold one mechanism or two")
    if recovery is not None and "admin_only" in recovery and len(recovery) > 1:
        raise InvalidValue("AccountRecoverySetting.RecoveryMechanisms", "admin_only must stand alone")
    members("LambdaConfig", tuple(pool.triggers), (*TRIGGERS, *VERSIONED_TRIGGERS))
    members("LambdaConfig", tuple(pool.trigger_versions), tuple(VERSIONED_TRIGGERS))


def _check_schema(schema: tuple[SchemaAttribute, ...]) -> None:
    names = [entry.name for entry in schema]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue("Schema.Name", f"{name} is defined twice")
    if sum(entry.custom for entry in schema) > CUSTOM_ATTRIBUTES:
        raise InvalidValue("Schema", f"a pool has at most {CUSTOM_ATTRIBUTES} custom attributes")


def check_combination(pool: UserPool) -> None:
    """InvalidValue where AWS refuses to save settings together that it takes one by one. # idp:mfa"""
    if pool.mfa == "ON" and {"EMAIL_OTP", "SMS_OTP"} & set(pool.first_factors):
        path = "Policies.SignInPolicy.AllowedFirstAuthFactors"
        raise InvalidValue(path, "one-time passwords cannot be first factors where MFA is required")
    if "EMAIL_OTP" in pool.mfa_factors and pool.recovery == ("verified_email",):
        raise InvalidValue("EnabledMfas", "EMAIL_OTP cannot be a second factor where e-mail alone recovers accounts")
    for entry in pool.schema:
        if entry.name == "preferred_username" and entry.required and entry.name in pool.alias_attributes:
            raise InvalidValue("Schema.Required", "preferred_username cannot be required where it is an alias")
    older, newer = pool.triggers.get("PreTokenGeneration"), pool.triggers.get("PreTokenGenerationConfig")
    if older is not None and newer is not None and older != newer:
        path = "LambdaConfig.PreTokenGenerationConfig.LambdaArn"
        raise InvalidValue(path, "must be the function that PreTokenGeneration names")
