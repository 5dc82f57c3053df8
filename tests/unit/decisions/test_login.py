"""Which tokens an identity pool believes, and in which words it refuses the others."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.decision import Decision, Refusal
from cogsim.decisions.login import AcceptedLogin, accept, accept_claims
from cogsim.decisions.open_id_token import open_id_claims, signed
from cogsim.decisions.token_contents import pool_key
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.identity_pool import CognitoProvider, IdentityPool
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

NOW = 1_767_225_600.0
PEOPLE = UserPool("us-east-1_People", "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_People", "people")
OTHERS = UserPool("us-east-1_Others", "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Others", "others")
WORLD = World().with_user_pool(PEOPLE).with_user_pool(OTHERS).with_pool_user(PoolUser(PEOPLE.id, "alice", "sub-alice"))


def pool(*, check: bool = False, **more: Any) -> IdentityPool:
    return IdentityPool(
        "us-east-1:pool",
        "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:pool",
        "pool",
        cognito_providers=(CognitoProvider(PEOPLE.provider_name, "app", check),),
        **more,
    )


def claims(**changed: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sub": "sub-alice",
        "iss": PEOPLE.issuer,
        "aud": "app",
        "token_use": "id",
        "exp": int(NOW) + 60,
        "origin_jti": "family-1",
    }
    made.update(changed)
    return {name: value for name, value in made.items() if value is not None}


def token(use: Any = "id", pool_id: str = PEOPLE.id, **changed: Any) -> str:
    return sign(claims(**changed), pool_key(WORLD.user_pools[pool_id], use))


def ask(
    text: str, *, provider: str = PEOPLE.provider_name, at: float = NOW, active: bool = True, **more: Any
) -> Decision[AcceptedLogin | Refusal]:
    return accept(WORLD, pool(**more), provider, text, now=at, revoked=lambda _: not active)


def test_an_id_token_of_an_accepted_client_is_a_login() -> None:
    login = ask(token(email="a@example.com")).value
    assert isinstance(login, AcceptedLogin)
    assert (login.provider_name, login.client_id, login.subject) == (PEOPLE.provider_name, "app", "sub-alice")
    assert login.claims["email"] == "a@example.com"


FORGED = sign(claims(), rsa_key("an attacker"))
TAMPERED = ".".join((FORGED.split(".")[0], token().split(".")[1], token().split(".")[2]))

REFUSED = {
    "a forged signature": (FORGED, "Invalid login token. Token signature invalid."),
    "the header of another key": (TAMPERED, "Invalid login token. Token signature invalid."),
    "another pool's token": (
        token(pool_id=OTHERS.id, iss=OTHERS.issuer),
        "Invalid login token. Issuer doesn't match providerName",
    ),
    "another pool's signature": (token(pool_id=OTHERS.id), "Invalid login token. Token signature invalid."),
    "another client's token": (token(aud="other-app"), "Invalid login token. Incorrect token audience."),
    "an access token": (
        token("access", aud=None, token_use="access"),
        "Invalid login token. Missing a required claim: aud",
    ),
    "an id key's token of another use": (
        token(token_use="access"),
        "Invalid login token. Not a valid OpenId Connect identity token.",
    ),
    "an expired token": (token(exp=int(NOW)), f"Invalid login token. Token expired: {int(NOW)} >= {int(NOW)}"),
    "not a token": ("nonsense", "Invalid login token. Not a valid OpenId Connect identity token."),
    "an identity pool's own token": (
        signed(open_id_claims(pool(), "us-east-1:id", None, {}, NOW), "us-east-1"),
        "Invalid login token. Can't pass in a Cognito token.",
    ),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_refused(text: str, words: str) -> None:
    assert ask(text).value == Refusal("NotAuthorizedException", words)


def test_a_provider_that_the_pool_does_not_know() -> None:
    answer = ask(token(pool_id=OTHERS.id, iss=OTHERS.issuer), provider=OTHERS.provider_name).value
    assert answer == Refusal("NotAuthorizedException", "Token is not from a supported provider of this identity pool.")


@pytest.mark.parametrize(
    ("check", "active", "subject", "accepted"),
    [
        (False, False, "sub-alice", True),
        (True, True, "sub-alice", True),
        (True, False, "sub-alice", False),
        (True, True, "sub-of-a-deleted-user", False),
    ],
)
def test_revocation_counts_only_where_the_pool_asks(check: bool, active: bool, subject: str, accepted: bool) -> None:
    answer = ask(token(sub=subject), check=check, active=active).value
    assert isinstance(answer, AcceptedLogin) is accepted
    if not accepted:
        assert answer == Refusal("NotAuthorizedException", "Token is inactive")


def test_a_static_answer_asks_the_same_questions_of_claims() -> None:
    assert isinstance(accept_claims(WORLD, pool(), PEOPLE.provider_name, claims()).value, AcceptedLogin)
    refused = accept_claims(WORLD, pool(), PEOPLE.provider_name, claims(aud="other")).value
    assert refused == Refusal("NotAuthorizedException", "Invalid login token. Incorrect token audience.")


def test_the_error_for_an_access_token_is_a_switch() -> None:
    text = token("access", aud=None, token_use="access")
    assert ask(text).assumptions == ("identity.accessTokenAsLogin",)
    with assuming({"identity.accessTokenAsLogin": "not-an-id-token"}):
        answer = ask(text).value
    assert isinstance(answer, Refusal)
    assert answer.message == "Invalid login token. Not a valid OpenId Connect identity token."
