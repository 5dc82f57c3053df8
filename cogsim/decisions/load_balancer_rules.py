"""A request at a load balancer: is it one, which listener and rule take it, and where it is sent on.

1. What could be read in two ways is refused before any rule is asked: a header twice, a host or a cookie with
   characters that none has. Stops requests that the load balancer and the target behind it take for two different ones.
2. The rule of the least priority whose conditions all hold takes the request; the listener's default takes the rest.
3. A regular expression is searched in the host, the path or the header, in bounded time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from urllib.parse import parse_qsl

from cogsim import patterns
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer
from cogsim.world.load_balancer_actions import Action, Forward, Redirect
from cogsim.world.load_balancer_conditions import Condition
from cogsim.world.load_balancer_transforms import Transform
from cogsim.world.origin import Origin
from cogsim.world.world import World

#: The limits of a request line, of one header, and of all headers. # elb:troubleshooting
_LONGEST, _LONGEST_HEADERS = 16 * 1024, 64 * 1024
_URL = re.compile(r"(https?)://([A-Za-z0-9.-]{1,253})(?::(\d{1,5}))?(/[!-~]*|\?[!-~]*)?", re.ASCII)
_HOST = re.compile(r"([a-z0-9.-]{1,253})(?::\d{1,5})?", re.ASCII)
_METHOD = re.compile(r"[A-Z_-]{1,40}", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}", re.ASCII)
_VALUE = re.compile(r"[\t -~\x80-\xff]*")
_COOKIE = re.compile(r"[!-+\--:<-\[\]-~]*", re.ASCII)
_MOST_ADDRESSES = 30
_PORTS = {"http": 80, "https": 443}
_BAD_REQUEST = Refusal("400", "Bad Request")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it was read. `host` is what it asks for by its Host header, `authority` the host that it was sent
    to; header names are in lower case; `query` is as it was sent, without the question mark."""

    method: str
    scheme: str
    authority: str
    port: int
    host: str
    path: str
    query: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    source_ip: str = "198.51.100.1"

    @property
    def url(self) -> str:
        """The address that it asks for, by the host that it names."""
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}{self.path}" + (f"?{self.query}" if self.query else "")

    @property
    def base(self) -> str:
        """The address without path and query."""
        return f"{self.scheme}://{self.host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the query in order, those that come twice twice."""
        return parse_qsl(self.query, keep_blank_values=True, errors="replace")


def read_request(
    url: str, method: str, headers: Mapping[str, str], cookies: Mapping[str, str], source_ip: str
) -> Decision[HttpRequest | Refusal]:
    """The request, or 400 where it is none that can be read in one way. # elb:troubleshooting"""
    question, found = "is it a well-formed request?", _URL.fullmatch(url)
    lowered = {name.lower(): headers[name] for name in sorted(headers)}
    fault = _fault(found, method, headers, lowered, cookies)
    if fault is not None or found is None:
        return decided(_BAD_REQUEST, Step(question, "no", fault or "", "elb:troubleshooting", decides=True))
    unserved = _unserved(method, lowered)
    if unserved is not None:
        said, told = unserved
        return decided(said, Step("does it ask what is served?", "no", told, "elb:troubleshooting", decides=True))
    scheme, authority, rest = found[1], found[2].lower().rstrip("."), found[4] or "/"
    path, _, query = rest.partition("#")[0].partition("?")
    named = _HOST.fullmatch(lowered.get("host", authority).lower())
    assert named is not None
    port = int(found[3]) if found[3] else _PORTS[scheme]
    request = HttpRequest(
        *(method, scheme, authority, port, named[1].rstrip("."), path or "/", query),
        {name: value for name, value in lowered.items() if name not in ("host", "cookie")},
        cookies,
        source_ip,
    )
    return decided(request, Step(question, "yes", f"{method} {request.base}{request.path}", "elb:troubleshooting"))


def _fault(
    found: re.Match[str] | None,
    method: str,
    headers: Mapping[str, str],
    lowered: Mapping[str, str],
    cookies: Mapping[str, str],
) -> str | None:
    if found is None or len(found[0]) > _LONGEST or (found[3] and not 1 <= int(found[3]) <= 65_535):
        return "the address is none, or too long"
    if not _METHOD.fullmatch(method):
        return "the method is none"
    if len(lowered) != len(headers):
        return "a header is sent twice"
    if "cookie" in lowered:
        return "cookies are sent in a header beside Cookies"
    if not all(_TOKEN.fullmatch(name) and _VALUE.fullmatch(headers[name]) for name in headers):
        return "a header holds characters that headers cannot"
    if not all(_TOKEN.fullmatch(name) and _COOKIE.fullmatch(cookies[name]) for name in cookies):
        return "a cookie holds characters that cookies cannot"
    if not _HOST.fullmatch(lowered.get("host", found[2]).lower()):
        return "the Host header names no host"
    sizes = [len(name) + len(value) + 4 for name, value in headers.items()]
    sizes.append(sum(len(name) + len(value) + 3 for name, value in cookies.items()))
    if max(sizes) > _LONGEST or sum(sizes) > _LONGEST_HEADERS:
        return "a header is longer than 16 KB, or all are longer than 64 KB"
    return None


def _unserved(method: str, lowered: Mapping[str, str]) -> tuple[Refusal, str] | None:
    """A request that is well formed, and is not served all the same. # elb:troubleshooting"""
    if method == "TRACE":
        return Refusal("405", "Method Not Allowed"), "the method TRACE"
    if lowered.get("x-forwarded-for", "").count(",") >= _MOST_ADDRESSES:
        return Refusal("463", ""), f"X-Forwarded-For names more than {_MOST_ADDRESSES} addresses"
    encodings = {part.strip().lower() for part in lowered.get("transfer-encoding", "identity").split(",")}
    if not encodings <= {"chunked", "identity"}:
        return Refusal("501", "Not Implemented"), "Transfer-Encoding is neither chunked nor identity"
    return None


def hosts_of(world: World, balancer: LoadBalancer) -> tuple[str, ...]:
    """The names that lead to a load balancer: its own, those that the DNS gives it, and host names that its rules
    name, since such a rule means that they do."""
    listeners = {arn for arn, each in world.listeners.items() if each.load_balancer_arn == balancer.arn}
    rules = (rule for rule in world.listener_rules.values() if rule.listener_arn in listeners)
    conditions = (each for rule in rules for each in rule.conditions if each.field == "host-header" and not each.regex)
    named = (value.lower() for each in conditions for value in each.values if not {"*", "?"} & set(value))
    return tuple(dict.fromkeys((balancer.dns_name.lower(), *balancer.hosts, *named)))


def find_balancer(world: World, host: str) -> LoadBalancer | None:
    """The load balancer that a host leads to: what it is called before what its rules hope for."""
    balancers = [each for each in world.load_balancers.values() if each.type == "application"]
    for balancer in balancers:
        if host in (balancer.dns_name.lower(), *balancer.hosts):
            return balancer
    return next((each for each in balancers if host in hosts_of(world, each)), None)


def find_listener(world: World, balancer: LoadBalancer, request: HttpRequest) -> Listener | None:
    """The listener at the request's port that speaks its protocol."""
    for listener in world.listeners.values():
        at_port = listener.load_balancer_arn == balancer.arn and listener.port == request.port
        if at_port and listener.protocol == request.scheme.upper():
            return listener
    return None


def rules_of(world: World, listener: Listener) -> tuple[ListenerRule, ...]:
    """The listener's rules in the order in which they are asked."""
    rules = (rule for rule in world.listener_rules.values() if rule.listener_arn == listener.arn)
    return tuple(sorted(rules, key=lambda rule: (rule.priority, rule.arn)))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What takes a request: the actions of a rule, or the listener's own (`rule_arn` is None)."""

    listener: Listener
    rule_arn: str | None
    actions: tuple[Action, ...]
    origin: Origin = field(compare=False)
    transforms: tuple[Transform, ...] = ()


def select_rule(world: World, listener: Listener, request: HttpRequest) -> Decision[Chosen]:
    """The rule whose conditions hold, the least priority first; else the listener's default."""
    steps: list[Step] = []
    for rule in rules_of(world, listener):
        missed = next((each for each in rule.conditions if not _holds(each, request)), None)
        question = f"does rule {rule.priority} take the request?"
        if missed is None:
            step = _asked(rule, question, "yes", ", ".join(each.field for each in rule.conditions))
            chosen = Chosen(listener, rule.arn, rule.actions, rule.origin, rule.transforms)
            return decided(chosen, step, after=steps)
        steps.append(_asked(rule, question, "no", f"{missed.field} does not hold"))
    question, place = "which actions are taken?", listener.origin.at("DefaultActions")
    default = Step(question, "the listener's default", "no rule matches", "elb:rule-actions", location=place)
    return decided(Chosen(listener, None, listener.actions, listener.origin), default, after=steps)


def _asked(rule: ListenerRule, question: str, answer: str, found: str) -> Step:
    """The step about a rule, which settles no answer; expressions on hosts and headers rest on an assumption."""
    place, source = rule.origin.at("Conditions"), "elb:rule-conditions"
    if not any(each.regex and each.field != "path-pattern" for each in rule.conditions):
        return Step(question, answer, found, source, location=place)
    return Step(question, answer, found, source, Basis.ASSUMED, place, "elb.regexCase")


def _holds(condition: Condition, request: HttpRequest) -> bool:
    """Host names, values of headers and of the query compare without case, paths and methods with it."""
    if condition.regex:
        return _fits(condition, request)
    match condition.field:
        case "host-header":
            return any(_matches(value.lower(), request.host) for value in condition.values)
        case "path-pattern":
            return any(_matches(value, request.path) for value in condition.values)
        case "http-request-method":
            return request.method in condition.values
        case "http-header":
            sent = request.headers.get((condition.header or "").lower())
            return sent is not None and any(_matches(value.lower(), sent.lower()) for value in condition.values)
        case "query-string":
            return any(_in_query(key, value, request) for key, value in condition.pairs)
    address = ip_address(request.source_ip)
    return any(address in ip_network(value) for value in condition.values if "«" not in value)


def _fits(condition: Condition, request: HttpRequest) -> bool:
    """Whether one of the condition's expressions is found where it is to be looked for."""
    texts = {"host-header": request.host, "path-pattern": request.path}
    text = texts.get(condition.field) or request.headers.get((condition.header or "").lower())
    folds = condition.field != "path-pattern" and choice("elb.regexCase") == "in-paths-only"
    expressions = (f"(?i:{value})" if folds else value for value in condition.values)
    return text is not None and any(patterns.search(each, text) is not None for each in expressions)


def _in_query(key: str | None, value: str, request: HttpRequest) -> bool:
    return any(
        (key is None or _matches(key.lower(), name.lower())) and _matches(value.lower(), sent.lower())
        for name, sent in request.parameters
    )


def _matches(pattern: str, text: str) -> bool:
    """`*` is any text, `?` one character; a backslash takes their meaning away. The work is bounded by the
    product of both lengths."""
    pieces = re.findall(r"\\.|.", pattern, re.DOTALL)
    at, place, star, mark = 0, 0, -1, 0
    while place < len(text):
        piece = pieces[at] if at < len(pieces) else ""
        if piece == "*":
            star, mark, at = at, place, at + 1
        elif piece == "?" or (piece and piece[-1] == text[place]):
            at, place = at + 1, place + 1
        elif star >= 0:
            mark += 1
            at, place = star + 1, mark
        else:
            return False
    return all(piece == "*" for piece in pieces[at:])


def redirect_to(action: Redirect, request: HttpRequest) -> Decision[str]:
    """Where a redirect action sends the client. # elb:rule-actions"""
    values = {
        "protocol": request.scheme.upper(),
        "host": request.host,
        "port": str(request.port),
        "path": request.path.removeprefix("/"),
        "query": request.query,
    }

    def filled(text: str) -> str:
        return re.sub(r"#\{(protocol|host|port|path|query)\}", lambda found: values[found[1]], text)

    scheme, host, port = filled(action.protocol).lower(), filled(action.host), filled(action.port)
    query = filled(action.query)
    address = f"{scheme}://{host}" + ("" if port == str(_PORTS[scheme]) else f":{port}")
    address += filled(action.path) + (f"?{query}" if query else "")
    return decided(address, Step("where is the client sent?", address, "", "elb:rule-actions"))


def choose_group(action: Forward, number: int) -> Decision[str | Refusal]:
    """The target group that gets the request, by weight; `number` is drawn evenly from a large range."""
    total, question = sum(weight for _, weight in action.groups), "which target group gets the request?"
    if total == 0:
        step = Step(question, "none", "all weights are 0", "elb:rule-actions", decides=True)
        return decided(Refusal("503", "Service Temporarily Unavailable"), step)
    place = number % total
    for arn, weight in action.groups:
        if place < weight:
            return decided(arn, Step(question, arn, f"weight {weight} of {total}", "elb:rule-actions"))
        place -= weight
    raise RuntimeError("weights add up")


def parameter(request: HttpRequest, name: str) -> str | None:
    """A parameter of the query; None where it is absent, or sent twice."""
    found = [value for key, value in request.parameters if key == name]
    return found[0] if len(found) == 1 else None
