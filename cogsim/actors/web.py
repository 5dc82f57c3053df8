"""The sites that browsers find: domains of user pools, AD FS, providers of OpenID Connect, load balancers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from cogsim.actors.adfs import AdFsRefusal, AdFsServer
from cogsim.actors.browser import Answer, Request, Site
from cogsim.aws.call import Credentials
from cogsim.aws.domain_model import DOMAIN_SERVICE, ROUTES
from cogsim.aws.load_balancer_model import LOAD_BALANCER_SERVICE
from cogsim.decisions.load_balancer_rules import find_balancer
from cogsim.decisions.oidc_issue import discovery
from cogsim.errors import AwsError
from cogsim.tokens.saml_logout import logout_response, read_logout
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.external_saml import AdFs
from cogsim.world.world import World

#: The endpoints of apps, which send no cookies and take the header.
_OF_APPS = ("Token", "Revoke", "UserInfo")
_WITHOUT_QUERY = ("OAuthFormResponse", "SamlResponse", "SamlLogoutResponse")


class Sky(Protocol):
    """What the web needs of a cloud: its door, its world, its time."""

    def call(
        self, operation: str, params: Mapping[str, Any] | None = None, credentials: Credentials | None = None
    ) -> Mapping[str, Any]: ...

    @property
    def world(self) -> World: ...

    @property
    def now(self) -> float: ...


class WorldWideWeb:
    """The hosts of a world, each with its site; the AD FS servers keep count of what they answered."""

    def __init__(self, sky: Sky) -> None:
        self.sky = sky
        self._servers: dict[str, AdFsServer] = {}

    @property
    def now(self) -> float:
        return self.sky.now

    def site(self, host: str) -> Site | None:
        """The site behind a host, None where the world knows none."""
        world = self.sky.world
        if any(domain.host() == host for domain in world.domains.values()):
            return PoolPages(self.sky, host)
        for entity in sorted(world.ad_fs):
            if urlsplit(world.ad_fs[entity].base_url).netloc == host:
                return AdFsPages(self.sky, self._servers.setdefault(entity, AdFsServer(entity)))
        for url in sorted(world.oidc_issuers):
            issuer = world.oidc_issuers[url]
            if issuer.quirks.people and urlsplit(_sign_in_page(issuer)).netloc == host:
                return OidcPages(self.sky, issuer)
        return BalancerPages(self.sky) if find_balancer(world, host) is not None else None


def _sign_in_page(issuer: OidcIssuer) -> str:
    return str(discovery(issuer)["authorization_endpoint"])


class PoolPages:
    """The pages of a user pool's domain, each request an operation through the door."""

    def __init__(self, sky: Sky, host: str) -> None:
        self.sky, self.host = sky, host

    def answer(self, request: Request) -> Answer:
        """The answer of the domain; a path that it has not is not found."""
        parts = urlsplit(request.url)
        name = ROUTES.get((request.method, parts.path))
        if name is None or name in _OF_APPS:
            return Answer(404, {"Page": "error", "Error": "Not Found"})
        params: dict[str, Any] = {"Domain": self.host, "Cookies": dict(request.cookies)}
        if name not in _WITHOUT_QUERY:
            params["Query"] = dict(parse_qsl(parts.query, keep_blank_values=True))
        if request.method == "POST":
            params["Form"] = dict(request.form)
        said = self.sky.call(f"{DOMAIN_SERVICE}:{name}", params)
        cookies = {name: (held["Value"], held.get("MaxAge")) for name, held in said.get("Cookies", {}).items()}
        return Answer(said["Status"], said.get("Body", {}), said.get("Location"), cookies=cookies)


class BalancerPages:
    """Whatever stands behind a load balancer, each request an operation through the door."""

    def __init__(self, sky: Sky) -> None:
        self.sky = sky

    def answer(self, request: Request) -> Answer:
        """The answer of the load balancer or of its target; `Target`, beside the page, is what the target saw."""
        params = {"Url": request.url, "Method": request.method, "Cookies": dict(request.cookies)}
        said = self.sky.call(f"{LOAD_BALANCER_SERVICE}:Request", params)
        cookies = {name: (held["Value"], held.get("MaxAge")) for name, held in said.get("Cookies", {}).items()}
        seen = {name: said[name] for name in ("Target", "ErrorReason") if name in said}
        return Answer(said["Status"], {**said.get("Body", {}), **seen}, said.get("Location"), cookies=cookies)


class AdFsPages:
    """The sign-in page of an AD FS: it asks for name and password, and posts its response through the browser."""

    def __init__(self, sky: Sky, server: AdFsServer) -> None:
        self.sky, self.server = sky, server

    def answer(self, request: Request) -> Answer:
        """The page, or what it hands out; what AD FS refuses is shown on it."""
        asked = read_logout(request.url)
        if not isinstance(asked, str):
            return self._signed_out(self.server.provider(self.sky.world), request.url)
        if request.method != "POST":
            return _asking("adfs", request.url, ("UserName", "Password"))
        upn, password = request.form.get("UserName", ""), request.form.get("Password", "")
        try:
            posted = self.server.answer(self.sky.world, request.url, upn, password, now=self.sky.now)
        except AdFsRefusal as refusal:
            return _asking("adfs", request.url, ("UserName", "Password"), str(refusal))
        return Answer(post=(posted.acs_url, posted.form))

    def _signed_out(self, provider: AdFs, url: str) -> Answer:
        asked = read_logout(url)
        party = provider.parties.get(asked.issuer) if not isinstance(asked, str) else None
        if party is None or isinstance(asked, str):
            return Answer(400, {"Page": "adfs", "Error": "MSIS7007: no such relying party"})
        destination = f"https://{urlsplit(party.endpoints[0]).netloc}/saml2/logout"
        response = logout_response(asked, provider.entity_id, destination, self.sky.now, provider.signer)
        relay = {} if asked.relay_state is None else {"RelayState": asked.relay_state}
        return Answer(post=(destination, {"SAMLResponse": response, **relay}))


#: The parameters of an authorisation request, by the members of our operation.
_ASKED = {
    "ClientId": "client_id",
    "RedirectUri": "redirect_uri",
    "ResponseType": "response_type",
    "Scope": "scope",
    "State": "state",
    "Nonce": "nonce",
    "CodeChallenge": "code_challenge",
    "CodeChallengeMethod": "code_challenge_method",
    "Prompt": "prompt",
    "ResponseMode": "response_mode",
}
_SESSION = "op-session"
#: Refusals that the person answers by signing in.
_ASKS = ("login_failed", "login_required")


class OidcPages:
    """The sign-in page of a provider of OpenID Connect; who signed in there before is not asked again."""

    def __init__(self, sky: Sky, issuer: OidcIssuer) -> None:
        self.sky, self.issuer = sky, issuer

    def answer(self, request: Request) -> Answer:
        """The page, or the way back to the application."""
        query = dict(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))
        params = {member: query[name] for member, name in _ASKED.items() if name in query}
        person: dict[str, str] = {}
        if request.method == "POST":
            person = {"Username": request.form.get("username", ""), "Password": request.form.get("password", "")}
        elif _SESSION in request.cookies:
            person = {"Session": request.cookies[_SESSION]}
        try:
            went = self.sky.call("cogsim:OidcAuthorize", {"Issuer": self.issuer.url, **params, **person})
        except AwsError as error:
            if error.code not in _ASKS:
                return Answer(400, {"Page": "oidc", "Error": error.message})
            said = error.message if request.method == "POST" else None
            return _asking("oidc", request.url, ("username", "password"), said)
        cookies = {_SESSION: (str(went["Session"]), None)} if went.get("Session") else {}
        if went["Method"] == "POST":
            return Answer(post=(went["Url"], went["Parameters"]), cookies=cookies)
        return Answer(302, location=went["Url"], cookies=cookies)


def _asking(name: str, url: str, fields: tuple[str, ...], error: str | None = None) -> Answer:
    parts = urlsplit(url)
    action = f"{parts.path}?{parts.query}" if parts.query else parts.path
    shown: dict[str, Any] = {"Page": name, "Form": {"Action": action, "Fields": list(fields), "Hidden": {}}}
    return Answer(200, shown if error is None else {**shown, "Error": error})
