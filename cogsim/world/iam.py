"""IAM's nouns: roles, users, groups, managed policies and identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.entropy import named
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.tokens.totp import decoded
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

_NAME = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-")


def unique_id(prefix: str, arn: str) -> str:
    """The unique id AWS would give (`AROA…`, `AIDA…`): a function of the ARN, so that it survives a reload."""
    return prefix + named("iam/unique-id", arn).base32(17)


def check_name(member: str, name: str, longest: int) -> None:
    """IAM's rule for names of users, roles and groups."""
    if is_placeholder(name):
        return
    if not 1 <= len(name) <= longest or not set(name) <= _NAME:
        raise InvalidValue(member, f"{name!r} must be 1 to {longest} characters of letters, digits and +=,.@_-")


def check_path(path: str) -> None:
    """A path begins and ends with a slash."""
    if not is_placeholder(path) and not (path.startswith("/") and path.endswith("/") and len(path) <= 512):
        raise InvalidValue("Path", f"{path!r} must begin and end with a slash")


@dataclass(frozen=True, slots=True)
class Role:
    """A role. `inline` maps policy names to documents, `managed` and `boundary` are policy ARNs, `created` is in
    seconds since the epoch."""

    arn: str
    name: str
    trust: Policy
    path: str = "/"
    unique_id: str = ""
    inline: Map[str, Policy] = field(default_factory=Map)
    managed: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Map[str, str] = field(default_factory=Map)
    max_session_duration: int = 3600
    description: str = ""
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_name("RoleName", self.name, 64)
        check_path(self.path)
        if not 3600 <= self.max_session_duration <= 43200:
            raise InvalidValue("MaxSessionDuration", f"{self.max_session_duration} must be between 3600 and 43200")
        if not self.unique_id:
            object.__setattr__(self, "unique_id", unique_id("AROA", self.arn))


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user; `groups` are group names of the same account."""

    arn: str
    name: str
    path: str = "/"
    unique_id: str = ""
    inline: Map[str, Policy] = field(default_factory=Map)
    managed: tuple[str, ...] = ()
    boundary: str | None = None
    groups: tuple[str, ...] = ()
    tags: Map[str, str] = field(default_factory=Map)
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_name("UserName", self.name, 64)
        check_path(self.path)
        if not self.unique_id:
            object.__setattr__(self, "unique_id", unique_id("AIDA", self.arn))


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A long-term key of an IAM user."""

    id: str
    user_arn: str
    secret: str = field(repr=False)
    active: bool = True
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Group:
    """An IAM group: policies for its users, never a principal."""

    arn: str
    name: str
    path: str = "/"
    inline: Map[str, Policy] = field(default_factory=Map)
    managed: tuple[str, ...] = ()
    unique_id: str = ""
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_name("GroupName", self.name, 128)
        check_path(self.path)
        if not self.unique_id:
            object.__setattr__(self, "unique_id", unique_id("AGPA", self.arn))


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a managed policy; `id` is `v1`, `v2`, … and is never given out twice."""

    id: str
    policy: Policy
    created: float = 0.0

    @property
    def number(self) -> int:
        return int(self.id.removeprefix("v"))


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A customer managed policy. `policy` is its default version, the one in force; `others` are kept aside, oldest
    first, and `made` counts the versions there ever were."""

    arn: str
    name: str
    policy: Policy
    path: str = "/"
    description: str = ""
    unique_id: str = ""
    tags: Map[str, str] = field(default_factory=Map)
    created: float = 0.0
    updated: float = 0.0
    default_id: str = "v1"
    default_created: float = 0.0
    others: tuple[PolicyVersion, ...] = ()
    made: int = 1
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_name("PolicyName", self.name, 128)
        check_path(self.path)
        for version in self.versions:
            digits = version.id.removeprefix("v")
            if not (version.id.startswith("v") and digits.isascii() and digits.isdigit() and int(digits) >= 1):
                raise InvalidValue("DefaultVersionId", f"{version.id!r} must be v and a number")
        if not self.unique_id:
            object.__setattr__(self, "unique_id", unique_id("ANPA", self.arn))

    @property
    def default(self) -> PolicyVersion:
        return PolicyVersion(self.default_id, self.policy, self.default_created)

    @property
    def versions(self) -> tuple[PolicyVersion, ...]:
        """Every version, the default among them."""
        return (self.default, *self.others)


@dataclass(frozen=True, slots=True)
class SamlPrivateKey:
    """A key that encrypted assertions are opened with, in PEM; `added` is in seconds since the epoch."""

    pem: str = field(repr=False)
    added: float = 0.0

    @property
    def id(self) -> str:
        """The id that AWS would give, here a function of the key."""
        return "SAMLSPKEY" + named("iam/saml-private-key", self.pem).base32(24)


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """A SAML provider registered with IAM; `metadata` is its XML. `encryption` is None, `Allowed` or `Required`, and
    `private_keys` open what is encrypted. # ug:saml-provider §encryption"""

    arn: str
    name: str
    metadata: str = field(default="", repr=False)
    tags: Map[str, str] = field(default_factory=Map)
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    encryption: str | None = None
    private_keys: tuple[SamlPrivateKey, ...] = ()


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An OpenID Connect provider registered with IAM; `url` carries its scheme, `client_ids` are the audiences."""

    arn: str
    url: str
    client_ids: tuple[str, ...] = ()
    thumbprints: tuple[str, ...] = ()
    tags: Map[str, str] = field(default_factory=Map)
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.url.startswith("https://") and not is_placeholder(self.url):
            raise InvalidValue("Url", f"{self.url!r} must begin with https://")


@dataclass(frozen=True, slots=True)
class MfaDevice:
    """A virtual MFA device. `serial_number` is its ARN, `seed` the shared secret in base32, `user_arn` whom it is
    enabled for (a user's ARN, or the root user's), `enabled` since when, in seconds."""

    serial_number: str
    name: str
    seed: str = field(repr=False)
    path: str = "/"
    user_arn: str | None = None
    enabled: float = 0.0
    tags: Map[str, str] = field(default_factory=Map)
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        check_name("VirtualMFADeviceName", self.name, 226)
        check_path(self.path)
        try:
            sound = len(decoded(self.seed)) > 0
        except ValueError:
            sound = False
        if not sound:
            raise InvalidValue("Seed", "a seed is base32")


@dataclass(frozen=True, slots=True)
class RootAccess:
    """Centralized root access in an organization: from its management account, or the administrator it delegated to,
    root sessions of its member accounts can be had. Accounts are twelve digits. # ug:root-access"""

    management_account: str
    members: tuple[str, ...] = ()
    delegated_administrator: str | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        accounts = (self.management_account, *self.members, self.delegated_administrator or "0" * 12)
        for account in accounts:
            if not (len(account) == 12 and account.isascii() and account.isdigit()) and not is_placeholder(account):
                raise InvalidValue("Members", f"{account!r} is no account id of twelve digits")
        if self.management_account in self.members:
            raise InvalidValue("Members", "the management account is no member account")
