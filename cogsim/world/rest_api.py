"""REST APIs of API Gateway: resources, methods, authorizers, stages, and the policy of the API itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

NONE, IAM, CUSTOM, COGNITO = "NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"
AUTHORIZATION_TYPES = (NONE, IAM, CUSTOM, COGNITO)
TOKEN, REQUEST = "TOKEN", "REQUEST"
AUTHORIZER_TYPES = (TOKEN, REQUEST, COGNITO)
PRIVATE = "PRIVATE"
ENDPOINT_TYPES = ("EDGE", "REGIONAL", PRIVATE)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ANY = "ANY"
#: Where an API key stands: in the header `x-api-key`, or in what a Lambda authorizer answers.
HEADER, AUTHORIZER = "HEADER", "AUTHORIZER"
KEY_SOURCES = (HEADER, AUTHORIZER)
AUTHORIZATION_HEADER = "method.request.header.Authorization"

#: The kinds of answers that a gateway gives of its own. # apigw:gateway-responses
RESPONSE_TYPES = (
    *("DEFAULT_4XX", "DEFAULT_5XX", "ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR"),
    *("AUTHORIZER_FAILURE", "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "EXPIRED_TOKEN", "INTEGRATION_FAILURE"),
    *("INTEGRATION_TIMEOUT", "INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN"),
    *("QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED"),
    *("UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
)

#: How long an authorizer's answer is kept where nothing is said, and at most (seconds). # apigw:lambda-authorizer
DEFAULT_TTL, LONGEST_TTL = 300, 3600

_PART = re.compile(r"\{[A-Za-z0-9._-]+\+?\}|[A-Za-z0-9._~:$,*()+@=!'&;%-]+")
_IDENTITY_SOURCE = re.compile(r"method\.request\.(header|querystring)\.\S+|stageVariables\.\S+|context\.\S+")


@dataclass(frozen=True, slots=True)
class Backend:
    """What stands behind a route: the kind of integration (MOCK, AWS_PROXY, HTTP…) and its URI, empty for MOCK."""

    kind: str = "MOCK"
    uri: str = ""


@dataclass(frozen=True, slots=True)
class RestResource:
    """A part of a path: `part` is a word, `{parameter}` or the greedy `{parameter+}`."""

    id: str
    parent_id: str
    part: str
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_placeholder(self.part) and not _PART.fullmatch(self.part):
            raise InvalidValue("PathPart", f"{self.part!r} is neither a word, {{parameter}} nor {{parameter+}}")


@dataclass(frozen=True, slots=True)
class RestMethod:
    """A method of a resource; `scopes` are those of which an access token must have one."""

    resource_id: str
    http_method: str
    authorization: str = NONE
    authorizer_id: str = ""
    scopes: tuple[str, ...] = ()
    api_key_required: bool = False
    backend: Backend = field(default_factory=Backend)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.http_method not in (*METHODS, ANY) and not is_placeholder(self.http_method):
            raise InvalidValue("HttpMethod", f"{self.http_method!r} is not one of {', '.join((*METHODS, ANY))}")
        if self.authorization not in AUTHORIZATION_TYPES:
            stated = f"{self.authorization!r} is not one of {', '.join(AUTHORIZATION_TYPES)}"
            raise InvalidValue("AuthorizationType", stated)
        if self.authorization in (CUSTOM, COGNITO) and not self.authorizer_id:
            raise InvalidValue("AuthorizerId", f"is required for {self.authorization}")


@dataclass(frozen=True, slots=True)
class RestAuthorizer:
    """An authorizer. `sources` are identity sources (`method.request.header.Authorization`), `validation` the regular
    expression that a token, or of a user pool's its `aud`, must match; `ttl` in seconds."""

    id: str
    name: str
    kind: str
    sources: tuple[str, ...] = ()
    validation: str = ""
    providers: tuple[str, ...] = ()
    uri: str = ""
    ttl: int = DEFAULT_TTL
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in AUTHORIZER_TYPES:
            raise InvalidValue("Type", f"{self.kind!r} is not one of {', '.join(AUTHORIZER_TYPES)}")
        if self.kind == COGNITO and not self.providers:
            raise InvalidValue("ProviderARNs", "is required for COGNITO_USER_POOLS")
        if self.kind != COGNITO and not self.uri:
            raise InvalidValue("AuthorizerUri", f"is required for {self.kind}")
        if self.kind == REQUEST and self.ttl and not self.sources:
            raise InvalidValue("IdentitySource", "is required where answers are kept")
        for source in self.sources:
            if not is_placeholder(source) and not _IDENTITY_SOURCE.fullmatch(source):
                raise InvalidValue("IdentitySource", f"{source!r} is no identity source")
        if not 0 <= self.ttl <= LONGEST_TTL:
            raise InvalidValue("AuthorizerResultTtlInSeconds", f"{self.ttl} is not from 0 to {LONGEST_TTL}")
        check_pattern("IdentityValidationExpression", self.validation)

    @property
    def source(self) -> str:
        """The one identity source of an authorizer that reads a token."""
        return self.sources[0] if self.sources else AUTHORIZATION_HEADER


@dataclass(frozen=True, slots=True)
class ApiStage:
    """A stage: a name in the address, with variables of its own."""

    name: str
    deployment_id: str = ""
    variables: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """What the API answers of its own where it refuses: a status (0: the usual one), headers by their name in lower
    case and templates by content type, both as written. # apigw:gateway-responses"""

    status: int = 0
    headers: Map[str, str] = field(default_factory=Map)
    templates: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.status and not 200 <= self.status <= 599:
            raise InvalidValue("StatusCode", f"{self.status} is not from 200 to 599")


@dataclass(frozen=True, slots=True)
class RestApi:
    """A REST API. Keys: resources, authorizers and deployments by id, methods by (resource id, HTTP method), stages by
    name, `responses` by the type of the gateway response. Every stage serves the API as it stands: what was deployed
    and changed since is not told apart."""

    id: str
    name: str
    account: str
    region: str
    root_id: str
    partition: str = "aws"
    policy: Policy | None = None
    endpoint_types: tuple[str, ...] = ("EDGE",)
    vpc_endpoints: tuple[str, ...] = ()
    default_endpoint: bool = True
    key_source: str = HEADER
    resources: Map[str, RestResource] = field(default_factory=Map)
    methods: Map[tuple[str, str], RestMethod] = field(default_factory=Map)
    authorizers: Map[str, RestAuthorizer] = field(default_factory=Map)
    stages: Map[str, ApiStage] = field(default_factory=Map)
    deployments: tuple[str, ...] = ()
    responses: Map[str, GatewayAnswer] = field(default_factory=Map)
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for kind in self.endpoint_types:
            if kind not in ENDPOINT_TYPES:
                raise InvalidValue("EndpointConfiguration.Types", f"{kind!r} is not one of {', '.join(ENDPOINT_TYPES)}")
        if self.key_source not in KEY_SOURCES:
            raise InvalidValue("ApiKeySourceType", f"{self.key_source!r} is not one of {', '.join(KEY_SOURCES)}")
        if self.vpc_endpoints and not self.is_private:
            raise InvalidValue("EndpointConfiguration.VpcEndpointIds", "goes with the endpoint type PRIVATE")

    @property
    def is_private(self) -> bool:
        """Whether it is reached through VPC endpoints only."""
        return PRIVATE in self.endpoint_types

    @property
    def arn(self) -> str:
        """Where its routes stand: `<arn>/<stage>/<METHOD>/<path>`. # apigw:arns"""
        return f"arn:{self.partition}:execute-api:{self.region}:{self.account}:{self.id}"

    @property
    def host(self) -> str:
        return api_host(self.id, self.region, self.partition)

    def path_of(self, resource_id: str) -> str:
        """The path of a resource from the root, `/` for the root; empty where a parent is not there."""
        parts: list[str] = []
        while resource_id != self.root_id:
            resource = self.resources.get(resource_id)
            if resource is None or len(parts) > len(self.resources):
                return ""
            parts.append(resource.part)
            resource_id = resource.parent_id
        return "/" + "/".join(reversed(parts))


def api_host(api_id: str, region: str, partition: str) -> str:
    """The host that an API is reached at. # apigw:arns"""
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return f"{api_id}.execute-api.{region}.{suffix}"


def check_pattern(path: str, pattern: str) -> None:
    """InvalidValue where a regular expression is none."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidValue(path, f"is no regular expression: {error}") from None
