"""The endpoints of OpenID Connect and social providers: discovery, keys, a page to sign in on, token and userinfo.

Each is an operation of `cogsim`, as the actors ask it; here are the names that the standards give its members.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cogsim.decisions.oidc_issue import discovery, published_keys
from cogsim.errors import AwsError
from cogsim.serve.web.answers import json_answer, not_found, page, redirect, set_cookie, wrong_method
from cogsim.serve.web.html import Field, Form, Screen
from cogsim.serve.web.issuers import reachable
from cogsim.serve.web.page_request import PageRequest
from cogsim.serve.wire.message import WireResponse
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.world import World

#: What stands at an address of a provider.
_KINDS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
#: Where two providers say what an access token of theirs is. # lwa:access-token
_TOKEN_INFO = {
    "amazon": "https://api.amazon.com/auth/o2/tokeninfo",
    "facebook": "https://graph.facebook.com/debug_token",
}
_SESSION = "op-session"
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
_EXCHANGED = {
    "GrantType": "grant_type",
    "Code": "code",
    "RedirectUri": "redirect_uri",
    "CodeVerifier": "code_verifier",
    "ClientId": "client_id",
    "ClientSecret": "client_secret",
}
#: Refusals that the person answers by signing in.
_ASKS = ("login_failed", "login_required")
_NAMES = {"google": "Google", "facebook": "Facebook", "apple": "Apple", "amazon": "Amazon", "github": "GitHub Actions"}


def find_providers(world: World, host: str) -> tuple[OidcIssuer, ...]:
    """The providers with an address at a host."""
    found = (world.oidc_issuers[url] for url in sorted(world.oidc_issuers))
    return tuple(each for each in found if any(urlsplit(url).netloc == host for url in addresses(each)))


def addresses(issuer: OidcIssuer) -> dict[str, str]:
    """Address to what stands there."""
    said = discovery(issuer)
    found = {str(said[kind]): kind for kind in _KINDS if kind in said}
    found[f"{issuer.url.rstrip('/')}/.well-known/openid-configuration"] = "discovery"
    if issuer.preset in _TOKEN_INFO:
        found[_TOKEN_INFO[issuer.preset]] = "token_info"
    return found


def is_for_apps(world: World, url: str) -> bool:
    """Whether an address is an endpoint that answers in JSON, whatever happens."""
    asked, kinds = url.partition("?")[0], ("token_endpoint", "userinfo_endpoint", "token_info")
    host = asked.partition("://")[2].partition("/")[0]
    return any(addresses(each).get(asked) in kinds for each in find_providers(world, host))


def answer(request: PageRequest, issuers: tuple[OidcIssuer, ...]) -> WireResponse:
    """The answer of the provider whose address it is."""
    asked = request.url.partition("?")[0]
    for issuer in issuers:
        kind = addresses(issuer).get(asked)
        if kind is not None:
            return _answer(request, issuer, kind)
    return not_found()


def _answer(request: PageRequest, issuer: OidcIssuer, kind: str) -> WireResponse:
    if not issuer.reachable:
        return json_answer({"error": "temporarily_unavailable"}, 503)
    methods = {"token_endpoint": ("POST",), "discovery": ("GET", "HEAD"), "jwks_uri": ("GET", "HEAD")}
    if request.method not in methods.get(kind, ("GET", "POST")):
        return wrong_method(", ".join(methods.get(kind, ("GET", "POST"))))
    match kind:
        case "discovery":
            return json_answer(reachable(request, discovery(issuer)), kept="public, max-age=3600")
        case "jwks_uri":
            return json_answer(published_keys(issuer), kept="public, max-age=3600")
        case "token_endpoint":
            return _token(request, issuer)
        case "userinfo_endpoint":
            return _told(request, issuer, "cogsim:OidcUserInfo")
        case "token_info":
            return _told(request, issuer, "cogsim:OidcTokenInfo")
        case _:
            return _authorize(request, issuer)


def _authorize(request: PageRequest, issuer: OidcIssuer) -> WireResponse:
    """The page, or the way back to the application."""
    missing = [name for name in ("client_id", "redirect_uri") if not request.query.get(name)]
    if missing:
        return page(Screen("Error", _name(issuer), f"The request has no {missing[0]}."), 400)
    params = {member: request.query[name] for member, name in _ASKED.items() if request.query.get(name)}
    person: dict[str, str] = {}
    if "username" in request.form:
        person = {name: request.form.get(name.lower(), "") for name in ("Username", "Password")}
        person = {name: value for name, value in person.items() if value}
    elif request.cookies.get(_SESSION):
        person = {"Session": request.cookies[_SESSION]}
    outcome = request.submit("cogsim:OidcAuthorize", {"Issuer": issuer.url, **params, **person})
    if outcome.error is not None:
        return _asking(request, issuer, outcome.error)
    return _sent_back(request, issuer, outcome.response or {})


def _asking(request: PageRequest, issuer: OidcIssuer, error: AwsError) -> WireResponse:
    if error.code not in _ASKS:
        return page(Screen("Error", _name(issuer), error.message or error.code), 400)
    typed = request.form.get("username") or request.query.get("login_hint", "")
    fields = (
        Field("username", "Username", autocomplete="username", value=typed),
        Field("password", "Password", "password", "current-password"),
    )
    said = error.message if "username" in request.form else None
    form = Form(request.reach(request.url), "Sign in", (), fields)
    told = (f"To continue to {urlsplit(request.query['redirect_uri']).netloc}",)
    return page(Screen(f"Sign in with {_name(issuer)}", urlsplit(issuer.url).netloc, said, told, form=form))


def _sent_back(request: PageRequest, issuer: OidcIssuer, went: Mapping[str, Any]) -> WireResponse:
    session = went.get("Session")
    cookies = (set_cookie(request, _SESSION, str(session), None, "Lax"),) if session else ()
    address = request.reach(str(went["Url"]))
    if went["Method"] != "POST":
        return redirect(address, cookies)
    host = urlsplit(str(went["Url"])).netloc
    form = Form(address, "Continue", tuple(sorted(went["Parameters"].items())))
    told = (f"You are signed in. Your browser now takes the answer to {host}.",)
    return page(Screen("Signed in", _name(issuer), told=told, form=form), cookies=cookies)


def _token(request: PageRequest, issuer: OidcIssuer) -> WireResponse:
    """Tokens for a code. # rfc:6749 §5"""
    form, authorization = request.form, request.headers.get("authorization")
    if not form.get("grant_type"):
        return json_answer({"error": "invalid_request", "error_description": "grant_type is missing"}, 400)
    if "client_assertion" in form:
        return json_answer({"error": "invalid_client", "error_description": "client_assertion is not served"}, 400)
    params = {member: form[name] for member, name in _EXCHANGED.items() if form.get(name)}
    proof = {"Authorization": authorization} if authorization else {}
    outcome = request.submit("cogsim:OidcToken", {"Issuer": issuer.url, **params, **proof})
    if outcome.error is None:
        return json_answer(outcome.response or {})
    unknown = outcome.error.code == "invalid_client" and authorization is not None
    challenge = {"www-authenticate": f'Basic realm="{issuer.url}"'} if unknown else {}
    told = {"error": outcome.error.code, "error_description": outcome.error.message}
    return json_answer(told, 401 if unknown else 400, challenge)


def _told(request: PageRequest, issuer: OidcIssuer, operation: str) -> WireResponse:
    """What an access token shows: of its person, or of itself."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    bearer = value.strip() if scheme.lower() == "bearer" else ""
    sent = {**request.query, **request.form}
    token = sent.get("input_token") or bearer or sent.get("access_token", "")
    if not token:
        return json_answer({"error": "invalid_request"}, 401, {"www-authenticate": "Bearer"})
    outcome = request.submit(operation, {"Issuer": issuer.url, "AccessToken": token})
    if outcome.error is None:
        return json_answer(outcome.response or {})
    told = {"error": outcome.error.code, "error_description": outcome.error.message}
    return json_answer(told, 401, {"www-authenticate": f'Bearer error="{outcome.error.code}"'})


def _name(issuer: OidcIssuer) -> str:
    return _NAMES.get(issuer.preset, urlsplit(issuer.url).netloc)
