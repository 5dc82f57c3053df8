"""Libraries that people sign in with: pycognito and warrant-lite, each with its own arithmetic of SRP."""

from __future__ import annotations

import contextlib
import locale
from typing import Any

import jwt
import pytest
import warrant_lite
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException

from cogsim.actors.authenticator_app import AuthenticatorApp
from tests.clients.conftest import KEY, PASSWORDS, REGION, SECRET, At


def person(at: At, name: str, app: str = "app") -> Cognito:
    """pycognito for one person; it verifies every token that it gets against the pool's key set."""
    client = at.app(app)
    return Cognito(
        at.pool,
        client.id,
        user_pool_region=REGION,
        username=name,
        client_secret=client.secret,
        access_key=KEY,
        secret_key=SECRET,
        boto3_client_kwargs={"endpoint_url": at.base},
    )


@pytest.mark.parametrize("app", ["app", "server"])
def test_pycognito_signs_in_by_srp_and_believes_the_tokens(at: At, app: str) -> None:
    alice = person(at, "alice", app)
    alice.authenticate(password=PASSWORDS["alice"])
    assert alice.id_claims["email"] == "alice@example.com"
    assert alice.access_claims["client_id"] == at.app(app).id
    assert alice.get_user().email_verified is True


def test_pycognito_refreshes_and_leaves(at: At) -> None:
    alice = person(at, "alice")
    alice.authenticate(password=PASSWORDS["alice"])
    first = alice.access_token
    alice.renew_access_token()
    assert alice.access_token != first
    assert alice.verify_token(alice.access_token, "access_token", "access")["username"] == "alice"
    alice.logout()
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        at.client("cognito-idp").get_user(AccessToken=first)


def test_pycognito_sets_up_a_second_factor_and_is_asked_for_it(at: At) -> None:
    bob, app = person(at, "bob"), AuthenticatorApp()
    bob.authenticate(password=PASSWORDS["bob"])
    app.scan(bob.associate_software_token())
    assert bob.verify_software_token(app.code(at.own("clock")["seconds"]), "phone")
    bob.set_user_mfa_preference(False, True, preferred="SOFTWARE_TOKEN")
    again = person(at, "bob")
    with pytest.raises(SoftwareTokenMFAChallengeException) as challenge:
        again.authenticate(password=PASSWORDS["bob"])
    tokens = challenge.value.get_tokens()
    with pytest.raises(ClientError, match="CodeMismatchException"):
        again.respond_to_software_token_mfa_challenge("000000", tokens)
    with pytest.raises(SoftwareTokenMFAChallengeException) as challenge:
        again.authenticate(password=PASSWORDS["bob"])
    at.own("clock", "POST", {"advance": 30})
    code = app.code(at.own("clock")["seconds"])
    again.respond_to_software_token_mfa_challenge(code, challenge.value.get_tokens())
    assert again.get_user().email == "bob@example.com"


def test_pycognito_signs_up_confirms_and_changes_a_password(at: At) -> None:
    carol = person(at, "carol")
    carol.set_base_attributes(email="carol@example.com")
    carol.register("carol", "First-password-1")
    carol.confirm_sign_up(at.mailed("carol"))
    carol.authenticate(password="First-password-1")
    carol.change_password("First-password-1", "Second-password-2")
    person(at, "carol").authenticate(password="Second-password-2")
    carol.initiate_forgot_password()
    carol.confirm_forgot_password(at.mailed("carol"), "Third-password-3")
    person(at, "carol").authenticate(password="Third-password-3")


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_a_wrong_password_and_nobody_are_refused_alike(at: At, name: str) -> None:
    with pytest.raises(ClientError, match=r"NotAuthorizedException.*Incorrect username or password\."):
        person(at, name).authenticate(password="Wrong-password-1")


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """warrant-lite writes its timestamp in en_US, which not every machine has; C has the same words."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, ("en_US", "UTF-8"))
    except locale.Error:
        monkeypatch.setattr(warrant_lite, "temp_locale", contextlib.nullcontext)
    finally:
        locale.setlocale(locale.LC_ALL, before)


def warrant(at: At, name: str, password: str) -> Any:
    client = at.app()
    signing_in = warrant_lite.WarrantLite(name, password, at.pool, client.id, client=at.client("cognito-idp"))
    return signing_in.authenticate_user()["AuthenticationResult"]


@pytest.mark.usefixtures("english")
def test_warrant_lite_signs_in_by_srp_and_pyjwt_believes_the_tokens(at: At) -> None:
    tokens = warrant(at, "bob", PASSWORDS["bob"])
    keys = jwt.PyJWKClient(f"{at.issuer}/.well-known/jwks.json")
    found = keys.get_signing_key_from_jwt(tokens["IdToken"])
    claims = jwt.decode(tokens["IdToken"], found.key, ["RS256"], audience=at.app().id, issuer=at.issuer, leeway=5)
    assert claims["cognito:username"] == "bob"
    with pytest.raises(ClientError, match="NotAuthorizedException"):
        warrant(at, "bob", "Wrong-password-1")
