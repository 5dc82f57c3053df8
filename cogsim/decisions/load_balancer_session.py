"""Is the browser in front of a load balancer signed in, and how does it come to be. # elb:authenticate

1. A session is a cookie that the load balancer sealed itself. It is good for every rule with the same cookie name,
   whichever client and provider it was made with: rules that must ask apart need names of their own.
2. It ends when its time is over. While the access token is in force nobody is asked; afterwards the refresh token is
   tried, where there is one, and a refusal of it ends the session. A cookie that was taken away from the browser and
   kept elsewhere stays good for as long.
3. A sign-in begins with a state that the load balancer keeps, bound to the browser by a cookie, and ends within fifteen
   minutes: stops a code that somebody else puts into the browser.
4. After it the browser goes to the address that it asked for when it began, and nowhere else.
5. Tokens are taken from the provider's own endpoint, by the load balancer's secret; userInfo must speak of the same
   user.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.load_balancer_provider import Endpoints
from cogsim.decisions.load_balancer_rules import HttpRequest, parameter
from cogsim.frozen import freeze, thaw
from cogsim.persistent import Map
from cogsim.tokens.jwt import read
from cogsim.tokens.oidc_claims import Expected, check_claims
from cogsim.world.load_balancer import CALLBACK, Listener, LoadBalancer, authentication
from cogsim.world.load_balancer_actions import Authenticate
from cogsim.world.world import World

#: The cookie that binds a sign-in to its browser, and how long the sign-in may take (seconds).
NONCE_COOKIE, LOGIN_LIFE = "AWSALBAuthNonce", 900.0
#: The most that claims and access token may weigh together, and the cookies that a session is spread over, in bytes.
MOST_CLAIMS, _SHARD, _MOST_SHARDS = 11 * 1024, 4096, 4
_SOURCE = "elb:authenticate"


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A sign-in on its way, known by its state's digest: where it began, for whom, and what must come back. `bound` is
    the cookie's value; `begun` in seconds."""

    balancer_arn: str
    listener_arn: str
    action: Authenticate
    url: str
    redirect_uri: str
    bound: str = field(repr=False)
    nonce: str | None = field(repr=False)
    begun: float


@dataclass(frozen=True, slots=True)
class AuthSession:
    """What a session cookie holds, sealed; instants in seconds. `action` is the one that the user signed in by."""

    balancer_arn: str
    listener_arn: str
    action: Authenticate
    claims: Map[str, Any] = field(repr=False)
    access_token: str = field(repr=False)
    access_ends: float
    refresh_token: str | None = field(repr=False)
    began: float

    @property
    def ends(self) -> float:
        return self.began + self.action.timeout

    @property
    def subject(self) -> str:
        return str(self.claims["sub"])


class Standing(StrEnum):
    """How far a session cookie goes."""

    NOBODY = "nobody is signed in"
    IN_FORCE = "in force"
    TO_REFRESH = "the access token is over, the refresh token is tried"


def session_cookie(request: HttpRequest, action: Authenticate) -> str | None:
    """The cookie's value, its shards put together; None where the first is absent."""
    names = [f"{action.cookie_name}-{number}" for number in range(_MOST_SHARDS)]
    found: list[str] = []
    for name in names:
        if name not in request.cookies:
            break
        found.append(request.cookies[name])
    return "".join(found) or None


def accept_session(
    held: AuthSession | None,
    balancer: LoadBalancer,
    listener: Listener,
    action: Authenticate,
    *,
    sent: bool,
    now: float,
) -> Decision[Standing]:
    """How far the session goes that a cookie stands for; `held` is None where it is none that was sealed here, `sent`
    whether there was one at all (arguments 1 and 2)."""
    question = "is there a session of this load balancer's?"
    if not sent:
        return decided(Standing.NOBODY, Step(question, "no", f"no cookie {action.cookie_name}", _SOURCE))
    if held is None or held.balancer_arn != balancer.arn or held.action.cookie_name != action.cookie_name:
        step = Step(question, "no", "AuthInvalidCookie: not one that was sealed here", "elb:access-logs", decides=True)
        return decided(Standing.NOBODY, step)
    steps = [_scope(held, listener)]
    if steps[0].answer == "no":
        return Decision(Standing.NOBODY, tuple(steps))
    if held.action != action:
        found = f"made by {held.action.client_id}, taken by a rule of {action.client_id} with the same cookie name"
        steps.append(Step("was it made by this rule's client?", "no, and nobody asks", found, _SOURCE))
    lasts = _lasts(held, action, now)
    if lasts.answer == "no":
        return decided(Standing.NOBODY, lasts, after=steps)
    return _access(held, [*steps, lasts], now)


def _lasts(held: AuthSession, action: Authenticate, now: float) -> Step:
    """Whether the session's time is over; whose time, where two rules of one cookie name state two, is assumed."""
    question, source = "does the session last?", f"{_SOURCE}§session-timeout"
    whose = "rule-of-sign-in" if held.action.timeout == action.timeout else choice("elb.sessionLength")
    ends = held.ends if whose == "rule-of-sign-in" else held.began + action.timeout
    answer, over = ("no", True) if now >= ends else ("yes", False)
    found = f"it ended {int(now - ends)} s ago" if over else f"{int(ends - now)} s more"
    if held.action.timeout == action.timeout:
        return Step(question, answer, found, source, decides=over)
    return Step(question, answer, found, source, Basis.ASSUMED, assumption="elb.sessionLength", decides=over)


def _scope(held: AuthSession, listener: Listener) -> Step:
    whole = choice("elb.sessionScope") == "load-balancer"
    good = whole or held.listener_arn == listener.arn
    return Step(
        "is the session good at this listener?",
        "yes" if good else "no",
        "the same" if held.listener_arn == listener.arn else "another of the same load balancer",
        _SOURCE,
        Basis.ASSUMED,
        assumption="elb.sessionScope",
        decides=not good,
    )


def _access(held: AuthSession, steps: list[Step], now: float) -> Decision[Standing]:
    question = "is the user's access token in force?"
    if now < held.access_ends:
        step = Step(question, "yes", "nobody is asked whether the user signed out", _SOURCE, decides=True)
        return decided(Standing.IN_FORCE, step, after=steps)
    if held.refresh_token is None:
        step = Step(question, "no", "without a refresh token the session stays until it ends", _SOURCE, decides=True)
        return decided(Standing.IN_FORCE, step, after=steps)
    return decided(Standing.TO_REFRESH, Step(question, "no", "there is a refresh token", _SOURCE), after=steps)


def without_session(action: Authenticate) -> Decision[str | Refusal]:
    """What becomes of a request of nobody: `authenticate`, `allow`, or 401."""
    answer, question = action.on_unauthenticated, "what becomes of a request of nobody?"
    if answer == "deny":
        step = Step(question, "it is refused", "OnUnauthenticatedRequest deny", _SOURCE, decides=True)
        return decided(Refusal("401", ""), step)
    found = {"allow": "it goes to the target as it is", "authenticate": "the browser is sent to sign in"}[answer]
    return decided(answer, Step(question, found, f"OnUnauthenticatedRequest {answer}", _SOURCE, decides=True))


def authorization_address(
    endpoints: Endpoints, action: Authenticate, request: HttpRequest, state: str, nonce: str
) -> Decision[str]:
    """Where the browser is sent to sign in."""
    sends = choice("elb.nonceParameter") == "sent"
    asked = {
        **dict(action.extra_params.items()),
        "client_id": action.client_id,
        "redirect_uri": redirect_uri(request),
        "response_type": "code",
        "scope": action.scope,
        "state": state,
        **({"nonce": nonce} if sends else {}),
    }
    joint = "&" if "?" in endpoints.authorization else "?"
    step = Step(
        "does the provider get a nonce?",
        "yes" if sends else "no",
        endpoints.authorization,
        _SOURCE,
        Basis.ASSUMED,
        assumption="elb.nonceParameter",
    )
    return decided(f"{endpoints.authorization}{joint}{urlencode(asked)}", step)


def redirect_uri(request: HttpRequest) -> str:
    """The address that a code comes back to, at the host that was asked for."""
    return request.base + CALLBACK


def takes_codes(world: World, listener: Listener, request: HttpRequest) -> bool:
    """Whether the request is for the load balancer's own callback: no target ever gets it."""
    if request.path != CALLBACK:
        return False
    rules = (rule.actions for rule in world.listener_rules.values() if rule.listener_arn == listener.arn)
    return any(authentication(actions) is not None for actions in (listener.actions, *rules))


def accept_callback(
    held: PendingLogin | None, balancer: LoadBalancer, listener: Listener, request: HttpRequest, now: float
) -> Decision[str | Refusal]:
    """The code that came back to the sign-in `held`, or the refusal (argument 3)."""
    question = "is it the answer to a sign-in that this browser began?"
    if parameter(request, "state") is None:
        return _broken(question, "AuthMissingStateParam")
    if held is None or (held.balancer_arn, held.listener_arn) != (balancer.arn, listener.arn):
        return _broken(question, "AuthInvalidStateParam")
    if held.redirect_uri != redirect_uri(request):
        return _broken(question, "AuthInvalidStateParam")
    binds = choice("elb.stateBinding") == "nonce-cookie"
    sent = request.cookies.get(NONCE_COOKIE)
    same = sent is not None and hmac.compare_digest(sent.encode(), held.bound.encode())
    step = Step(
        question,
        "yes" if same else "no" if binds else "nobody asks",
        f"{NONCE_COOKIE}",
        _SOURCE,
        Basis.ASSUMED,
        assumption="elb.stateBinding",
        decides=binds and not same,
    )
    if binds and not same:
        # elb:repost-authentication
        reason = "AuthMissingAWSALBAuthNonce" if sent is None else "AuthInvalidAWSALBAuthNonce"
        return decided(Refusal(choice("elb.brokenCallback"), reason), step)
    question, age = "was it finished in time?", now - held.begun
    if age >= LOGIN_LIFE:
        late = Step(question, "no", f"it took {int(age)} s", f"{_SOURCE}§login-timeout", decides=True)
        return decided(Refusal("401", "AuthLoginTimeout"), step, late)
    in_time = Step(question, "yes", f"it took {int(age)} s", f"{_SOURCE}§login-timeout")
    return _code(request, (step, in_time))


def _broken(question: str, reason: str, after: tuple[Step, ...] = ()) -> Decision[str | Refusal]:
    step = Step(question, "no", reason, "elb:access-logs", Basis.ASSUMED, assumption="elb.brokenCallback", decides=True)
    return decided(Refusal(choice("elb.brokenCallback"), reason), step, after=after)


def _code(request: HttpRequest, steps: tuple[Step, ...]) -> Decision[str | Refusal]:
    question, error, code = "did the provider give a code?", parameter(request, "error"), parameter(request, "code")
    if error is not None:
        status = "401" if error == "access_denied" else "561"
        step = Step(question, "no", error[:80], "elb:troubleshooting", decides=True)
        return decided(Refusal(status, f"AuthIdPError {error[:80]}"), step, after=steps)
    if not code:
        return _broken(question, "AuthMissingCodeParam", steps)
    return decided(code, Step(question, "yes", "", _SOURCE), after=steps)


def endpoint_refused(endpoint: str, error: str, *, reachable: bool = True) -> Decision[Refusal]:
    """What is answered where the provider's `token` or `user info` endpoint gives nothing."""
    reason = f"Auth{'Token' if endpoint == 'token' else 'Userinfo'}EpRequest"
    question = f"does the {endpoint} endpoint answer?"
    if not reachable:
        step = Step(question, "no", "it cannot be reached", "elb:troubleshooting", decides=True)
        return decided(Refusal("500", f"{reason}Timeout"), step)
    if error == "invalid_grant":
        reason = "AuthInvalidGrantError"
    else:
        reason += "Failed"
    step = Step(
        question, "no", error[:80], "elb:access-logs", Basis.ASSUMED, assumption="elb.endpointErrors", decides=True
    )
    return decided(Refusal(choice("elb.endpointErrors"), reason), step)


def accept_tokens(
    tokens: Mapping[str, Any], endpoints: Endpoints, action: Authenticate, nonce: str | None, now: float
) -> Decision[str | Refusal]:
    """The subject of the ID token that came with a code, or the refusal (argument 5). # elb:troubleshooting"""
    question, token = "is there an ID token?", tokens.get("id_token")
    if not isinstance(token, str) or not isinstance(tokens.get("access_token"), str):
        step = Step(question, "no", f"scope {action.scope}", "elb:troubleshooting", decides=True)
        return decided(Refusal("401", "AuthInvalidTokenResponse"), step)
    parsed = read(token)
    if isinstance(parsed, Refusal):
        step = Step(question, "no", parsed.message, "elb:access-logs", decides=True)
        return decided(Refusal("401", "AuthInvalidIdToken"), step)
    looks = choice("elb.idTokenChecks") != "presence"
    step = Step(
        "are its claims looked at?",
        "yes" if looks else "no",
        "its signature is not: the token comes from the endpoint itself",
        "oidc:core§3.1.3.7",
        Basis.ASSUMED,
        assumption="elb.idTokenChecks",
    )
    subject = str(parsed.claims.get("sub"))
    if not looks:
        return decided(subject, step)
    sent = nonce if choice("elb.nonceParameter") == "sent" else None
    checked = check_claims(parsed.claims, Expected((endpoints.issuer,), (action.client_id,), now, nonce=sent))
    steps = (step, *checked.steps)
    return Decision(subject if checked.value is None else Refusal("401", "AuthInvalidIdToken"), steps)


def accept_claims(
    claims: Mapping[str, Any], access_token: str, subject: str | None
) -> Decision[Map[str, Any] | Refusal]:
    """The claims of the user info endpoint, where they are of the ID token's user and not too large."""
    question, found = "does userInfo speak of the same user?", str(claims.get("sub"))[:80]
    if not isinstance(claims.get("sub"), str) or not claims["sub"] or subject not in (None, claims["sub"]):
        step = Step(question, "no", found, "oidc:core§5.3.2", decides=True)
        return decided(Refusal(choice("elb.endpointErrors"), "AuthInvalidUserinfoResponse"), step)
    steps = (Step(question, "yes", found, "oidc:core§5.3.2"),)
    size = len(_json(claims)) + len(access_token)
    question, shown = "do claims and access token fit?", f"{size} bytes of {MOST_CLAIMS}"
    if size > MOST_CLAIMS:
        step = Step(question, "no", shown, _SOURCE, Basis.ASSUMED, assumption="elb.claimsTooLarge", decides=True)
        return decided(Refusal(choice("elb.claimsTooLarge"), "AuthUserinfoResponseSizeExceeded"), step, after=steps)
    return decided(freeze(claims), Step(question, "yes", shown, _SOURCE), after=steps)


def sealed_size(session: AuthSession) -> Decision[int | Refusal]:
    """How many characters the session cookie has: what is sealed, in Base64; 500 where four cookies do not hold it."""
    held = {**thaw(session.claims), "access": session.access_token, "refresh": session.refresh_token or ""}
    size = (len(_json(held)) + 64) * 4 // 3
    question, shown = "does the session fit its cookies?", f"{size} characters in {-(-size // _SHARD)} cookies"
    if size > _SHARD * _MOST_SHARDS:
        step = Step(question, "no", shown, _SOURCE, decides=True)
        return decided(Refusal("500", "AuthUserinfoResponseSizeExceeded"), step)
    return decided(size, Step(question, "yes", shown, _SOURCE))


def shards(name: str, value: str) -> dict[str, str]:
    """The session cookie as it is set: 4 KB each, numbered from 0."""
    pieces = [value[start : start + _SHARD] for start in range(0, len(value), _SHARD)]
    return {f"{name}-{number}": piece for number, piece in enumerate(pieces)}


def cookie_names(name: str) -> tuple[str, ...]:
    """The names of every cookie that a session may be spread over."""
    return tuple(f"{name}-{number}" for number in range(_MOST_SHARDS))


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(thaw(value), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
