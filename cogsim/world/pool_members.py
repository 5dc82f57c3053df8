"""What belongs to a user pool beside clients and users: groups, identity providers, resource servers, domains."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin


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


@dataclass(frozen=True, slots=True)
class UserPoolIdentityProvider:
    """An external provider of a pool; `mapping` goes from pool attribute to the provider's claim."""

    pool_id: str
    name: str
    type: str
    details: Map[str, str] = field(default_factory=Map)
    mapping: Map[str, str] = field(default_factory=Map)
    identifiers: tuple[str, ...] = ()
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


@dataclass(frozen=True, slots=True)
class UserPoolDomain:
    """A pool's domain: a prefix, or a whole name where `certificate_arn` is set."""

    pool_id: str
    domain: str
    certificate_arn: str | None = None
    managed_login_version: int = 1
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RiskConfiguration:
    """Threat protection of a pool, or of one client, which then stands in the pool's place whole.

    `compromised` is EventAction with its EventFilter; `takeover` maps Low, Medium and High to an action and whether
    the user is told; the address ranges are CIDRs. # idp:threat-protection
    """

    pool_id: str
    client_id: str | None = None
    compromised_action: str = "NO_ACTION"
    compromised_events: tuple[str, ...] = ("SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP")
    takeover: Map[str, TakeoverAction] = field(default_factory=Map)
    notify: Map[str, Any] = field(default_factory=Map)
    blocked_ranges: tuple[str, ...] = ()
    skipped_ranges: tuple[str, ...] = ()
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TakeoverAction:
    """What a level of risk leads to: NO_ACTION, MFA_IF_CONFIGURED, MFA_REQUIRED or BLOCK, and whether it is told."""

    event_action: str = "NO_ACTION"
    notify: bool = False


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
