"""An identity pool, the identities in it, and the rules by which it vends roles."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.arn import Arn
from cogsim.entropy import named
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin

MATCH_TYPES = ("Equals", "Contains", "StartsWith", "NotEqual")


@dataclass(frozen=True, slots=True)
class CognitoProvider:
    """A user pool's app client accepted as a login."""

    provider_name: str
    client_id: str
    server_side_token_check: bool = False


@dataclass(frozen=True, slots=True)
class MappingRule:
    """One role rule: `claim` `match` `value` gives `role_arn`."""

    claim: str
    match: str
    value: str
    role_arn: str

    def __post_init__(self) -> None:
        if self.match not in MATCH_TYPES:
            raise InvalidValue("MatchType", f"{self.match!r} is not one of {', '.join(MATCH_TYPES)}")


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """How one provider's claims choose a role. # ci:rbac"""

    type: str
    ambiguous_role_resolution: str | None = None
    rules: tuple[MappingRule, ...] = ()

    def __post_init__(self) -> None:
        if self.type not in ("Token", "Rules"):
            raise InvalidValue("Type", f"{self.type!r} is not Token or Rules")
        if self.ambiguous_role_resolution not in (None, "AuthenticatedRole", "Deny"):
            raise InvalidValue(
                "AmbiguousRoleResolution", f"{self.ambiguous_role_resolution!r} is not AuthenticatedRole or Deny"
            )
        if (self.type == "Rules") != bool(self.rules):
            raise InvalidValue("RulesConfiguration", "goes with Type Rules, and only with it")


@dataclass(frozen=True, slots=True)
class PrincipalTags:
    """The tag map of one provider: session tag key to claim. # ci:afac"""

    use_defaults: bool = False
    tags: Map[str, str] = field(default_factory=Map)


@dataclass(frozen=True, slots=True)
class PushSync:
    """How Cognito Sync tells devices that a dataset changed. # cs:SetIdentityPoolConfiguration"""

    application_arns: tuple[str, ...] = ()
    role_arn: str | None = None


@dataclass(frozen=True, slots=True)
class CognitoStreams:
    """The Kinesis stream that Cognito Sync writes changed records to. # cs:SetIdentityPoolConfiguration"""

    stream_name: str | None = None
    role_arn: str | None = None
    status: str | None = None

    def __post_init__(self) -> None:
        if self.status not in (None, "ENABLED", "DISABLED"):
            raise InvalidValue("StreamingStatus", f"{self.status!r} is not ENABLED or DISABLED")


@dataclass(frozen=True, slots=True)
class IdentityPool:
    """An identity pool. `roles` has the keys authenticated and unauthenticated; `role_mappings` is by provider key
    (`<provider name>:<client id>` for a user pool), `principal_tags` by provider name."""

    id: str
    arn: str
    name: str
    allow_unauthenticated: bool = False
    allow_classic_flow: bool = False
    cognito_providers: tuple[CognitoProvider, ...] = ()
    supported_login_providers: Map[str, str] = field(default_factory=Map)
    developer_provider_name: str | None = None
    open_id_connect_provider_arns: tuple[str, ...] = ()
    saml_provider_arns: tuple[str, ...] = ()
    roles: Map[str, str] = field(default_factory=Map)
    role_mappings: Map[str, RoleMapping] = field(default_factory=Map)
    principal_tags: Map[str, PrincipalTags] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    push_sync: PushSync | None = None
    streams: CognitoStreams | None = None
    #: Functions of Cognito Sync, by event: `SyncTrigger` is the only one.
    events: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    #: Where the attachment of roles stands, which is a resource of its own.
    roles_origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    #: Where each provider's tag map stands: a resource of its own for each.
    tags_origins: Map[str, Origin] = field(default_factory=Map, compare=False, repr=False)

    @property
    def region(self) -> str:
        return self.id.partition(":")[0]

    @property
    def account(self) -> str:
        return Arn.parse(self.arn).account

    @property
    def partition(self) -> str:
        return Arn.parse(self.arn).partition


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity: `logins` maps a provider's name to the subject known there; none for a guest.

    `developer_users` maps a developer's own user identifiers to the developer provider they belong to; `merged_into` is
    the identity that took this one's logins over. One that is deleted is kept, nameless, so that its id never comes
    back. Instants are in seconds.
    """

    id: str
    pool_id: str
    logins: Map[str, str] = field(default_factory=Map)
    enabled: bool = True
    created: float = 0.0
    developer_users: Map[str, str] = field(default_factory=Map)
    modified: float = 0.0
    merged_into: str | None = None
    deleted: bool = False
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def authenticated(self) -> bool:
        """Whether it has a login of any kind."""
        return bool(self.logins or self.developer_users)

    def links(self) -> tuple[tuple[str, str], ...]:
        """Every login as (provider name, subject), those of public providers first."""
        users = ((self.developer_users[user], user) for user in self.developer_users)
        return (*self.logins.items(), *users)


def identity_id(pool_id: str, provider: str, subject: str, number: int = 0) -> str:
    """The id of the identity that a login makes: a function of pool, provider and subject, so that a static answer and
    the running cloud agree on `${cognito-identity.amazonaws.com:sub}`. A guest is provider `guest`, subject its number.
    `number` counts the identities that the same login had before, was unlinked from or lost.
    """
    region = pool_id.partition(":")[0]
    again = (str(number),) if number else ()
    return f"{region}:{named('cognito-identity/id', pool_id, provider, subject, *again).uuid()}"
