"""The pages of an AD FS: its metadata, the sign-in that somebody's request asks for, and the one that begins there.

What it hands out goes through the browser as a form with one button: these pages run no scripts.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from cogsim.actors.adfs import AdFsRefusal, AdFsServer, Posted
from cogsim.serve.web.answers import not_found, page, text_answer, wrong_method
from cogsim.serve.web.html import Field, Form, Screen
from cogsim.serve.web.page_request import PageRequest
from cogsim.serve.wire.message import WireResponse
from cogsim.tokens.saml_logout import logout_response, read_logout
from cogsim.world.external_saml import AdFs
from cogsim.world.world import World

_METADATA = "/federationmetadata/2007-06/federationmetadata.xml"
_SIGN_IN, _STARTS = "/adfs/ls", ("/adfs/ls/idpinitiatedsignon", "/adfs/ls/idpinitiatedsignon.aspx")
_SIGN_IN_HEADING = "Sign in with your organizational account"


def find_ad_fs(world: World, host: str) -> AdFs | None:
    """The AD FS at a host."""
    found = (world.ad_fs[entity] for entity in sorted(world.ad_fs))
    return next((each for each in found if urlsplit(each.base_url).netloc == host), None)


def answer(request: PageRequest, provider: AdFs) -> WireResponse:
    """A page of the provider."""
    path = request.path.lower().removeprefix(urlsplit(provider.base_url).path.rstrip("/").lower())
    if path == _METADATA:
        return text_answer(provider.metadata(), "application/samlmetadata+xml")
    place = path.rstrip("/")
    if place not in (_SIGN_IN, *_STARTS):
        return not_found()
    if request.method not in ("GET", "POST"):
        return wrong_method("GET, POST")
    asked = "SAMLRequest" in request.query or "SAMLRequest" in request.form
    if place in _STARTS or not asked:
        return _start(request, provider)
    if not isinstance(read_logout(request.url), str):
        return _signed_out(request, provider)
    return _sign_in(request, provider)


def _server(request: PageRequest, provider: AdFs) -> AdFsServer:
    """The provider at work. Ids of its answers follow from how much has happened in the cloud."""
    return AdFsServer(provider.entity_id, answers=len(request.cloud.log))


def _sign_in(request: PageRequest, provider: AdFs) -> WireResponse:
    """A receiver's request, by redirect or by a posted form, and the person's name and password."""
    error = None
    if "UserName" in request.form:
        try:
            return _posts(request, provider, _answered(request, provider))
        except AdFsRefusal as refusal:
            error = str(refusal)
    posted = tuple((name, request.form[name]) for name in ("SAMLRequest", "RelayState") if name in request.form)
    form = Form(request.reach(request.url), "Sign in", posted, _person(request))
    return page(Screen(_SIGN_IN_HEADING, _name(provider), error, form=form))


def _answered(request: PageRequest, provider: AdFs) -> Posted:
    server, form, now = _server(request, provider), request.form, request.cloud.clock.now
    upn, password = form.get("UserName", ""), form.get("Password", "")
    if "SAMLRequest" in form:
        relay = form.get("RelayState")
        return server.answer_post(request.world, form["SAMLRequest"], upn, password, now=now, relay_state=relay)
    return server.answer(request.world, request.url, upn, password, now=now)


def _start(request: PageRequest, provider: AdFs) -> WireResponse:
    """A sign-in that begins here: the person chooses where to."""
    parties = tuple((name, name) for name in sorted(provider.parties) if provider.parties[name].idp_initiated)
    if not parties:
        told = ("No application takes sign-ins that begin here.",)
        return page(Screen("Sign in", _name(provider), told=told))
    error, form = None, request.form
    if "UserName" in form:
        try:
            return _posts(request, provider, _started(request, provider))
        except AdFsRefusal as refusal:
            error = str(refusal)
    chosen = form.get("loginToRp") or request.query.get("loginToRp") or (parties[0][0] if len(parties) == 1 else "")
    state = form.get("RelayState") or request.query.get("RelayState", "")
    hint = "What the application is to do next; a Cognito user pool needs it."
    fields = (
        Field("loginToRp", "Where do you want to sign in?", choices=parties, value=chosen),
        Field("RelayState", "Relay state (optional)", value=state, hint=hint, required=False),
        *_person(request),
    )
    return page(Screen("Sign in", _name(provider), error, form=Form(request.reach(request.url), "Sign in", (), fields)))


def _started(request: PageRequest, provider: AdFs) -> Posted:
    server, form = _server(request, provider), request.form
    return server.start(
        request.world,
        form.get("loginToRp", ""),
        form.get("UserName", ""),
        form.get("Password", ""),
        now=request.cloud.clock.now,
        relay_state=form.get("RelayState") or None,
    )


def _person(request: PageRequest) -> tuple[Field, ...]:
    name = request.form.get("UserName") or request.query.get("username", "")
    return (
        Field("UserName", "User account", autocomplete="username", value=name, hint="For example someone@example.com"),
        Field("Password", "Password", "password", "current-password"),
    )


def _posts(request: PageRequest, provider: AdFs, posted: Posted) -> WireResponse:
    host = urlsplit(posted.acs_url).netloc
    form = Form(request.reach(posted.acs_url), "Continue", tuple(sorted(posted.form.items())))
    told = (f"You are signed in. Your browser now takes the signed answer to {host}.",)
    return page(Screen("Signed in", _name(provider), told=told, form=form))


def _signed_out(request: PageRequest, provider: AdFs) -> WireResponse:
    """A signed request to sign out; the answer goes back through the browser. # saml:profiles §4.4"""
    asked = read_logout(request.url)
    party = provider.parties.get(asked.issuer) if not isinstance(asked, str) else None
    if party is None or isinstance(asked, str):
        return page(Screen("Error", _name(provider), "MSIS7007: no such relying party"), 400)
    destination = f"https://{urlsplit(party.endpoints[0]).netloc}/saml2/logout"
    response = logout_response(asked, provider.entity_id, destination, request.cloud.clock.now, provider.signer)
    relay = () if asked.relay_state is None else (("RelayState", asked.relay_state),)
    form = Form(request.reach(destination), "Continue", (*relay, ("SAMLResponse", response)))
    return page(Screen("Signed out", _name(provider), told=("Your session here has ended.",), form=form))


def _name(provider: AdFs) -> str:
    return f"AD FS at {urlsplit(provider.base_url).netloc}"
