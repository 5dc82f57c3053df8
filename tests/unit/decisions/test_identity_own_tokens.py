"""The pool's own tokens as logins: for one identity, of one pool and developer, unchanged, in force."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.decision import Refusal
from cogsim.decisions.identity_logins import accept_own_token, own_token, provider_kind
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import open_id_claims, signed
from cogsim.persistent import Map
from cogsim.world.identity_pool import CognitoProvider, IdentityPool

COGNITO = "cognito-identity.amazonaws.com"
NOW = 1_767_225_600.0
PLACE = "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/"


def pool(name: str = "us-east-1:own", **more: Any) -> IdentityPool:
    settings: dict[str, Any] = {"developer_provider_name": "login.acme", **more}
    return IdentityPool(name, PLACE + name, "pool", **settings)


def token(made: IdentityPool, login: AcceptedLogin | None = None, **changed: Any) -> str:
    user = login or AcceptedLogin("login.acme", "", "u:1", Map(), "developer")
    claims = open_id_claims(made, "us-east-1:id", user, {}, NOW, lifetime=900)
    return signed({**claims, **changed}, made.region)


def test_a_developers_token_is_that_users_login() -> None:
    login = accept_own_token(pool(), "us-east-1:id", token(pool()), now=NOW).value
    assert isinstance(login, AcceptedLogin)
    assert (login.provider_name, login.subject, login.kind) == ("login.acme", "u:1", "developer")


GUEST = signed(open_id_claims(pool(), "us-east-1:id", None, {}, NOW), "us-east-1")
REFUSED = {
    "another pool's": (token(pool("us-east-1:other")), "Invalid login token. Incorrect token audience."),
    "another identity's": (token(pool(), sub="us-east-1:x"), "Logins don't match."),
    "another partition's": (
        token(pool(), iss="https://cognito-identity-us-gov.amazonaws.com"),
        "Invalid login token. Issuer doesn't match providerName",
    ),
    "an old one": (token(pool(), exp=int(NOW)), f"Invalid login token. Token expired: {int(NOW)} >= {int(NOW)}"),
    "a guest's": (GUEST, "Please provide a valid public provider."),
    "of another Region's key": (
        signed(open_id_claims(pool(), "us-east-1:id", None, {}, NOW), "eu-west-1"),
        "Invalid login token. Token signature invalid.",
    ),
    "nonsense": ("nonsense", "Invalid login token. Token signature invalid."),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_refused(text: str, words: str) -> None:
    found = accept_own_token(pool(), "us-east-1:id", text, now=NOW).value
    assert isinstance(found, Refusal)
    assert found.message.startswith(words)


def test_a_pool_without_a_developer_takes_no_such_token() -> None:
    found = accept_own_token(pool(developer_provider_name=None), "us-east-1:id", token(pool()), now=NOW).value
    assert isinstance(found, Refusal)


def test_the_own_token_comes_alone() -> None:
    assert own_token(pool(), {}).value is None
    assert own_token(pool(), {"accounts.google.com": "t"}).value is None
    assert own_token(pool(), {COGNITO: "t"}).value == "t"
    assert isinstance(own_token(pool(), {COGNITO: "t", "accounts.google.com": "t"}).value, Refusal)


def test_each_name_leads_to_one_kind_of_proof() -> None:
    made = pool(
        supported_login_providers=Map({"accounts.google.com": "app"}),
        open_id_connect_provider_arns=("arn:aws:iam::123456789012:oidc-provider/idp.example.com/x",),
        saml_provider_arns=("arn:aws:iam::123456789012:saml-provider/adfs",),
        cognito_providers=(CognitoProvider("cognito-idp.us-east-1.amazonaws.com/us-east-1_P", "app"),),
    )
    kinds = {
        "accounts.google.com": "social",
        "graph.facebook.com": "user-pool",
        "idp.example.com/x": "oidc",
        "idp.example.com": "user-pool",
        "arn:aws:iam::123456789012:saml-provider/adfs": "saml",
        "login.acme": "developer",
        COGNITO: "cognito",
        "cognito-idp.us-east-1.amazonaws.com/us-east-1_P": "user-pool",
    }
    assert {name: provider_kind(made, name) for name in kinds} == kinds
