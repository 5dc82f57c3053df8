"""What belongs to a user pool beside clients and users: groups, identity providers, resource servers, domains."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any

from cogsim.entropy import named
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder


@dataclass(frozen=True, slots=True)
class UserPoolGroup:
    """A group; the lower its precedence the stronger, None being the weakest. # idp:groups"""

    pool_id: str
    name: str
    role_arn: str | None = None
    precedence: int | None = None
    description: str = ""
    created: float = 0.0
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


#: Providers there is one of in a pool, named as their type. # idp:providers
SOCIAL_PROVIDERS = ("Facebook", "Google", "LoginWithAmazon", "SignInWithApple")


def may_be_named(provider_type: str, name: str) -> bool:
    """Whether a provider of that type may have the name: a social one its type's, all others none of those."""
    if provider_type in SOCIAL_PROVIDERS:
        return name == provider_type
    return name not in (*SOCIAL_PROVIDERS, "COGNITO")


@dataclass(frozen=True, slots=True)
class UserPoolIdentityProvider:
    """An external provider of a pool; `mapping` goes from pool attribute to the provider's claim, `acr_mapping` from
    `Level1`…`Level4` to the provider's word for it. `details` hold secrets. # idp:providers"""

    pool_id: str
    name: str
    type: str
    details: Map[str, str] = field(default_factory=Map, repr=False)
    mapping: Map[str, str] = field(default_factory=Map)
    identifiers: tuple[str, ...] = ()
    acr_mapping: Map[str, str] = field(default_factory=Map)
    created: float = 0.0
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ResourceServer:
    """A resource server with its scopes: name to description."""

    pool_id: str
    identifier: str
    name: str
    scopes: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


#: What a prefix must look like, and the words that AWS keeps for itself. # idp:domain
PREFIX_PATTERN = r"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$"
RESERVED_WORDS = ("aws", "amazon", "cognito")


@dataclass(frozen=True, slots=True)
class UserPoolDomain:
    """A pool's domain: a prefix, or a whole name where `certificate_arn` is set. `managed_login_version` is 1 for the
    classic hosted UI and 2 for managed login; `routing` is the API's own shape, frozen. # idp:domain"""

    pool_id: str
    domain: str
    certificate_arn: str | None = None
    managed_login_version: int = 1
    security_policy: str | None = None
    routing: Map[str, Any] = field(default_factory=Map)
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.managed_login_version not in (1, 2):
            raise InvalidValue("ManagedLoginVersion", f"{self.managed_login_version} is not 1 or 2")

    @property
    def custom(self) -> bool:
        """Whether it is a name of one's own, and no prefix."""
        return self.certificate_arn is not None

    @property
    def cloudfront(self) -> str:
        """The CloudFront name that an alias record of a custom domain points to."""
        return f"d{named('cognito-idp/cloudfront', self.domain).lower_alnum(13)}.cloudfront.net"

    def host(self) -> str:
        """The host name under which people meet the domain."""
        region = self.pool_id.partition("_")[0]
        auth = "auth-fips" if region.startswith("us-gov-") else "auth"
        return self.domain if self.custom else f"{self.domain}.{auth}.{region}.amazoncognito.com"


#: What the answers of SetRiskConfiguration name its three parts.
COMPROMISED, TAKEOVER, EXCEPTIONS = (
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
)
RISK_EVENTS = ("SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP")
TAKEOVER_ACTIONS = ("BLOCK", "MFA_IF_CONFIGURED", "MFA_REQUIRED", "NO_ACTION")
RISK_LEVELS = ("Low", "Medium", "High")
#: How many addresses each list of exceptions may have. # idp:adaptive
MOST_RANGES = 200


@dataclass(frozen=True, slots=True)
class TakeoverAction:
    """What a level of risk leads to: NO_ACTION, MFA_IF_CONFIGURED, MFA_REQUIRED or BLOCK, and whether it is told."""

    event_action: str = "NO_ACTION"
    notify: bool = False

    def __post_init__(self) -> None:
        _among("EventAction", self.event_action, TAKEOVER_ACTIONS)


@dataclass(frozen=True, slots=True)
class RiskConfiguration:
    """Threat protection of a pool, or of one client, which then stands in the pool's place whole.

    `compromised` is EventAction with its EventFilter; `takeover` maps Low, Medium and High to an action and whether
    the user is told; the address ranges are CIDRs. `parts` are those of the three that were stated: the others are
    AWS's defaults and not shown. # idp:threat-protection
    """

    pool_id: str
    client_id: str | None = None
    compromised_action: str = "NO_ACTION"
    compromised_events: tuple[str, ...] = RISK_EVENTS
    takeover: Map[str, TakeoverAction] = field(default_factory=Map)
    notify: Map[str, Any] = field(default_factory=Map)
    blocked_ranges: tuple[str, ...] = ()
    skipped_ranges: tuple[str, ...] = ()
    parts: tuple[str, ...] = (COMPROMISED, TAKEOVER, EXCEPTIONS)
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        _among(f"{COMPROMISED}.Actions.EventAction", self.compromised_action, ("BLOCK", "NO_ACTION"))
        for event in self.compromised_events:
            _among(f"{COMPROMISED}.EventFilter", event, RISK_EVENTS)
        for level in self.takeover:
            _among(f"{TAKEOVER}.Actions", level, RISK_LEVELS)
        for path, ranges in (("BlockedIPRangeList", self.blocked_ranges), ("SkippedIPRangeList", self.skipped_ranges)):
            if len(ranges) > MOST_RANGES:
                raise InvalidValue(f"{EXCEPTIONS}.{path}", f"holds {len(ranges)} ranges, and at most {MOST_RANGES} fit")
            for each in ranges:
                if not is_cidr(each):
                    raise InvalidValue(f"{EXCEPTIONS}.{path}", f"{each!r} is no address range in CIDR notation")


def is_cidr(text: str) -> bool:
    """Whether `text` is an address with the length of its prefix; what is unresolved passes."""
    if is_placeholder(text):
        return True
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


def _among(path: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidValue(path, f"{value!r} is not one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True)
class PoolDocument:
    """A thing of a pool that is kept and shown and decides nothing: log delivery, branding, terms, session settings.

    `kind` is AWS's noun (`LogDeliveryConfiguration`, `ManagedLoginBranding`, `Terms`, `UICustomization`…), `key` tells
    several of a kind apart; `content` is the API's own shape, frozen.
    """

    pool_id: str
    kind: str
    key: str
    content: Map[str, Any] = field(default_factory=Map)
    created: float = 0.0
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TriggerRule:
    """One rule of a declared trigger: where `when` (event path to condition) holds, it answers or throws.

    `response` is laid over the event's response, frozen; `error` is the message of what is thrown.
    """

    when: Map[str, Any] = field(default_factory=Map)
    response: Map[str, Any] = field(default_factory=Map)
    error: str | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A Lambda function as far as a user pool can tell: an ARN, and rules of which the first that fits answers."""

    function_arn: str
    rules: tuple[TriggerRule, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
