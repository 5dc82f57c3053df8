"""The whole way of a browser over the pages of a pool's domain, as they are on the wire."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from cogsim.aws.trail import records
from cogsim.serve.address import ServedAt, Style

ADDRESSES = [ServedAt("http", "localhost", 8080), ServedAt("https", "localhost", 8443)]


@pytest.mark.parametrize("address", ADDRESSES, ids=["http", "https"])
@pytest.mark.parametrize("style", Style)
def test_a_person_signs_in_and_the_app_gets_tokens(make: Any, style: Style, address: ServedAt) -> None:
    app = make(style, address)
    shown = app.begin()
    assert (shown.status, shown.heading) == (200, "Sign in")
    assert shown.tree.get("lang") == "en"
    back = app.browser.submit(shown, username="alice", password=app.password)
    tokens = app.tokens(back)
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert (claims["cognito:username"], claims["nonce"]) == ("alice", "n-1")
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
    again = app.begin()
    assert "code" in app.came_back(again), "the session answers at once"


def test_a_wrong_password_is_told_where_it_was_typed_and_the_name_stays(app: Any) -> None:
    shown = app.browser.submit(app.begin(), username='al"><ice', password="wrong")
    assert shown.alert == "Incorrect username or password."
    assert shown.tree.findtext(".//title").startswith("Error: Sign in")
    assert shown.tree.get_element_by_id("field-1").value == 'al"><ice'
    assert shown.tree.get_element_by_id("field-2").value == ""
    assert "wrong" not in shown.text
    assert "The &lt;Shop&gt; &amp; Co" in shown.text


def test_an_authenticator_app_is_set_up_and_asked_for_the_next_time(app: Any) -> None:
    shown = app.browser.submit(app.begin("door", app.vault), username="vera", password=app.password)
    assert shown.heading == "Set up an authenticator app"
    app.phone.scan(shown.tree.get_element_by_id("secret").text.replace(" ", ""))
    shown = app.browser.submit(shown, UserCode=app.phone.code(app.cloud.clock.now))
    assert app.tokens(shown, "door", app.vault)["access_token"]
    app.browser.jar.clear()
    app.cloud.advance(60)
    shown = app.browser.submit(app.begin("door", app.vault), username="vera", password=app.password)
    assert shown.heading == "Enter the code of your authenticator app"
    wrong = app.browser.submit(shown, SOFTWARE_TOKEN_MFA_CODE="000000")
    assert "Invalid code" in wrong.alert or "mismatch" in wrong.alert.lower()
    shown = app.browser.submit(wrong, SOFTWARE_TOKEN_MFA_CODE=app.phone.code(app.cloud.clock.now))
    assert app.tokens(shown, "door", app.vault)["id_token"]


def test_people_sign_up_confirm_with_a_code_and_sign_in(app: Any) -> None:
    shown = app.browser.open(app.begin().link("Sign up"))
    fields = {"username": "bob", "password": "weak", "requiredAttributes[email]": "bob@example.com"}
    assert "At least 8 characters" in shown.text
    again = app.browser.submit(shown, **fields)
    assert "Password did not conform" in again.alert
    assert again.tree.xpath("//input[@name='requiredAttributes[email]']")[0].value == "bob@example.com"
    asked = app.browser.submit(again, **{**fields, "password": app.password})
    assert asked.heading == "Confirm your account"
    assert asked.link("See the messages") == f"http://{app.shop}.localhost:8080/_cogsim/messages"
    first = app.mail()
    asked = app.browser.submit(asked, 1)
    assert app.mail() != first
    assert "Invalid verification code" in app.browser.submit(asked, code="000000").alert
    shown = app.browser.submit(asked, code=app.mail())
    assert shown.heading == "Sign in"
    assert app.tokens(app.browser.submit(shown, username="bob", password=app.password))["id_token"]


def test_who_forgot_the_password_chooses_another_by_a_code(app: Any) -> None:
    shown = app.browser.open(app.begin().link("Forgot your password?"))
    asked = app.browser.submit(shown, username="alice")
    assert asked.heading == "Choose a new password"
    shown = app.browser.submit(asked, code=app.mail(), password="Another-horse-8")
    assert app.tokens(app.browser.submit(shown, username="alice", password="Another-horse-8"))["id_token"]


def test_a_temporary_password_is_replaced_on_the_way(app: Any) -> None:
    from dataclasses import replace

    from cogsim.world.pool_user import UserStatus

    world = app.cloud.world
    key = next(key for key in world.pool_users if key[1] == "alice")
    held = replace(world.pool_users[key], status=UserStatus.FORCE_CHANGE_PASSWORD)
    app.cloud.world = world.with_pool_user(held)
    shown = app.browser.submit(app.begin(), username="alice", password=app.password)
    assert shown.heading == "Choose a new password"
    assert shown.tree.get_element_by_id("field-1").get("autocomplete") == "new-password"
    assert app.tokens(app.browser.submit(shown, NEW_PASSWORD="Chosen-horse-2"))["id_token"]


def test_leaving_ends_the_session_and_leads_to_a_registered_address_alone(app: Any) -> None:
    app.browser.submit(app.begin(), username="alice", password=app.password)
    asked = {"client_id": app.client("web"), "logout_uri": "https://app.example/bye"}
    assert app.browser.open(app.url(app.shop, f"/logout?{urlencode(asked)}")).url == "https://app.example/bye"
    assert app.begin().heading == "Sign in"
    strange = app.browser.open(
        app.url(app.shop, f"/logout?{urlencode({**asked, 'logout_uri': 'https://evil.example'})}")
    )
    assert (strange.status, strange.heading) == (400, "Something went wrong")


def test_the_endpoints_of_apps_answer_as_aws_does(app: Any) -> None:
    shown = app.browser.submit(app.begin(), username="alice", password=app.password)
    tokens = app.tokens(shown)
    code = app.came_back(shown)["code"]
    form = {"grant_type": "authorization_code", "client_id": app.client("web"), "redirect_uri": app.callback}
    used = app.token(**form, code=code)
    assert (used.status, json.loads(used.body)["error"]) == (400, "invalid_grant")
    assert used.headers["access-control-allow-origin"] == "*"
    renewed = app.token(grant_type="refresh_token", client_id=app.client("web"), refresh_token=tokens["refresh_token"])
    assert "refresh_token" not in json.loads(renewed.body)
    info = app.url(app.shop, "/oauth2/userInfo")
    for method in ("GET", "POST"):
        answer = app.browser.send(method, info, b"", {"authorization": f"Bearer {tokens['access_token']}"})
        assert json.loads(answer.body)["email_verified"] == "true"
    refused = app.browser.send("GET", info, b"", {"authorization": "Bearer nonsense"})
    assert refused.status == 401
    assert 'error="invalid_token"' in refused.headers["www-authenticate"]
    revoked = {"token": tokens["refresh_token"], "client_id": app.client("web")}
    form_type = {"content-type": "application/x-www-form-urlencoded"}
    answer = app.browser.send("POST", app.url(app.shop, "/oauth2/revoke"), urlencode(revoked).encode(), form_type)
    assert (answer.status, answer.body) == (200, b"")


def test_a_client_with_a_secret_shows_it_in_the_header_or_in_the_form(app: Any) -> None:
    client = app.client("server")
    secret = app.cloud.world.clients[client].secret
    basic = f"Basic {base64.b64encode(f'{client}:{secret}'.encode()).decode()}"
    form = {"grant_type": "authorization_code", "redirect_uri": app.callback}
    for proof in ({"authorization": basic}, {"client_id": client, "client_secret": secret}, {"client_id": client}):
        app.browser.jar.clear()
        asked = app.browser.open(app.url(app.shop, f"/oauth2/authorize?{urlencode(app.query('server'))}"))
        code = app.came_back(app.browser.submit(asked, username="alice", password=app.password))["code"]
        answer = app.token(**form, **proof, code=code)
        expected = (200, None) if len(proof) != 1 or "authorization" in proof else (400, "invalid_client")
        assert (answer.status, json.loads(answer.body).get("error")) == expected


def test_the_id_of_a_page_is_that_of_its_record_on_the_trail(app: Any) -> None:
    response = app.browser.send("GET", app.url(app.shop, f"/login?{urlencode(app.query())}"))
    assert records(app.cloud)[-1]["requestID"] == response.headers["x-amz-cognito-request-id"]


def test_a_link_in_a_mail_confirms(app: Any) -> None:
    shown = app.browser.open(app.url(app.shop, "/confirmUser?client_id=x&user_name=bob&confirmation_code=1"))
    assert shown.status == 400
    assert shown.alert
