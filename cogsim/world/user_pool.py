"""A user pool and what belongs to it: schema, app clients, groups, users, identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin

#: The attributes every pool has, in AWS's order. # idp:attributes
STANDARD_ATTRIBUTES: tuple[str, ...] = (
    *("sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile"),
    *("picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale"),
    *("phone_number", "phone_number_verified", "address", "updated_at", "identities"),
)


@dataclass(frozen=True, slots=True)
class SchemaAttribute:
    """One attribute of a pool's schema; a custom one carries its `custom:` prefix (or `dev:` where developer-only)."""

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
            raise InvalidValue("Schema.Required", "Required custom attributes are not supported currently.")

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
        if not 1 <= self.temporary_validity_days <= 365:
            raise InvalidValue(
                "Policies.PasswordPolicy.TemporaryPasswordValidityDays",
                f"{self.temporary_validity_days} is not within 1 to 365",
            )


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool. `schema` lists only what differs from or adds to the standard attributes."""

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
    tier: str = "ESSENTIALS"
    #: Lambda triggers by their name in LambdaConfig (`PreSignUp`), each with the function's ARN.
    triggers: Map[str, str] = field(default_factory=Map)
    advanced_security: str = "OFF"
    tags: Map[str, str] = field(default_factory=Map)
    deletion_protection: bool = False
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.username_attributes and self.alias_attributes:
            raise InvalidValue("UsernameAttributes", "cannot be set together with AliasAttributes")
        _members("UsernameAttributes", self.username_attributes, ("email", "phone_number"))
        _members("AliasAttributes", self.alias_attributes, ("email", "phone_number", "preferred_username"))
        _members("AutoVerifiedAttributes", self.auto_verified_attributes, ("email", "phone_number"))
        _members("MfaConfiguration", (self.mfa,), ("OFF", "OPTIONAL", "ON"))
        _members("UserPoolTier", (self.tier,), ("LITE", "ESSENTIALS", "PLUS"))
        if not set(self.verify_before_update) <= set(self.auto_verified_attributes):
            raise InvalidValue(
                "UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate",
                "must be among AutoVerifiedAttributes",
            )

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
        return f"https://{self.provider_name}"

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


def _members(path: str, values: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    for value in values:
        if value not in allowed:
            raise InvalidValue(path, f"{value!r} is not one of {', '.join(allowed)}")


#: ExplicitAuthFlows of a client that states none. # idp:app-clients
DEFAULT_AUTH_FLOWS = ("ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH")


@dataclass(frozen=True, slots=True)
class UserPoolClient:
    """An app client. Validities are in seconds; `read_attributes`/`write_attributes` are None where unset."""

    id: str
    pool_id: str
    name: str
    secret: str | None = field(default=None, repr=False)
    explicit_auth_flows: tuple[str, ...] = DEFAULT_AUTH_FLOWS
    read_attributes: tuple[str, ...] | None = None
    write_attributes: tuple[str, ...] | None = None
    access_token_validity: int = 3600
    id_token_validity: int = 3600
    refresh_token_validity: int = 30 * 86400
    auth_session_validity: int = 180
    prevent_user_existence_errors: str = "LEGACY"
    enable_token_revocation: bool = True
    refresh_token_rotation: bool = False
    supported_identity_providers: tuple[str, ...] = ()
    allowed_oauth_flows: tuple[str, ...] = ()
    allowed_oauth_scopes: tuple[str, ...] = ()
    allowed_oauth_flows_user_pool_client: bool = False
    callback_urls: tuple[str, ...] = ()
    logout_urls: tuple[str, ...] = ()
    default_redirect_uri: str | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for path, seconds, least, most in (
            ("AccessTokenValidity", self.access_token_validity, 300, 86400),
            ("IdTokenValidity", self.id_token_validity, 300, 86400),
            ("RefreshTokenValidity", self.refresh_token_validity, 3600, 315_360_000),
        ):
            if not least <= seconds <= most:
                raise InvalidValue(path, f"{seconds} s is not between {least} s and {most} s")
        _members("PreventUserExistenceErrors", (self.prevent_user_existence_errors,), ("LEGACY", "ENABLED"))


@dataclass(frozen=True, slots=True)
class UserPoolGroup:
    """A group; the lower its precedence the stronger, None being the weakest. # idp:groups"""

    pool_id: str
    name: str
    role_arn: str | None = None
    precedence: int | None = None
    description: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


class UserStatus(StrEnum):
    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    EXTERNAL_PROVIDER = "EXTERNAL_PROVIDER"
    RESET_REQUIRED = "RESET_REQUIRED"
    FORCE_CHANGE_PASSWORD = "FORCE_CHANGE_PASSWORD"


@dataclass(frozen=True, slots=True)
class PasswordVerifier:
    """What a pool keeps of a password: SRP salt and verifier, both lower-case hexadecimal. # idp:srp"""

    salt: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PoolUser:
    """A user of a pool: `attributes` without `sub`; instants in seconds since the epoch."""

    pool_id: str
    username: str
    sub: str
    attributes: Map[str, str] = field(default_factory=Map)
    status: UserStatus = UserStatus.UNCONFIRMED
    enabled: bool = True
    password: PasswordVerifier | None = field(default=None, repr=False)
    temporary_password_set_at: float | None = None
    groups: tuple[str, ...] = ()
    created: float = 0.0
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class UserPoolIdentityProvider:
    """An external provider of a pool; `mapping` goes from pool attribute to the provider's claim."""

    pool_id: str
    name: str
    type: str
    details: Map[str, str] = field(default_factory=Map)
    mapping: Map[str, str] = field(default_factory=Map)
    identifiers: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ResourceServer:
    """A resource server with its scopes: name to description."""

    pool_id: str
    identifier: str
    name: str
    scopes: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class UserPoolDomain:
    """A pool's domain: a prefix, or a whole name where `certificate_arn` is set."""

    pool_id: str
    domain: str
    certificate_arn: str | None = None
    managed_login_version: int = 1
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
