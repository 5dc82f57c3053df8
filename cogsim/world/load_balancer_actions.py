"""The actions and conditions of a load balancer's rules: whom it asks to sign in, where a request goes, which it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network

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


@dataclass(frozen=True, slots=True)
class FixedResponse:
    """An answer of the load balancer's own."""

    status_code: int
    content_type: str | None = None
    body: str | None = None

    def __post_init__(self) -> None:
        if self.status_code // 100 not in (2, 4, 5):
            raise InvalidValue("StatusCode", f"{self.status_code} must be 2XX, 4XX or 5XX")


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
        if (self.protocol, self.host, self.port, self.path, self.query) == _UNCHANGED:
            raise InvalidValue("RedirectConfig", "leads back to itself: change one part at least")


_UNCHANGED = ("#{protocol}", "#{host}", "#{port}", "/#{path}", "#{query}")


@dataclass(frozen=True, slots=True)
class Unmodelled:
    """An action of a `type` that load balancers have and the model does not: whoever meets it is told."""

    type: str


Action = AuthenticateCognito | AuthenticateOidc | Forward | FixedResponse | Redirect | Unmodelled
_FINAL = (Forward, FixedResponse, Redirect)


def check_actions(actions: Sequence[Action], protocol: str, path: str) -> None:
    """The last action says where a request goes; at most one before it authenticates, on HTTPS listeners alone.
    # elb:rule-actions"""
    if any(isinstance(action, Unmodelled) for action in actions):
        return
    if not actions or not isinstance(actions[-1], _FINAL) or any(isinstance(each, _FINAL) for each in actions[:-1]):
        raise InvalidValue(path, "must end with one action that forwards, redirects or answers, and have one such")
    if len(actions) > 2:
        raise InvalidValue(path, "can authenticate once only")
    if len(actions) == 2 and protocol != "HTTPS":
        raise InvalidValue(path, f"cannot authenticate on a listener of {protocol}: HTTPS is needed")


#: The fields of conditions. # elb:rule-conditions
FIELDS = ("host-header", "path-pattern", "http-header", "http-request-method", "query-string", "source-ip")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition holds where one of its values matches. `header` names the header of an http-header condition; the
    `pairs` of a query-string condition have a key, or None for any. Values that are a `regex` are not modelled."""

    field: str
    values: tuple[str, ...] = ()
    header: str | None = None
    pairs: tuple[tuple[str | None, str], ...] = ()
    regex: bool = False

    def __post_init__(self) -> None:
        if self.field == "source-ip":
            for value in self.values:
                _check_network(value)
        if self.field == "http-header" and not self.header:
            raise InvalidValue("HttpHeaderConfig", "names no header")
        if self.field not in FIELDS:
            raise InvalidValue("Field", f"{self.field!r} is not one of {', '.join(FIELDS)}")
        if not (self.pairs if self.field == "query-string" else self.values):
            raise InvalidValue("Values", f"of the condition {self.field} are empty")


def _check_network(value: str) -> None:
    try:
        ip_network(value)
    except ValueError:
        if not is_placeholder(value):
            raise InvalidValue("Values", f"{value!r} is not an address range in CIDR form") from None
