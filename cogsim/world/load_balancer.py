"""An Application Load Balancer: its listeners with their rules, and the target groups that it forwards to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.arn import Arn
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.load_balancer_actions import Action, Authenticate, JwtValidation, check_actions
from cogsim.world.load_balancer_conditions import Condition, check_conditions
from cogsim.world.load_balancer_transforms import Transform, check_transforms
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

PROTOCOLS = ("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC")
#: What a target group states of health checks, beside Matcher.HttpCode and Matcher.GrpcCode.
HEALTH_CHECKS = (
    *("HealthCheckEnabled", "HealthCheckIntervalSeconds", "HealthCheckPath", "HealthCheckPort", "HealthCheckProtocol"),
    *("HealthCheckTimeoutSeconds", "HealthyThresholdCount", "UnhealthyThresholdCount"),
)
#: The path at which a load balancer takes codes. # elb:authenticate
CALLBACK = "/oauth2/idpresponse"
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_MOST_PRIORITY = 50_000


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """A load balancer by its ARN. `dns_name` is its own name, `hosts` are further names that the DNS gives it. Only one
    of the type `application` is modelled further than that."""

    arn: str
    name: str
    dns_name: str
    type: str = "application"
    scheme: str = "internet-facing"
    hosts: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    ip_address_type: str = "ipv4"
    created: float = 0.0
    attributes: Map[str, str] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for host in self.hosts:
            if not _HOST.fullmatch(host) and not is_placeholder(host):
                raise InvalidValue("Hosts", f"{host!r} is no host name in lower case")

    @property
    def region(self) -> str:
        return Arn.parse(self.arn).region

    @property
    def account(self) -> str:
        return Arn.parse(self.arn).account


@dataclass(frozen=True, slots=True)
class Listener:
    """A port of a load balancer, and what becomes of requests that no rule matches."""

    arn: str
    load_balancer_arn: str
    port: int
    protocol: str
    actions: tuple[Action, ...]
    certificates: tuple[str, ...] = ()
    ssl_policy: str | None = None
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65_535:
            raise InvalidValue("Port", f"{self.port} is not 1 to 65535")
        if self.protocol not in PROTOCOLS:
            raise InvalidValue("Protocol", f"{self.protocol!r} is not one of {', '.join(PROTOCOLS)}")
        check_actions(self.actions, self.protocol, "DefaultActions")


@dataclass(frozen=True, slots=True)
class ListenerRule:
    """A rule of a listener: where all conditions hold, its actions are taken. The least `priority` is asked first."""

    arn: str
    listener_arn: str
    priority: int
    conditions: tuple[Condition, ...]
    actions: tuple[Action, ...]
    transforms: tuple[Transform, ...] = ()
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.priority <= _MOST_PRIORITY:
            raise InvalidValue("Priority", f"{self.priority} is not 1 to {_MOST_PRIORITY}")
        check_conditions(self.conditions)
        check_transforms(self.transforms)
        check_actions(self.actions, None, "Actions")


@dataclass(frozen=True, slots=True)
class TargetGroup:
    """Where requests are forwarded to; what stands behind it is a Target. `health` holds what is stated of health
    checks, by the API's names; nobody makes any."""

    arn: str
    name: str
    protocol: str = "HTTP"
    port: int | None = None
    type: str = "instance"
    vpc_id: str | None = None
    protocol_version: str | None = None
    health: Map[str, str] = field(default_factory=Map)
    attributes: Map[str, str] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


def authentication(actions: tuple[Action, ...]) -> Authenticate | None:
    """The action among them that authenticates."""
    return next((action for action in actions if isinstance(action, Authenticate)), None)


def validation(actions: tuple[Action, ...]) -> JwtValidation | None:
    """The action among them that asks for a token."""
    return next((action for action in actions if isinstance(action, JwtValidation)), None)
