"""HTTP APIs of API Gateway: routes by key, integrations, JWT and Lambda authorizers, stages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder
from cogsim.world.rest_api import LONGEST_TTL, ApiStage, Backend, api_host

NONE, IAM, JWT, CUSTOM = "NONE", "AWS_IAM", "JWT", "CUSTOM"
AUTHORIZATION_TYPES = (NONE, IAM, JWT, CUSTOM)
REQUEST = "REQUEST"
AUTHORIZER_TYPES = (JWT, REQUEST)
HTTP, WEBSOCKET = "HTTP", "WEBSOCKET"
DEFAULT, CONNECT = "$default", "$connect"
AUTHORIZATION_HEADER = "$request.header.Authorization"

_ROUTE_KEY = re.compile(r"(ANY|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /\S*")
_SOURCE = re.compile(r"(\$|route\.|)request\.(header|querystring)\.\S+|\$?context\.\S+|\$?stageVariables\.\S+")


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """A route by its key, `METHOD /path` or `$default`."""

    id: str
    key: str
    authorization: str = NONE
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()
    #: `integrations/<id>`, empty where the route leads nowhere.
    target: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.authorization not in AUTHORIZATION_TYPES:
            stated = f"{self.authorization!r} is not one of {', '.join(AUTHORIZATION_TYPES)}"
            raise InvalidValue("AuthorizationType", stated)
        if self.authorization in (JWT, CUSTOM) and not self.authorizer_id:
            raise InvalidValue("AuthorizerId", f"is required for {self.authorization}")

    @property
    def method(self) -> str:
        """The method, ANY of the default route."""
        return "ANY" if self.key == DEFAULT else self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path with its parameters, empty of the default route."""
        return "" if self.key == DEFAULT else self.key.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class HttpIntegration:
    """What a route leads to."""

    id: str
    backend: Backend
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class HttpAuthorizer:
    """An authorizer: of JWTs by issuer and audience, or a Lambda function. `ttl` in seconds, None where not stated;
    `simple` functions answer with a truth value instead of a policy."""

    id: str
    name: str
    kind: str
    sources: tuple[str, ...] = ()
    issuer: str = ""
    audience: tuple[str, ...] = ()
    uri: str = ""
    payload: str = "2.0"
    simple: bool = False
    ttl: int | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in AUTHORIZER_TYPES:
            raise InvalidValue("AuthorizerType", f"{self.kind!r} is not one of {', '.join(AUTHORIZER_TYPES)}")
        if self.kind == JWT and not self.issuer:
            raise InvalidValue("JwtConfiguration.Issuer", "is required for JWT")
        if self.kind == REQUEST and not self.uri:
            raise InvalidValue("AuthorizerUri", "is required for REQUEST")
        if self.payload not in ("1.0", "2.0"):
            raise InvalidValue("AuthorizerPayloadFormatVersion", f"{self.payload!r} is neither 1.0 nor 2.0")
        if self.simple and self.payload == "1.0":
            raise InvalidValue("EnableSimpleResponses", "goes with the payload format 2.0")
        for source in self.sources:
            if not is_placeholder(source) and not _SOURCE.fullmatch(source):
                raise InvalidValue("IdentitySource", f"{source!r} is no identity source")
        if self.ttl is not None and not 0 <= self.ttl <= LONGEST_TTL:
            raise InvalidValue("AuthorizerResultTtlInSeconds", f"{self.ttl} is not from 0 to {LONGEST_TTL}")

    @property
    def source(self) -> str:
        """Where a JWT stands."""
        return self.sources[0] if self.sources else AUTHORIZATION_HEADER


@dataclass(frozen=True, slots=True)
class HttpApi:
    """An HTTP API; keys: routes by route key, integrations and authorizers by id, stages by name. Of a WebSocket
    API the route `$connect` is where clients are asked who they are."""

    id: str
    name: str
    account: str
    region: str
    partition: str = "aws"
    protocol: str = HTTP
    default_endpoint: bool = True
    routes: Map[str, HttpRoute] = field(default_factory=Map)
    integrations: Map[str, HttpIntegration] = field(default_factory=Map)
    authorizers: Map[str, HttpAuthorizer] = field(default_factory=Map)
    stages: Map[str, ApiStage] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.protocol not in (HTTP, WEBSOCKET):
            raise InvalidValue("ProtocolType", f"{self.protocol!r} is neither HTTP nor WEBSOCKET")
        for key in self.routes:
            if self.protocol == HTTP and not is_route_key(key):
                raise InvalidValue("RouteKey", f"{key!r} is neither METHOD /path nor $default")

    @property
    def arn(self) -> str:
        """Where its routes stand: `<arn>/<stage>/<METHOD>/<path>`. # apigw:arns"""
        return f"arn:{self.partition}:execute-api:{self.region}:{self.account}:{self.id}"

    @property
    def host(self) -> str:
        return api_host(self.id, self.region, self.partition)

    def backend_of(self, route: HttpRoute) -> Backend:
        """What the route leads to."""
        found = self.integrations.get(route.target.removeprefix("integrations/"))
        return found.backend if found is not None else Backend()


def is_route_key(key: str) -> bool:
    """Whether it is the key of an HTTP route."""
    return key == DEFAULT or is_placeholder(key) or _ROUTE_KEY.fullmatch(key) is not None
