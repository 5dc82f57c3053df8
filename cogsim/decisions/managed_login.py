"""The pool's own pages: who may use them, whose form it is, and what an open session of a browser is good for.

1. A form counts only with the token that the page set in this browser: another site cannot post one for its visitor.
2. A session lasts an hour from the sign-in (a client may set another time) and is not prolonged by its use. Signing out
   everywhere does not end it; only leaving by the logout page does, or its user's end.
3. It belongs to one pool; a client takes it only if it supports the provider that it came by.
4. A step of a sign-in on the pages is answered on the pages, one of the API at the API: else a flow that the client
   does not allow could be begun here and ended there. # idp:managed-login
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.authorize import AuthorizationRequest
from cogsim.decisions.branding import branding_of_client
from cogsim.decisions.page_levels import too_weak
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.decisions.session_settings import reuse_validity
from cogsim.world.pool_members import UserPoolDomain, UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOURCE = "idp:managed-login"
_DISABLED, _PROVIDER = "cognito.disabledUserSession", "cognito.sessionOfOtherProvider"
#: The flow of a sign-in on the pages: a name of ours in the place of an AuthFlow.
FLOW = "MANAGED_LOGIN"
#: The pool's own users among the providers of a client.
NATIVE = "COGNITO"


@dataclass(frozen=True, slots=True)
class BrowserSession:
    """A browser's sign-in at a pool's domain, known by the SHA-256 of its cookie. `provider` is what it came by,
    COGNITO for the pool's own users; `name_id` and `session_index` are what a SAML provider calls it."""

    pool_id: str
    host: str
    version: int
    username: str
    sub: str
    progress: Progress
    begun_at: float
    provider: str = NATIVE
    name_id: str | None = None
    session_index: str | None = None


def pages_available(world: World, pool: UserPool, domain: UserPoolDomain, client: UserPoolClient) -> Check:
    """Whether the client has pages: managed login shows none before a style is made for the client."""
    question, place = "does the client have pages?", domain.origin.at("ManagedLoginVersion")
    if domain.managed_login_version == 1:
        return passed(question, "the classic ones", _SOURCE, location=place)
    style = branding_of_client(world, pool, client.id)
    if not isinstance(style.value, Refusal):
        return passed(question, "managed login, with a style", _SOURCE, location=place)
    refusal = Refusal("Login pages unavailable", "Please contact an administrator.")
    return refused(refusal, question, "no ManagedLoginBranding", _SOURCE, location=place)


def check_form(cookie: str | None, given: str | None) -> Check:
    """Whether the form came from this browser's own page (argument 1)."""
    question = "was the form made for this browser?"
    if cookie and given and hmac.compare_digest(cookie.encode(), given.encode()):
        return passed(question, "XSRF-TOKEN", _SOURCE)
    refusal = Refusal("invalid_request", "The request could not be verified.")
    return refused(refusal, question, "another token or none", _SOURCE, assumption=UNSEEN_TEXTS)


def offered(world: World, pool: UserPool, client: UserPoolClient) -> tuple[str, ...]:
    """The providers that the client's pages offer, COGNITO first where it is among them."""
    names = (each for each in client.supported_identity_providers if (pool.id, each) in world.pool_providers)
    native = (NATIVE,) if NATIVE in client.supported_identity_providers else ()
    return (*native, *sorted(names))


def choose_provider(
    world: World, pool: UserPool, client: UserPoolClient, request: AuthorizationRequest
) -> Decision[UserPoolIdentityProvider | str | Refusal]:
    """Where the user signs in: at the provider that the request names, at the only one there is, or on the page that
    asks (NATIVE)."""
    question, place = "where does the user sign in?", client.origin.at("SupportedIdentityProviders")
    known = offered(world, pool, client)
    wanted = request.provider
    if wanted is None and request.identifier is not None:
        wanted = next((name for name in known if request.identifier in _identifiers(world, pool, name)), "")
    if wanted is None and len(known) == 1:
        wanted = known[0]
    if not known or (wanted is not None and wanted not in known):
        refusal = Refusal("invalid_request", "Login option is not available. Please try another one.")
        found = f"{request.provider or request.identifier or 'none'}; the client has {', '.join(known) or 'none'}"
        return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    if wanted in (None, NATIVE):
        return decided(NATIVE, Step(question, "on the pool's page", ", ".join(known), _SOURCE, location=place))
    step = Step(question, str(wanted), ", ".join(known), _SOURCE, location=place)
    return decided(world.pool_providers[pool.id, str(wanted)], step)


def _identifiers(world: World, pool: UserPool, name: str) -> tuple[str, ...]:
    provider = world.pool_providers.get((pool.id, name))
    return provider.identifiers if provider else ()


def permit_native(world: World, pool: UserPool, client: UserPoolClient) -> Check:
    """Whether the pool's own users sign in, and up, on the pages of this client."""
    question, place = "do the pool's own users sign in here?", client.origin.at("SupportedIdentityProviders")
    found = ", ".join(client.supported_identity_providers) or "none"
    if NATIVE in offered(world, pool, client):
        return passed(question, found, _SOURCE, location=place)
    refusal = Refusal("invalid_request", "Login option is not available. Please try another one.")
    return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def accept_session(
    world: World,
    session: BrowserSession | None,
    domain: UserPoolDomain,
    client: UserPoolClient,
    request: AuthorizationRequest,
    now: float,
) -> Decision[BrowserSession | None]:
    """The session that answers the request without a page; None where there is none to use (arguments 2 and 3)."""
    question = "is there an open session of this browser?"
    fault = _session_fault(world, session, domain, client, now)
    if fault is None and session is not None:
        fault = _unwanted(session, domain, request, now) or _too_weak(world, session, request)
    if fault is None and session is not None:
        step = Step(question, "yes", session.username, _SOURCE, facts=(("sub", session.sub),), decides=True)
        return decided(session, step)
    found, assumption = fault or ("no cookie", None)
    return Decision(None, passed(question, found, _SOURCE, answer="no", assumption=assumption).steps)


def session_begun(session: BrowserSession) -> Decision[BrowserSession]:
    """The session of a browser that signed in."""
    facts, found = (("sub", session.sub),), f"by {session.provider}"
    return decided(session, Step("who signs in?", session.username, found, _SOURCE, facts=facts, decides=True))


def _session_fault(
    world: World, session: BrowserSession | None, domain: UserPoolDomain, client: UserPoolClient, now: float
) -> tuple[str, str | None] | None:
    """Why the session is none for this client, with the assumption that this rests on."""
    if session is None or (session.pool_id, session.host) != (client.pool_id, domain.host()):
        return "no cookie of this pool's", None
    if session.version != domain.managed_login_version:
        return "of the pages before", None
    minutes = reuse_validity(world, client.pool_id, client.id)
    if now >= session.begun_at + minutes * 60:
        return f"older than {minutes} minutes", None
    user = world.pool_users.get((session.pool_id, session.username))
    if user is None or user.sub != session.sub:
        return "its user is gone", None
    if not user.enabled and choice(_DISABLED) == "refused":
        return "its user is disabled", _DISABLED
    if session.provider not in client.supported_identity_providers and choice(_PROVIDER) == "refused":
        return f"by {session.provider}, which the client does not support", _PROVIDER
    return None


def _unwanted(
    session: BrowserSession, domain: UserPoolDomain, request: AuthorizationRequest, now: float
) -> tuple[str, str | None] | None:
    """Why the request wants a new sign-in; classic pages know no prompt."""
    prompt = (request.prompt or "").split() if domain.managed_login_version > 1 else []
    if {"login", "select_account", "consent"} & set(prompt):
        return f"the app asks for {request.prompt}", None
    if request.max_age is not None and now - session.begun_at > request.max_age:
        return f"older than {request.max_age} s", None
    if request.provider is not None and request.provider != session.provider:
        return f"by {session.provider}, and the app names {request.provider}", None
    return None


def _too_weak(world: World, session: BrowserSession, request: AuthorizationRequest) -> tuple[str, str | None] | None:
    pool, user = world.user_pools[session.pool_id], world.pool_users[session.pool_id, session.username]
    return too_weak(pool, user, session.progress, request.levels)


def wants_silence(domain: UserPoolDomain, request: AuthorizationRequest) -> Check:
    """Whether a page may be shown: not where the app said `prompt=none`."""
    question, place = "may a page be shown?", domain.origin.at("ManagedLoginVersion")
    if request.prompt == "none" and domain.managed_login_version > 1:
        return refused(Refusal("login_required", ""), question, "prompt=none", _SOURCE, location=place)
    return passed(question, request.prompt or "no prompt", _SOURCE, location=place)


def answered_in_place(progress: Progress, *, on_page: bool) -> Check:
    """Whether a step is answered where it was asked (argument 4)."""
    question, asked_on_page = "is the step answered where it was asked?", progress.flow == FLOW
    if asked_on_page == on_page:
        return passed(question, "on the page" if on_page else "at the API", _SOURCE)
    found = "asked on the page" if asked_on_page else "asked at the API"
    return refused(refusals.INVALID_SESSION, question, found, _SOURCE, assumption=UNSEEN_TEXTS)


def check_offered(client: UserPoolClient, provider: UserPoolIdentityProvider) -> Check:
    """Whether the client has the provider still, now that the browser is back from it."""
    question, place = "does the client have the provider?", client.origin.at("SupportedIdentityProviders")
    found = ", ".join(client.supported_identity_providers) or "none"
    if provider.name in client.supported_identity_providers:
        return passed(question, found, _SOURCE, location=place)
    refusal = Refusal("invalid_request", "Login option is not available. Please try another one.")
    return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def told_to_app(code: str) -> bool:
    """Whether the app is told of an error on the pages: of what its pool's functions say, and of nothing that the
    person can try again. # idp:errors §lambda"""
    return "Lambda" in code


def signed_in_as(user: PoolUser | None) -> Check:
    """Whether an external sign-in's user may come in: not one who is disabled. # idp:user-accounts"""
    question = "is the user enabled?"
    if user is None or user.enabled:
        return passed(question, user.username if user else "a new one", "idp:user-accounts")
    return refused(Refusal("invalid_request", "User is not enabled"), question, user.username, "idp:user-accounts")
