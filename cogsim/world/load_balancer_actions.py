"""The actions of a load balancer's rules: whom it asks to sign in or for a token, and where a request goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import is_placeholder

#: What becomes of a request of nobody who is signed in. # elb:authenticate
UNAUTHENTICATED = ("authenticate", "allow", "deny")
#: The cookie's name where none is stated, and seven days in seconds: the longest session, and the default.
SESSION_COOKIE, LONGEST_SESSION = "AWSELBAuthSessionCookie", 604_800
#: Names of cookies that load balancers keep for themselves. # elb:sticky-sessions
_RESERVED_COOKIES = ("AWSALB", "AWSALBAPP", "AWSALBTG")
_COOKIE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}", re.ASCII)
_ENDPOINT = re.compile(r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[^\s?#]*)?", re.ASCII)
_MOST_EXTRA = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticate:
    """What both kinds of authentication share. `timeout` is in seconds from the sign-in."""

    client_id: str
    scope: str = "openid"
    cookie_name: str = SESSION_COOKIE
    timeout: int = LONGEST_SESSION
    on_unauthenticated: str = "authenticate"
    extra_params: Map[str, str] = field(default_factory=Map)

    def __post_init__(self) -> None:
        if not self.client_id:
            raise InvalidValue("ClientId", "must not be empty")
        if not _COOKIE.fullmatch(self.cookie_name) and not is_placeholder(self.cookie_name):
            raise InvalidValue("SessionCookieName", f"{self.cookie_name!r} is no name of a cookie")
        if self.cookie_name.upper() in _RESERVED_COOKIES:
            raise InvalidValue("SessionCookieName", f"{self.cookie_name} is reserved by load balancers")
        if not 1 <= self.timeout <= LONGEST_SESSION:
            raise InvalidValue("SessionTimeout", f"{self.timeout} must be 1 to {LONGEST_SESSION} seconds")
        if self.on_unauthenticated not in UNAUTHENTICATED:
            raise InvalidValue("OnUnauthenticatedRequest", f"must be one of {', '.join(UNAUTHENTICATED)}")
        if len(self.extra_params) > _MOST_EXTRA:
            raise InvalidValue("AuthenticationRequestExtraParams", f"has more than {_MOST_EXTRA} entries")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateCognito(Authenticate):
    """Sign-in at a user pool, whose `user_pool_domain` is a prefix or a whole name."""

    user_pool_arn: str
    user_pool_domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateOidc(Authenticate):
    """Sign-in at a provider of OpenID Connect, by its three endpoints."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    user_info_endpoint: str
    client_secret: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        Authenticate.__post_init__(self)
        stated = {
            "Issuer": self.issuer,
            "AuthorizationEndpoint": self.authorization_endpoint,
            "TokenEndpoint": self.token_endpoint,
            "UserInfoEndpoint": self.user_info_endpoint,
        }
        for name, url in stated.items():
            if not _ENDPOINT.fullmatch(url) and not is_placeholder(url):
                raise InvalidValue(name, f"{url!r} must be a full address with https://")


@dataclass(frozen=True, slots=True)
class Forward:
    """On to one of the target groups (ARN and weight)."""

    groups: tuple[tuple[str, int], ...]

    def __post_init__(self) -> None:
        if not self.groups:
            raise InvalidValue("TargetGroupArn", "is required")
        if any(not 0 <= weight <= 999 for _, weight in self.groups):
            raise InvalidValue("ForwardConfig", "has a weight that is not 0 to 999")


#: What a fixed answer may be.
CONTENT_TYPES = ("text/plain", "text/css", "text/html", "application/javascript", "application/json")
_LONGEST_BODY = 1024


@dataclass(frozen=True, slots=True)
class FixedResponse:
    """An answer of the load balancer's own."""

    status_code: int
    content_type: str | None = None
    body: str | None = None

    def __post_init__(self) -> None:
        if self.status_code // 100 not in (2, 4, 5):
            raise InvalidValue("StatusCode", f"{self.status_code} must be 2XX, 4XX or 5XX")
        if self.content_type not in (None, *CONTENT_TYPES) and not is_placeholder(self.content_type or ""):
            raise InvalidValue("ContentType", f"{self.content_type!r} is not one of {', '.join(CONTENT_TYPES)}")
        if self.body is not None and len(self.body) > _LONGEST_BODY:
            raise InvalidValue("MessageBody", f"has more than {_LONGEST_BODY} characters")


@dataclass(frozen=True, slots=True)
class Redirect:
    """Send the client elsewhere; each part may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`."""

    status_code: int = 302
    protocol: str = "#{protocol}"
    host: str = "#{host}"
    port: str = "#{port}"
    path: str = "/#{path}"
    query: str = "#{query}"

    def __post_init__(self) -> None:
        if self.status_code not in (301, 302):
            raise InvalidValue("StatusCode", "must be HTTP_301 or HTTP_302")
        if self.protocol not in ("HTTP", "HTTPS", "#{protocol}"):
            raise InvalidValue("Protocol", f"{self.protocol!r} must be HTTP, HTTPS or #{{protocol}}")
        if not self.path.startswith("/"):
            raise InvalidValue("Path", "must begin with a slash")
        stated = {"Host": self.host, "Port": self.port, "Path": self.path, "Query": self.query}
        for name, text in stated.items():
            if len(text) > _LONGEST_PART:
                raise InvalidValue(name, f"has more than {_LONGEST_PART} characters")
            for keyword in re.findall(r"#\{(\w+)\}", text):
                if keyword not in _KEYWORDS[name]:
                    raise InvalidValue(name, f"cannot hold #{{{keyword}}}")
        if not (self.port == "#{port}" or self.port.isdecimal() or is_placeholder(self.port)):
            raise InvalidValue("Port", f"{self.port!r} is neither 1 to 65535 nor #{{port}}")
        if self.port.isdecimal() and not 1 <= int(self.port) <= 65_535:
            raise InvalidValue("Port", f"{self.port} is not 1 to 65535")
        if (self.protocol, self.host, self.port, self.path) == _UNCHANGED:
            raise InvalidValue("RedirectConfig", "leads back to itself: change protocol, host, port or path")


_UNCHANGED = ("#{protocol}", "#{host}", "#{port}", "/#{path}")
#: Which parts of the address each part may repeat. # elb:rule-actions
_KEYWORDS = {
    "Host": ("host",),
    "Port": ("port",),
    "Path": ("host", "path", "port"),
    "Query": ("protocol", "host", "port", "path", "query"),
}
_LONGEST_PART = 128


#: How a claim is written: as one text, as texts with spaces between them, as a list of texts. # elb:verify-jwt
CLAIM_FORMATS = ("single-string", "string-array", "space-separated-values")
_ALWAYS_CHECKED = ("exp", "iss", "nbf", "iat")
_MOST_CLAIMS, _LONGEST_TEXT = 10, 256


@dataclass(frozen=True, slots=True)
class JwtClaim:
    """A claim that a token must hold, beside those that are always looked at."""

    name: str
    format: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.name or self.name in _ALWAYS_CHECKED:
            raise InvalidValue("Name", f"{self.name!r} cannot be asked for: exp, iss, nbf and iat are always checked")
        if self.format not in CLAIM_FORMATS:
            raise InvalidValue("Format", f"{self.format!r} is not one of {', '.join(CLAIM_FORMATS)}")
        if not 1 <= len(self.values) <= _MOST_CLAIMS:
            raise InvalidValue("Values", f"of the claim {self.name} must be 1 to {_MOST_CLAIMS}")
        if self.format == "single-string" and len(self.values) > 1:
            raise InvalidValue("Values", f"of the claim {self.name} must be one, as its format is single-string")
        for value in self.values:
            if not 1 <= len(value) <= _LONGEST_TEXT:
                raise InvalidValue("Values", f"of the claim {self.name} must have 1 to {_LONGEST_TEXT} characters")
            if self.format == "space-separated-values" and " " in value:
                raise InvalidValue("Values", f"of the claim {self.name} cannot include spaces")


@dataclass(frozen=True, slots=True)
class JwtValidation:
    """A token in the Authorization header, of this issuer, under a key that stands at the endpoint. # elb:verify-jwt"""

    issuer: str
    jwks_endpoint: str
    claims: tuple[JwtClaim, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.issuer) <= _LONGEST_TEXT:
            raise InvalidValue("Issuer", f"must have 1 to {_LONGEST_TEXT} characters")
        endpoint = self.jwks_endpoint
        if not is_placeholder(endpoint) and (not _ENDPOINT.fullmatch(endpoint) or len(endpoint) > _LONGEST_TEXT):
            raise InvalidValue("JwksEndpoint", f"{endpoint!r} must be a full address with https://")
        if len(self.claims) > _MOST_CLAIMS:
            raise InvalidValue("AdditionalClaims", f"has more than {_MOST_CLAIMS} entries")


Action = AuthenticateCognito | AuthenticateOidc | JwtValidation | Forward | FixedResponse | Redirect
_FINAL = (Forward, FixedResponse, Redirect)


def check_actions(actions: Sequence[Action], protocol: str | None, path: str) -> None:
    """The last action says where a request goes; at most one before it asks who it is, on HTTPS listeners alone; no
    redirect leads from HTTPS to HTTP. `protocol` is the listener's, None where it is not known. # elb:rule-actions"""
    if not actions or not isinstance(actions[-1], _FINAL) or any(isinstance(each, _FINAL) for each in actions[:-1]):
        raise InvalidValue(path, "must end with one action that forwards, redirects or answers, and have one such")
    if len(actions) > 2:
        raise InvalidValue(path, "can authenticate once only")
    if len(actions) == 2 and protocol not in ("HTTPS", None):
        raise InvalidValue(path, f"cannot authenticate on a listener of {protocol}: HTTPS is needed")
    if protocol == "HTTPS" and isinstance(actions[-1], Redirect) and actions[-1].protocol == "HTTP":
        raise InvalidValue(path, "cannot redirect from HTTPS to HTTP")
