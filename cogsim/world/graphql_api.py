"""GraphQL APIs of AppSync: who may come in by which mode, the schema with its directives, and API keys."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin
from cogsim.world.rest_api import LONGEST_TTL, check_pattern

API_KEY, IAM, USER_POOLS, OIDC, LAMBDA = (
    "API_KEY", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "AWS_LAMBDA",
)  # fmt: skip
MODES = (API_KEY, IAM, USER_POOLS, OIDC, LAMBDA)
ALLOW, DENY = "ALLOW", "DENY"


@dataclass(frozen=True, slots=True)
class AuthMode:
    """One way in. Of user pools `pool_id`, `default_action` and the pattern of app clients; of OpenID Connect `issuer`,
    the pattern of clients and two ages in milliseconds (0: any); of Lambda the function, `ttl` in seconds and the
    pattern of tokens. `pattern` is empty where everything matches."""

    kind: str
    pool_id: str = ""
    pool_region: str = ""
    default_action: str = ALLOW
    pattern: str = ""
    issuer: str = ""
    iat_ttl: int = 0
    auth_ttl: int = 0
    uri: str = ""
    ttl: int = 300

    def __post_init__(self) -> None:
        if self.kind not in MODES:
            raise InvalidValue("AuthenticationType", f"{self.kind!r} is not one of {', '.join(MODES)}")
        needed = {USER_POOLS: ("UserPoolConfig.UserPoolId", self.pool_id), OIDC: ("OpenIDConnectConfig", self.issuer)}
        needed[LAMBDA] = ("LambdaAuthorizerConfig.AuthorizerUri", self.uri)
        path, held = needed.get(self.kind, ("", "-"))
        if not held:
            raise InvalidValue(path, f"is required for {self.kind}")
        if self.default_action not in (ALLOW, DENY):
            raise InvalidValue("UserPoolConfig.DefaultAction", f"{self.default_action!r} is neither ALLOW nor DENY")
        if not 0 <= self.ttl <= LONGEST_TTL:
            raise InvalidValue("LambdaAuthorizerConfig.AuthorizerResultTtlInSeconds", f"{self.ttl} is too long")
        check_pattern("UserPoolConfig.AppIdClientRegex", self.pattern)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key; `expires` in seconds since the epoch."""

    id: str
    expires: float
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class GraphqlApi:
    """A GraphQL API. `modes` are the default way in and the additional ones; `schema` is the schema's text."""

    id: str
    name: str
    account: str
    region: str
    modes: tuple[AuthMode, ...]
    partition: str = "aws"
    schema: str = ""
    keys: Map[str, ApiKey] = field(default_factory=Map)
    private: bool = False
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    schema_origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.modes:
            raise InvalidValue("AuthenticationType", "is required")

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:appsync:{self.region}:{self.account}:apis/{self.id}"

    @property
    def host(self) -> str:
        return f"{self.id}.appsync-api.{self.region}.amazonaws.com"

    @property
    def default(self) -> AuthMode:
        """The mode of every field that says nothing else."""
        return self.modes[0]
