"""Signing out on a pool's domain: where the browser may be sent, and whether its SAML provider is told.

1. The address after leaving is one that the client registered, character by character: an open redirect would lend the
   pool's name to anybody. # idp:logout-endpoint
2. A provider is told where its configuration says so, and only of a session that came by it. # idp:saml-things
3. A provider's answer counts for a browser that this domain sent there. What it says changes nothing: the session ended
   before the provider was asked.
"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.managed_login import BrowserSession
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_SOURCE = "idp:logout-endpoint"


def check_logout(world: World, pool: UserPool, client_id: str, address: str | None) -> Check:
    """Whether the logout page may send the browser to `address` (argument 1)."""
    question, client = "is the address after leaving registered?", world.clients.get(client_id)
    if client is None or client.pool_id != pool.id:
        refusal = Refusal("invalid_request", "Client does not exist.")
        return refused(refusal, question, "no such client", _SOURCE, assumption=UNSEEN_TEXTS)
    place, found = client.origin.at("LogoutURLs"), f"{address}; {', '.join(client.logout_urls) or 'none'}"
    if address in client.logout_urls:
        return passed(question, found, _SOURCE, location=place)
    refusal = Refusal("invalid_request", "Invalid request")
    return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def ended_session(session: BrowserSession | None, pool: UserPool) -> Decision[BrowserSession | None]:
    """The session that ends: the browser's, where it is one of this pool's."""
    question = "is the browser signed in here?"
    if session is None or session.pool_id != pool.id:
        return decided(None, Step(question, "no", "no cookie of this pool's", _SOURCE))
    return decided(session, Step(question, "yes", session.username, _SOURCE, facts=(("sub", session.sub),)))


def provider_told(world: World, session: BrowserSession) -> Decision[UserPoolIdentityProvider | None]:
    """The SAML provider that is told of the end of `session` (argument 2), if any."""
    question, source = "is its provider told?", "idp:saml-things"
    provider = world.pool_providers.get((session.pool_id, session.provider))
    if provider is None or session.name_id is None:
        return decided(None, Step(question, "no", f"by {session.provider}, no SAML provider of the pool", source))
    place = provider.origin.at("ProviderDetails.IDPSignout")
    if provider.details.get("IDPSignout") != "true":
        return decided(None, Step(question, "no", "IDPSignout is not true", source, location=place))
    return decided(provider, Step(question, "yes", "IDPSignout is true", source, location=place))


def way_back(held: tuple[str, str] | None, host: str) -> Decision[str | Refusal]:
    """Where a browser goes on that comes back from its provider; `held` is the domain that sent it there and the
    address it was to go to (argument 3)."""
    question = "was the browser sent to sign out from here?"
    if held is None or held[0] != host:
        refusal = Refusal("invalid_request", "Invalid RelayState")
        return refused(refusal, question, "no such RelayState", "idp:saml-things", assumption=UNSEEN_TEXTS)
    return decided(held[1], Step(question, "yes", held[1], "idp:saml-things"))
