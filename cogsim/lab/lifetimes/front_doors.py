"""Access through what stands in front of applications: routes of APIs by a token, load balancers by their cookie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from cogsim.actors.browser import Browser
from cogsim.actors.visitor import visit
from cogsim.actors.web import WorldWideWeb
from cogsim.analysis.naming import called
from cogsim.analysis.token_api_doors import http_doors, rest_doors, sent_with
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_graphql_doors import graphql_doors
from cogsim.analysis.token_offers import Offer
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_provider import issuer_of
from cogsim.decisions.load_balancer_rules import read_request, select_rule
from cogsim.decisions.oidc_token import find_issuer
from cogsim.errors import AwsError, CogsimError
from cogsim.simulation import Simulation
from cogsim.world.graphql_api import GraphqlApi
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer, authentication
from cogsim.world.load_balancer_actions import Authenticate
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World

#: What an access gives, part by part: see `access`.
Got = dict[str, str]


@dataclass(frozen=True, slots=True)
class RouteByToken:
    """A route of an API that takes one of the holder's tokens."""

    key: str
    shown: str
    door: Door = field(repr=False)
    token: str = field(repr=False)

    def ask(self, sim: Simulation) -> Got:
        """Send the request; AwsError where the gateway refuses."""
        assert isinstance(self.door.ask, partial)
        if self.door.key.startswith("graphql:"):
            return _queried(sim, self.door.ask.args[0], self.token)
        api, authorizer, request = self.door.ask.args
        sent = sent_with(authorizer, request, Offer("id", self.token, sim.world))
        stage = {"Stage": sent.stage} if sent.stage else {}
        asked = {"ApiId": api.id, **stage, "Path": sent.path, "Method": sent.method, "Headers": dict(sent.headers)}
        if sent.query:
            asked["QueryStringParameters"] = dict(sent.query)
        answer = sim.calling_from(region=api.region).call("execute-api:Invoke", asked)
        if "backend" not in answer:
            raise AwsError(str(answer["statusCode"]), str(answer.get("body", "")))
        return {"route": "reached"}


def _queried(sim: Simulation, api: GraphqlApi, token: str) -> Got:
    """Ask a GraphQL API for what it says to everybody who comes in."""
    asked = {"ApiId": api.id, "Query": "{ __typename }", "Headers": {"Authorization": token}}
    answer = sim.calling_from(region=api.region).call("execute-api:GraphQL", asked)
    if answer["statusCode"] != 200:
        raise AwsError(str(answer["statusCode"]), str(answer.get("body", "")))
    return {"query": "answered"}


def routes(sim: Simulation, user: PoolUser | None, tokens: tuple[str, ...]) -> Iterator[RouteByToken]:
    """The routes and GraphQL APIs that take one of the tokens, each with the first that it takes."""
    for find in (rest_doors, http_doors, graphql_doors):
        for door in find(sim.world, user):
            for token in tokens:
                way = RouteByToken(door.key, door.shown, door, token)
                try:
                    way.ask(sim.fork())
                except (AwsError, CogsimError):
                    continue
                yield way
                break


@dataclass(frozen=True, slots=True)
class AtBalancer:
    """A browser that signed in at a load balancer, and the address that it asks for; the session ends, and the access
    token behind it, at `ends` (seconds). `silent`: with its other cookies too, by which it may sign in unasked."""

    key: str
    shown: str
    brief: str
    url: str
    browser: Browser = field(repr=False)
    ends: tuple[float, ...] = ()
    silent: bool = False

    def ask(self, sim: Simulation) -> Got:
        """Open the address without typing anything; AwsError where the application does not know who asks."""
        browser, own = self.browser.twin(WorldWideWeb(sim)), urlsplit(self.url).netloc
        for host in sorted({urlsplit(url).netloc for _, url in browser.visited} - {own}) if not self.silent else ():
            browser.forget(host)
        page = browser.open(self.url)
        user = page.body.get("User")
        if user is None:
            told = page.body.get("Error") or page.body.get("Page") or page.status
            raise AwsError("NotSignedIn", f"the browser is shown: {told}")
        return {"user": str(user)}


def balancers(sim: Simulation, person: str, issuer: str, missing: list[str]) -> Iterator[AtBalancer]:
    """The person of that name signed in by every session cookie that load balancers keep for people of the issuer."""
    seen: set[tuple[str, str]] = set()
    for balancer, listener, rule, action in _rules(sim.world, issuer):
        url = _address(sim.world, balancer, listener, rule)
        if (balancer.arn, action.cookie_name) in seen or url is None:
            continue
        here = sim.calling_from(region=balancer.region)
        browser = here.browser()
        try:
            page = visit(here, browser, url, person)
        except (AwsError, CogsimError) as error:
            missing.append(f"load balancer {called(sim.world, balancer)}: {error}")
            continue
        if page.body.get("User") is None:
            missing.append(f"load balancer {called(sim.world, balancer)}: {url} does not say whose request it is")
            continue
        seen.add((balancer.arn, action.cookie_name))
        name, client = called(sim.world, balancer), sim.world.clients.get(action.client_id)
        outside = find_issuer(sim.world, issuer)
        lasting = [client.access_token_validity] if client is not None else []
        lasting += [outside.token_lifetime] if outside is not None else []
        ends = (sim.now + action.timeout, *(sim.now + each for each in lasting))
        key, cookie = f"{name}/{action.cookie_name}", action.cookie_name
        shown, brief = f"cookie {cookie} of load balancer {name}, at {url}", "cookie of load balancer"
        yield AtBalancer(f"load-balancer:{key}", shown, brief, url, browser, ends)
        shown, brief = f"browser at {url}, with every cookie that it has", "browser at load balancer"
        yield AtBalancer(f"browser:{key}", shown, brief, url, browser, ends, silent=True)


_Ruled = tuple[LoadBalancer, Listener, ListenerRule | None, Authenticate]


def _rules(world: World, issuer: str) -> Iterator[_Ruled]:
    """The rules, and listeners' own actions (None), that have people of the issuer sign in."""
    for listener in world.listeners.values():
        balancer = world.load_balancers.get(listener.load_balancer_arn)
        if balancer is None or balancer.type != "application":
            continue
        rules = [rule for rule in world.listener_rules.values() if rule.listener_arn == listener.arn]
        candidates: list[ListenerRule | None] = [None, *sorted(rules, key=lambda rule: rule.priority)]
        for rule in candidates:
            action = authentication(listener.actions if rule is None else rule.actions)
            if action is not None and issuer_of(world, action).rstrip("/") == issuer.rstrip("/"):
                yield balancer, listener, rule, action


def _address(world: World, balancer: LoadBalancer, listener: Listener, rule: ListenerRule | None) -> str | None:
    """An address that comes to the rule; None where none of those that are tried does."""
    hosts, paths = [*balancer.hosts, balancer.dns_name], ["/"]
    for condition in rule.conditions if rule is not None else ():
        texts = [value.replace("*", "x").replace("?", "x") for value in condition.values]
        if condition.field == "host-header":
            hosts = texts
        elif condition.field == "path-pattern":
            paths = texts
    scheme, port = listener.protocol.lower(), listener.port
    shown = "" if (scheme, port) in (("https", 443), ("http", 80)) else f":{port}"
    for url in (f"{scheme}://{host}{shown}{path}" for host in hosts for path in paths):
        request = read_request(url, "GET", {}, {}, "203.0.113.1").value
        if isinstance(request, Refusal):
            continue
        chosen = select_rule(world, listener, request).value
        if chosen.rule_arn == (rule.arn if rule is not None else None):
            return url
    return None
