"""What a load balancer makes for the matrix: the token that it hands to its targets, and the cookie that it seals."""

from __future__ import annotations

from typing import Any

from cogsim.analysis.passage import NOW
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import Sealed, Target
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_session import AuthSession
from cogsim.decisions.load_balancer_token import claims_token, region_key
from cogsim.decisions.oauth_grant import OPENID, shown_attributes
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.tokens.jwt import UnverifiedToken, read

#: How long the user's access token lasts that the load balancer holds (seconds).
_HOUR = 3600


def sealed_offer(target: Target) -> Offer:
    """The load balancer's token or cookie for the target's user; none where the world has no load balancer."""
    sealed = target.sealed or _of_world(target)
    if sealed is None:
        refused = Refusal("NotFound", "the world has no load balancer")
        return Offer("balancer", None, target.world, notes=target.notes, refused=refused)
    claims = claims_of(target)
    if sealed.cookie is not None:
        return _cookie(target, sealed, claims)
    made = claims_token(
        sealed.signer, sealed.region, sealed.issuer, sealed.client_id, claims, now=NOW, access_ends=NOW + _HOUR
    )
    parsed = read(made.value, padded=True)
    assert isinstance(parsed, UnverifiedToken)
    ends, key = float(parsed.header["exp"]), region_key(sealed.region)
    return Offer("balancer", made.value, target.world, NOW, ends, None, key, notes=target.notes)


def claims_of(target: Target) -> dict[str, Any]:
    """What userInfo says of the user."""
    if target.account is not None:
        return {"sub": target.account.subject}
    user = target.user
    shown = shown_attributes(target.pool, target.client, (OPENID,)).value
    said = {name: user.attributes[name] for name in sorted(user.attributes) if name in shown}
    return {"sub": user.sub, **said, "username": user.username}


def _of_world(target: Target) -> Sealed | None:
    """What the world's first load balancer would say of the target's user."""
    balancers = (each for each in target.world.load_balancers.values() if each.type == "application")
    found = next(balancers, None)
    return Sealed(found.arn, found.region, target.pool.issuer, target.client.id) if found is not None else None


def _cookie(target: Target, sealed: Sealed, claims: dict[str, Any]) -> Offer:
    cookie = sealed.cookie
    assert cookie is not None
    text = named("analysis/session-cookie", sealed.signer, cookie.action.client_id).alnum(1024)
    ends = NOW + cookie.action.timeout
    session = AuthSession(cookie.balancer_arn, cookie.listener_arn, cookie.action, Map(claims), "", ends, None, NOW)
    return Offer("balancer", text, target.world, NOW, ends, session=session, notes=target.notes)
