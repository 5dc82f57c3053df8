"""The ways of access of a user of a pool: tokens, refresh, the pages, a new sign-in, and what stands in front of apps.

What is asked goes through the door, as the holder would send it; a token that a backend verifies by itself is held to
the pool's published keys and to nothing else, as such backends do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cogsim.actors.adfs import AdFsRefusal
from cogsim.actors.app import SignedIn, refresh
from cogsim.actors.hosted import HostedApp
from cogsim.actors.web import WorldWideWeb
from cogsim.aws.token_families import FAMILIES, REFRESH_TOKENS, digest
from cogsim.decision import Refusal
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.session_settings import reuse_validity
from cogsim.decisions.token_contents import pool_keys
from cogsim.errors import AwsError, InputError
from cogsim.lab.lifetimes.access import MOMENT, Access, Got
from cogsim.lab.lifetimes.front_doors import routes
from cogsim.lab.lifetimes.holding import (
    Holding,
    Member,
    authenticator_of,
)
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.lab.lifetimes.pool_events import opens_api
from cogsim.simulation import Simulation
from cogsim.tokens.jwks import key_set
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.tokens.jwt_trust import JwtTrust, accept_jwt

#: Claims that differ from token to token of one sign-in.
_PER_TOKEN = frozenset(("iat", "exp", "jti", "at_hash", "auth_time", "event_id", "origin_jti", "nonce"))


def of_member(sim: Simulation, held: Member) -> Iterator[Access]:
    """What a user of a pool holds: tokens, the refresh token, the pages, the password."""
    tokens = held.signed_in
    if tokens.id_token:
        ends = (expiry_of(tokens.id_token),)
        yield Access(
            "id-token",
            "ID token, verified offline",
            partial(_offline, held, "cognito-id"),
            ends,
            "ID token, verified offline",
        )
    ends = (expiry_of(tokens.access_token),)
    yield Access(
        "access-token",
        "access token, verified offline",
        partial(_offline, held, "cognito-access"),
        ends,
        "access token, verified offline",
    )
    opened = next((each for each in (held.api, held.hosted) if each is not None and opens_api(each)), None)
    if opened is not None:
        ends = (expiry_of(opened.access_token),)
        yield Access(
            "api",
            "access token at the user pool's API (GetUser)",
            partial(_get_user, held, opened),
            ends,
            "access token at GetUser",
        )
    yield from _of_pages(sim, held)
    if tokens.refresh_token is not None:
        ends = (_refresh_end(sim, tokens),)
        yield Access("refresh", "refresh token, for new tokens", partial(_refresh, held), ends, "refresh token")
    again = "the password, for a new sign-in"
    if held.provider is not None:
        again = f"the password at {held.provider}, for a new sign-in"
    yield Access("sign-in", again, partial(_sign_in, held), (), "new sign-in by password")


def in_front(sim: Simulation, held: Holding) -> Iterator[Access]:
    """Routes of APIs and sessions of load balancers."""
    member = held.member
    signed_in = [each for each in (member.api, member.hosted) if each is not None] if member is not None else []
    tokens = [token for each in signed_in for token in (each.id_token, each.access_token) if token]
    for way in routes(sim, member.user if member is not None else None, (*tokens, *held.proof_tokens)):
        ends = (expiry_of(way.token),) if isinstance(read(way.token), UnverifiedToken) else ()
        yield Access(way.key, way.shown, way.ask, ends, f"token at {way.shown}")
    for at in held.balancers:
        yield Access(at.key, at.shown, at.ask, at.ends, at.brief)


def _of_pages(sim: Simulation, held: Member) -> Iterator[Access]:
    if held.hosted is None or held.browser is None:
        return
    if "openid" in _claims(held.hosted.access_token).get("scope", "").split():
        ends = (expiry_of(held.hosted.access_token),)
        yield Access(
            "userinfo",
            "access token at userInfo",
            partial(_user_info, held, held.hosted),
            ends,
            "access token at userInfo",
        )
    ends = (sim.now + 60 * reuse_validity(sim.world, held.pool.id, held.client.id),)
    yield Access(
        "cookie",
        "cookie of managed login, for a new code",
        partial(_code_by_cookie, held),
        ends,
        "cookie of managed login",
    )


# Tokens


def _claims(token: str) -> Mapping[str, Any]:
    parsed = read(token)
    assert isinstance(parsed, UnverifiedToken)
    return parsed.claims


def expiry_of(token: str) -> float:
    """When a token that says it ends (seconds)."""
    return float(_claims(token)["exp"])


def _refresh_end(sim: Simulation, signed_in: SignedIn) -> float:
    issued = REFRESH_TOKENS.rows(sim.state)[digest(signed_in.refresh_token or "")]
    return min(issued.expires_at, FAMILIES.rows(sim.state)[issued.origin_jti].expires_at)


def _offline(held: Member, kind: str, sim: Simulation) -> Got:
    """A backend that knows the pool's address and its client's id, and asks nobody."""
    pool = sim.world.user_pools.get(held.pool.id, held.pool)
    token = held.signed_in.id_token if kind == "cognito-id" else held.signed_in.access_token
    trust = JwtTrust(kind, pool.issuer, key_set(pool_keys(pool).values()), (held.client.id,))
    accepted = accept_jwt(token.encode(), trust, now=sim.now)
    if isinstance(accepted.value, Refusal):
        raise AwsError(accepted.value.code, accepted.value.message)
    return {"token": "accepted"}


def _get_user(held: Member, signed_in: SignedIn, sim: Simulation) -> Got:
    sim.calling_from(region=held.pool.region).call("cognito-idp:GetUser", {"AccessToken": signed_in.access_token})
    return {"profile": "shown"}


def _refresh(held: Member, sim: Simulation) -> Got:
    """What the new tokens say, without what differs from one to the next."""
    here = sim.calling_from(region=held.pool.region)
    fresh = refresh(here, held.client, held.signed_in, held.user.username)
    return _said(fresh)


def _user_info(held: Member, signed_in: SignedIn, sim: Simulation) -> Got:
    url = pool_domain_url(sim.world, sim.world.user_pools[held.pool.id])
    asked = {"Domain": urlsplit(str(url)).netloc, "Authorization": f"Bearer {signed_in.access_token}"}
    answer = sim.call("cognito-domain:UserInfo", asked)
    if answer["Status"] != 200:
        raise AwsError(answer["Body"]["error"], answer["Body"].get("error_description", ""))
    return {"profile": "shown"}


def _code_by_cookie(held: Member, sim: Simulation) -> Got:
    """A code without anybody typing anything, in the browser as it was after the sign-in."""
    assert held.browser is not None
    here = sim.calling_from(region=held.pool.region)
    app = HostedApp(here, sim.world.clients.get(held.client.id, held.client))
    page = held.browser.twin(WorldWideWeb(here)).open(app.begin().url)
    answer = parse_qs(urlsplit(page.url).query)
    if page.url.startswith(app.redirect_uri) and "code" in answer:
        return {"code": "given"}
    told = page.body.get("Error") or page.body.get("Page") or answer.get("error", ["no code"])[0]
    raise AwsError("NoCode", f"the browser is shown: {told}")


def _sign_in(held: Member, sim: Simulation) -> Got:
    """What the tokens of a new sign-in say, by the same door as before; nobody signs in twice in one instant."""
    sim.advance(MOMENT)
    here = sim.calling_from(region=held.pool.region)
    operator, app = operator_for(held.pool.arn), authenticator_of(held.user)
    try:
        if held.api is not None:
            fresh = here.sign_in(held.name, held.client.id, operator=operator, authenticator=app)
        else:
            fresh = here.sign_in_hosted(held.name, held.client.id, held.provider, authenticator=app)
    except (InputError, AdFsRefusal) as error:
        raise AwsError("NotSignedIn", str(error)) from None
    return _said(fresh)


def _said(fresh: SignedIn) -> Got:
    """What tokens say, without what differs from one sign-in to the next."""
    claims = _claims(fresh.id_token or fresh.access_token)
    return {name: str(claims[name]) for name in sorted(claims) if name not in _PER_TOKEN}
