"""Refresh tokens and the sign-ins they belong to: whether one still gives new tokens.

1. The token is one the pool gave out, to this client; another client's is as good as none.
2. Its sign-in was not revoked, and its time is not over.
3. Where the client rotates its tokens, one that another replaced is good for the time of grace and no longer: whoever
   comes with it later stole it, or was stolen from.
4. A sign-in from a device that the pool tracks is refreshed from that device.
5. Its user is still the same person (a name can be given anew), and enabled.
"""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.app_client import allow_flow, find_client
from cogsim.decisions.oauth_grant import Grant
from cogsim.decisions.refusals import NOT_AUTHORIZED, UNSEEN_TEXTS, Check, after, passed, refused
from cogsim.decisions.sign_in import check_enabled
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOURCE = "idp:refresh-token"
_REVOCATION = "idp:token-revocation"
_NEEDS_FLOW = "cognito.getTokensNeedsRefreshFlow"


@dataclass(frozen=True, slots=True)
class Family:
    """One sign-in and all tokens that go back to it; `revoked_by` names the operation that ended it."""

    origin_jti: str
    event_id: str
    pool_id: str
    client_id: str
    username: str
    sub: str
    auth_time: float
    #: How it was proved: the class and the methods that its tokens name. # idp:step-up
    acr: str | None = None
    amr: tuple[str, ...] = ()
    device_key: str | None = None
    #: Where the pool tracks sessions: the session's id, when it was last used and from where. # idp:sessions
    session_id: str | None = None
    active_at: float = 0.0
    ip_address: str | None = None
    user_agent: str = ""
    #: When its refresh tokens end (seconds).
    expires_at: float = 0.0
    #: What its app was authorized to, where it began at the pool's domain.
    grant: Grant | None = None
    revoked_at: float | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedRefreshToken:
    """A refresh token that was given out, known by its SHA-256: its sign-in, its end, and the instant of its first
    use where a new one took its place then (seconds)."""

    origin_jti: str
    expires_at: float
    replaced_at: float | None = None


def accept_refresh_token(
    token: IssuedRefreshToken | None,
    family: Family | None,
    client: UserPoolClient,
    user: PoolUser | None,
    device_key: str | None,
    now: float,
) -> Decision[Family | Refusal]:
    """The sign-in that a refresh token stands for, or the refusal; `device_key` is the device the app names."""
    question = "does the pool know the refresh token?"
    if token is None or family is None or (family.client_id, family.pool_id) != (client.id, client.pool_id):
        return refused(refusals.INVALID_REFRESH_TOKEN, question, "not as one of this client's", _SOURCE)
    if family.revoked_at is not None:
        question, found = "was the sign-in revoked?", f"by {family.revoked_by}"
        return refused(refusals.REFRESH_TOKEN_REVOKED, question, found, "idp:token-revocation", answer="yes")
    if now >= token.expires_at:
        place = client.origin.at("RefreshTokenValidity")
        question, found = "is its time over?", f"{client.refresh_token_validity} s"
        return refused(refusals.REFRESH_TOKEN_EXPIRED, question, found, _SOURCE, answer="yes", location=place)
    replaced = _still_good(token, client, now)
    if isinstance(replaced.value, Refusal):
        return Decision(replaced.value, replaced.steps)
    if family.device_key not in (None, device_key):
        question, found = "is it sent from the sign-in's device?", device_key or "no DEVICE_KEY"
        return refused(refusals.INVALID_REFRESH_TOKEN, question, found, "idp:device-tracking")
    if user is None or user.sub != family.sub:
        return refused(refusals.NO_SUCH_USER, "is its user still there?", family.username, _SOURCE)
    known = passed(question, f"a sign-in of {family.username}", _SOURCE)
    enabled = after(after(known, replaced), check_enabled(client, user))
    return enabled if enabled.value is not None else Decision(family, enabled.steps)


def _still_good(token: IssuedRefreshToken, client: UserPoolClient, now: float) -> Check:
    """Whether a token that another replaced is in its time of grace. # idp:refresh-token §rotation"""
    question, place = "did another token take its place?", client.origin.at("RefreshTokenRotation")
    if token.replaced_at is None:
        return passed(question, "it is the latest", _SOURCE, answer="no", location=place)
    age, grace = now - token.replaced_at, client.retry_grace_period
    if age < grace:
        found = f"{age:g} s ago, within {grace} s of grace"
        return passed(question, found, _SOURCE, answer="yes, just now", location=place)
    refusal = Refusal("RefreshTokenReuseException", "Refresh token has been used already")
    found = f"{age:g} s ago; the grace is {grace} s"
    return refused(refusal, question, found, _SOURCE, answer="yes", location=place, assumption=UNSEEN_TEXTS)


def check_refresh_operation(client: UserPoolClient) -> Check:
    """Whether this client's tokens are refreshed by GetTokensFromRefreshToken. # idp:refresh-token"""
    question, place = "may the client refresh in this way?", client.origin.at("ExplicitAuthFlows")
    allowed = allow_flow(client, "REFRESH_TOKEN_AUTH")
    if client.refresh_token_rotation or allowed.value is None:
        found = "rotation is on" if client.refresh_token_rotation else "ALLOW_REFRESH_TOKEN_AUTH"
        return passed(question, found, _SOURCE, location=place, assumption=_NEEDS_FLOW)
    if choice(_NEEDS_FLOW) == "no":
        return passed(question, "it needs no flow", _SOURCE, location=place, assumption=_NEEDS_FLOW)
    refusal = Refusal(NOT_AUTHORIZED, "Refresh token flow is not enabled for this client")
    return refused(refusal, question, "neither rotation nor the flow", _SOURCE, location=place, assumption=_NEEDS_FLOW)


def find_revoking_client(world: World, client_id: str, region: str) -> Decision[UserPoolClient | Refusal]:
    """The client that asks for a revocation; this operation calls an unknown one unauthorised."""
    found = find_client(world, client_id, region)
    if isinstance(found.value, Refusal):
        refusal = Refusal("UnauthorizedException", found.value.message)
        return refused(refusal, "may the client revoke?", client_id, _REVOCATION, assumption=UNSEEN_TEXTS)
    return found


def check_revocable(client: UserPoolClient, family: Family | None, token: str) -> Decision[bool | Refusal]:
    """Whether the client's token is one to revoke; other clients' and unknown ones leave everything as it is."""
    question, place = "does the client revoke tokens?", client.origin.at("EnableTokenRevocation")
    if not client.enable_token_revocation:
        refusal = Refusal("UnsupportedOperationException", "Token revocation is not enabled for this client")
        found = "EnableTokenRevocation is false"
        return refused(refusal, question, found, _REVOCATION, location=place, assumption=UNSEEN_TEXTS)
    if isinstance(read(token), UnverifiedToken):
        refusal = Refusal("UnsupportedTokenTypeException", "Only refresh tokens can be revoked")
        question = "is it a refresh token?"
        return refused(refusal, question, "a signed token", _REVOCATION, assumption=UNSEEN_TEXTS)
    known = family is not None and family.client_id == client.id
    step = Step("is it a refresh token of this client?", "yes" if known else "no", client.id, _REVOCATION, decides=True)
    return decided(known, step)
