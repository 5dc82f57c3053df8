"""An identity pool, the identities in it, and the rules by which it vends roles."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    #: Where the attachment of roles stands, which is a resource of its own.
    roles_origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    #: Where each provider's tag map stands: a resource of its own for each.
    tags_origins: Map[str, Origin] = field(default_factory=Map, compare=False, repr=False)

    @property
    def region(self) -> str:
        return self.id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity: `logins` maps a provider's name to the subject known there; none for a guest."""

    id: str
    pool_id: str
    logins: Map[str, str] = field(default_factory=Map)
    enabled: bool = True
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


def identity_id(pool_id: str, provider: str, subject: str) -> str:
    """The id of the identity that a login makes: a function of pool, provider and subject, so that a static answer and
    the running cloud agree on `${cognito-identity.amazonaws.com:sub}`. A guest is provider `guest`, subject its number.
    """
    region = pool_id.partition(":")[0]
    return f"{region}:{named('cognito-identity/id', pool_id, provider, subject).uuid()}"
