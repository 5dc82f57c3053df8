"""The ways of access that somebody who signed in has, each asked in a fork at any later second.

1. What is asked goes through the door, as the holder would send it; a token that a backend verifies by itself is held
   to the pool's published keys and to nothing else, as such backends do.
2. Access goes on where the answer is the same as before the event: the same role with the same tags, tokens that say
   the same of the same person. An answer that gives something else is an end too, and it is told what it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cogsim.actors.adfs import AdFsRefusal
from cogsim.actors.app import SignedIn, refresh
from cogsim.actors.hosted import HostedApp
from cogsim.actors.web import WorldWideWeb
from cogsim.analysis.naming import called
from cogsim.analysis.probes import Probe
from cogsim.arn import Arn
from cogsim.aws.token_families import FAMILIES, REFRESH_TOKENS, digest
from cogsim.decision import Refusal
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.session_settings import reuse_validity
from cogsim.decisions.token_contents import pool_keys
from cogsim.errors import AwsError, InputError
from cogsim.lab.lifetimes.front_doors import AtBalancer, routes
from cogsim.lab.lifetimes.holding import (
    AwsSession,
    Holding,
    Member,
    assume_straight,
    authenticator_of,
    aws_session,
    straight_roles,
)
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.lab.lifetimes.pool_events import opens_api
from cogsim.lab.lifetimes.proof import Proof, Way
from cogsim.simulation import Simulation
from cogsim.tokens.jwks import key_set
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.tokens.jwt_trust import JwtTrust, accept_jwt
from cogsim.world.identity_pool import IdentityPool

#: What the holder gets, told part by part: equal exactly where the access is. An AwsError is a refusal.
Got = Mapping[str, str]
Ask = Callable[[Simulation], Got]
#: Between a sign-in and the next one (seconds).
_MOMENT = 0.001
#: Claims that differ from token to token of one sign-in.
_PER_TOKEN = frozenset(("iat", "exp", "jti", "at_hash", "auth_time", "event_id", "origin_jti", "nonce"))


@dataclass(frozen=True, slots=True)
class Access:
    """A way of access by its `key`, in words and (`brief`) as charts head it, and the instants (seconds) at which it
    may end by itself."""

    key: str
    shown: str
    ask: Ask
    ends: tuple[float, ...] = ()
    brief: str = ""


def accesses(sim: Simulation, held: Holding) -> Iterator[Access]:
    """Every way of access that the holder has."""
    if held.member is not None:
        yield from _of_member(sim, held.member)
        yield from _in_front(sim, held.member, held.balancers)
        yield from _at_identity_pools(sim, held.member, held.sessions)
    yield from _by_proofs(held.proofs)
    yield from _by_credentials(sim, held.sessions)


def _of_member(sim: Simulation, held: Member) -> Iterator[Access]:
    tokens = held.signed_in
    if tokens.id_token:
        ends = (_expiry(tokens.id_token),)
        yield Access(
            "id-token",
            "ID token, verified offline",
            partial(_offline, held, "cognito-id"),
            ends,
            "ID token, verified offline",
        )
    ends = (_expiry(tokens.access_token),)
    yield Access(
        "access-token",
        "access token, verified offline",
        partial(_offline, held, "cognito-access"),
        ends,
        "access token, verified offline",
    )
    opened = next((each for each in (held.api, held.hosted) if each is not None and opens_api(each)), None)
    if opened is not None:
        ends = (_expiry(opened.access_token),)
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


def _in_front(sim: Simulation, held: Member, at_balancers: tuple[AtBalancer, ...]) -> Iterator[Access]:
    """Routes of APIs and sessions of load balancers."""
    signed_in = [each for each in (held.api, held.hosted) if each is not None]
    tokens = [token for each in signed_in for token in (each.id_token, each.access_token) if token]
    for way in routes(sim, held.user, tuple(tokens)):
        yield Access(way.key, way.shown, way.ask, (_expiry(way.token),), f"token at {way.shown}")
    for at in at_balancers:
        yield Access(at.key, at.shown, at.ask, at.ends, "cookie of load balancer")


def _of_pages(sim: Simulation, held: Member) -> Iterator[Access]:
    if held.hosted is None or held.browser is None:
        return
    if "openid" in _claims(held.hosted.access_token).get("scope", "").split():
        ends = (_expiry(held.hosted.access_token),)
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


def _at_identity_pools(sim: Simulation, held: Member, sessions: tuple[AwsSession, ...]) -> Iterator[Access]:
    """What the ID token opens at identity pools and at STS."""
    ends = (_expiry(held.signed_in.id_token),) if held.signed_in.id_token else ()
    for pool in held.identity_pools(sim.world):
        name = called(sim.world, pool)
        shown = f"ID token at identity pool {name}, for AWS credentials"
        if any(session.source == name for session in sessions):
            yield Access(f"exchange:{name}", shown, partial(_exchange, held, pool), ends, f"ID token at {name}")
    for arn in straight_roles(sim.world, held) if ends else ():
        role = called(sim.world, sim.world.roles[arn])
        shown = f"ID token at STS, for AWS credentials of {role}"
        yield Access(f"sts:{role}", shown, partial(_straight, held, arn), ends, f"ID token at STS as {role}")


def _by_proofs(proofs: tuple[Proof, ...]) -> Iterator[Access]:
    """What proofs of elsewhere open, those that are held and those that are had anew."""
    for proof in proofs:
        for way in proof.ways:
            shown = f"{proof.shown} at {way.shown}, for AWS credentials"
            yield Access(
                f"{proof.key}/{way.key}",
                shown,
                partial(_taken, proof, way),
                proof.ends,
                f"{proof.brief} at {way.brief}",
            )
        for way in proof.ways if proof.had_by is not None else ():
            shown = f"{proof.again}, for new AWS credentials by {way.shown}"
            yield Access(
                f"again:{proof.key}/{way.key}",
                shown,
                partial(_taken_anew, proof, way),
                (),
                f"{proof.again}, by {way.brief}",
            )


def _by_credentials(sim: Simulation, sessions: tuple[AwsSession, ...]) -> Iterator[Access]:
    for session in sessions:
        role, probe = called(sim.world, sim.world.roles[session.role_arn]), session.probe
        does = f"{probe.action} on {probe.resource}" if probe is not None else "sts:GetCallerIdentity"
        shown = f"AWS credentials of {role} from {session.source}, {does}"
        brief = f"AWS credentials of {role}{'' if probe is not None else ' (GetCallerIdentity)'}"
        yield Access(
            f"session:{role}/{session.source}",
            shown,
            partial(use, session),
            (session.expires_at,),
            brief,
        )
        bucket, key = _object(sim, probe)
        if probe is not None and key:
            ends = (session.expires_at,)
            shown = f"URL that {role} from {session.source} presigned for 7 days, s3:GetObject on {probe.resource}"
            ask = partial(_presigned, session, bucket, key)
            brief = f"presigned URL of {role}"
            yield Access(f"presigned:{role}/{session.source}", shown, ask, ends, brief)


# Tokens


def _claims(token: str) -> Mapping[str, Any]:
    parsed = read(token)
    assert isinstance(parsed, UnverifiedToken)
    return parsed.claims


def _expiry(token: str) -> float:
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
    sim.advance(_MOMENT)
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


# AWS


def _taken(proof: Proof, way: Way, sim: Simulation) -> Got:
    return _shown(aws_session(sim, way.take(sim, proof.text), ""))


def _taken_anew(proof: Proof, way: Way, sim: Simulation) -> Got:
    """By a proof that is had now; a guest is another each time."""
    sim.advance(_MOMENT)
    assert proof.had_by is not None
    try:
        text = proof.had_by(sim)
    except (InputError, AdFsRefusal) as error:
        raise AwsError("NotSignedIn", str(error)) from None
    session = aws_session(sim, way.take(sim, text), "")
    return _shown(replace(session, identity="") if proof.kind == "guest" else session)


def _object(sim: Simulation, probe: Probe | None) -> tuple[str, str]:
    """Bucket and key of the object that the probe reads; an empty key where it reads none that is there."""
    arn = Arn.try_parse(probe.resource) if probe is not None and probe.action == "s3:GetObject" else None
    bucket, _, key = arn.resource.partition("/") if arn is not None else ("", "", "")
    there = sim.world.objects.get(bucket)
    return bucket, key if there is not None and there.get(key) is not None else ""


def _presigned(session: AwsSession, bucket: str, key: str, sim: Simulation) -> Got:
    """Whoever has the URL: no session lasts as long as the seven days that it says."""
    age = sim.now - session.began
    here = sim.calling_from(auth_type="REST-QUERY-STRING", signature_age=int(age * 1000))
    outcome = here.submit("s3:GetObject", {"Bucket": bucket, "Key": key}, session.credentials)
    outcome.unwrap()
    return {"object": "shown"}


def _exchange(held: Member, pool: IdentityPool, sim: Simulation) -> Got:
    return _shown(vended(held, pool, sim))


def vended(held: Member, pool: IdentityPool, sim: Simulation) -> AwsSession:
    """The credentials that the identity pool gives for the ID token now."""
    here = sim.calling_from(region=pool.region)
    return aws_session(sim, here.credentials(held.signed_in, pool.id).credentials, "")


def _straight(held: Member, role_arn: str, sim: Simulation) -> Got:
    return _shown(aws_session(sim, assume_straight(sim, held, role_arn), ""))


def _shown(session: AwsSession) -> Got:
    identity = {"identity": session.identity} if session.identity else {}
    return {"role": session.role_arn, **identity, **{f"tag {name}": value for name, value in session.tags}}


def use(session: AwsSession, sim: Simulation) -> Got:
    """What the credentials are good for: the action of the probe, or to say whose they are."""
    probe = session.probe
    if probe is None:
        return {"role": str(sim.call("sts:GetCallerIdentity", {}, session.credentials)["Arn"])}
    answer = sim.can(session.credentials, probe.action, probe.resource, probe.context).value
    if not answer.allowed:
        raise AwsError("AccessDenied", f"{probe.action}: {answer}")
    return {probe.action: "allowed"}


@dataclass(frozen=True, slots=True)
class Late:
    """Credentials that were vended in the last second in which an identity pool took the ID token: the access with its
    key and words, the simulation at that second, and what it gave at the sign-in."""

    sim: Simulation
    access: Access
    before: Got


def vended_late(sim: Simulation, holding: Holding, access: Access, seconds: int) -> Late | None:
    """The last credentials of an exchange that ends after `seconds`; None for an access that is none, or has ended."""
    held = holding.member
    if held is None:
        return None
    pools = (pool for pool in held.identity_pools(sim.world) if access.key == f"exchange:{called(sim.world, pool)}")
    pool = next(pools, None)
    if pool is None or seconds == 0:
        return None
    name, twin = called(sim.world, pool), sim.fork()
    twin.advance(seconds - 1)
    first = next(session for session in holding.sessions if session.source == name)
    session = replace(vended(held, pool, twin), probe=first.probe)
    action = first.probe.action if first.probe is not None else "sts:GetCallerIdentity"
    shown = f"AWS credentials vended at the last second by identity pool {name}, {action}"
    before = {action: "allowed"} if first.probe is not None else use(first, sim)
    access = late_access(name, shown, partial(use, session), (session.expires_at,))
    return Late(twin, access, before)


def late_access(name: str, shown: str, ask: Ask, ends: tuple[float, ...] = ()) -> Access:
    """The way of access by the last credentials that the identity pool called `name` vends."""
    return Access(f"late:{name}", shown, ask, ends, f"last AWS credentials vended by {name}")
