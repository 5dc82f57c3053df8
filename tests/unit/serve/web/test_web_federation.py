"""Over the pages to parties outside AWS and back: AD FS both ways, OpenID Connect, Google, Apple's posted form."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
import pytest
from lxml import etree

from cogsim.serve.address import Style
from cogsim.tokens.saml_metadata import IdpMetadata, read_metadata

ADFS, ACME = "adfs.corp.example", "login.acme.example"


def username(tokens: Any) -> str:
    return str(jwt.decode(tokens["id_token"], options={"verify_signature": False})["cognito:username"])


def to_ad_fs(app: Any) -> Any:
    return app.browser.open(app.begin().link("Continue with Corp"))


@pytest.mark.parametrize("style", Style)
def test_staff_sign_in_at_their_ad_fs(make: Any, style: Style) -> None:
    app = make(style)
    shown = to_ad_fs(app)
    assert urlsplit(shown.url).netloc.partition(":")[0] in (ADFS, f"{ADFS}.localhost", "localhost")
    assert shown.tree.findtext(".//p[@class='site']") == f"AD FS at {ADFS}"
    wrong = app.browser.submit(shown, UserName="bob@corp.example", Password="wrong")
    assert wrong.alert.startswith("Incorrect user ID or password")
    posted = app.browser.submit(wrong, UserName="bob@corp.example", Password="Password-of-bob-1")
    assert posted.heading == "Signed in"
    assert username(app.tokens(app.browser.submit(posted))) == "Corp_bob@corp.example"


def test_a_response_counts_once_and_in_its_own_browser(app: Any, make: Any) -> None:
    posted = app.browser.submit(to_ad_fs(app), UserName="bob@corp.example", Password="Password-of-bob-1")
    twin = make()
    twin.cloud = twin.browser.cloud = app.cloud
    assert twin.browser.submit(posted).heading == "Something went wrong"
    assert "code" in app.came_back(app.browser.submit(posted))
    assert app.browser.submit(posted).heading == "Something went wrong"


def test_a_sign_in_begins_at_the_ad_fs(app: Any) -> None:
    query = {"identity_provider": "Corp", **app.query("staff")}
    start = app.url(ADFS, f"/adfs/ls/IdpInitiatedSignOn.aspx?{urlencode({'RelayState': urlencode(query)})}")
    shown = app.browser.open(start)
    chosen = shown.tree.xpath("//input[@name='loginToRp']")
    assert chosen[0].get("value").startswith("urn:amazon:cognito:sp:")
    wrong = app.browser.submit(shown, UserName="bob@corp.example", Password="wrong")
    posted = app.browser.submit(wrong, UserName="bob@corp.example", Password="Password-of-bob-1")
    said = app.came_back(app.browser.submit(posted))
    form = {"grant_type": "authorization_code", "client_id": app.client("staff"), "redirect_uri": app.callback}
    assert username(json.loads(app.token(**form, code=said["code"]).body)) == "Corp_bob@corp.example"


def test_who_signs_out_of_the_pool_signs_out_of_the_ad_fs(app: Any) -> None:
    posted = app.browser.submit(to_ad_fs(app), UserName="bob@corp.example", Password="Password-of-bob-1")
    app.browser.submit(posted)
    asked = {"client_id": app.client("web"), "logout_uri": "https://app.example/bye"}
    shown = app.browser.open(app.url(app.shop, f"/logout?{urlencode(asked)}"))
    assert (shown.heading, shown.status) == ("Signed out", 200)
    assert app.browser.submit(shown).url == "https://app.example/bye"


def test_a_request_posted_to_the_ad_fs_is_answered_too(app: Any) -> None:
    location = app.browser.send("GET", to_ad_fs_url(app)).headers["location"]
    import zlib

    packed = dict(parse_qsl(urlsplit(location).query))
    raw = zlib.decompress(base64.b64decode(packed["SAMLRequest"]), -15)
    form = {"SAMLRequest": base64.b64encode(raw).decode(), "RelayState": packed["RelayState"]}
    shown = app.browser.post(app.url(ADFS, "/adfs/ls/"), form)
    posted = app.browser.submit(shown, UserName="bob@corp.example", Password="Password-of-bob-1")
    assert "code" in app.came_back(app.browser.submit(posted))


def to_ad_fs_url(app: Any) -> str:
    return str(app.begin().link("Continue with Corp"))


def test_the_ad_fs_and_the_pool_publish_metadata(app: Any) -> None:
    response = app.browser.send("GET", app.url(ADFS, "/FederationMetadata/2007-06/FederationMetadata.xml"))
    read = read_metadata(response.body.decode())
    assert isinstance(read, IdpMetadata)
    assert read.entity_id == "http://adfs.corp.example/adfs/services/trust"
    response = app.browser.send("GET", app.url(app.shop, "/saml2/metadata"))
    root = etree.fromstring(response.body)
    pool = next(iter(app.cloud.world.clients.values())).pool_id
    assert root.get("entityID").startswith("urn:amazon:cognito:sp:us-east-1_"), pool
    assert f"https://{app.shop}/saml2/idpresponse" in response.body.decode()


@pytest.mark.parametrize(
    ("button", "name"),
    [
        ("Acme", "Acme_c-17"),
        ("Google", "Google_"),
        ("Apple", "SignInWithApple_"),
        ("Facebook", "Facebook_"),
        ("Amazon", "LoginWithAmazon_"),
    ],
)
@pytest.mark.parametrize("style", [Style.LOCALHOST, Style.PATH])
def test_customers_sign_in_at_a_provider(make: Any, style: Style, button: str, name: str) -> None:
    app = make(style)
    shown = app.browser.open(app.begin().link(f"Continue with {button}"))
    assert f"To continue to {app.shop}" in shown.text
    wrong = app.browser.submit(shown, username="carol", password="wrong")
    assert wrong.alert
    shown = app.browser.submit(wrong, username="carol", password="Password-of-carol-1")
    if button == "Apple":
        assert "code" in {each.get("name") for each in shown.tree.iter("input")}
        shown = app.browser.submit(shown)
    assert username(app.tokens(shown)).startswith(name)
    again = app.begin(identity_provider=name.partition("_")[0])
    assert "code" in app.came_back(again)


def test_a_provider_remembers_who_signed_in_there(app: Any) -> None:
    shown = app.browser.open(app.begin().link("Continue with Acme"))
    app.browser.submit(shown, username="carol", password="Password-of-carol-1")
    for key in [key for key in app.browser.jar if app.shop in key[0]]:
        del app.browser.jar[key]
    assert "code" in app.came_back(app.browser.open(app.begin().link("Continue with Acme")))


def test_an_app_of_its_own_uses_a_provider_by_the_standard(app: Any) -> None:
    document = json.loads(app.browser.send("GET", app.url(ACME, "/.well-known/openid-configuration")).body)
    assert document["issuer"] == f"https://{ACME}"
    assert document["token_endpoint"] == app.url(ACME, "/token")
    asked = {"client_id": "blog", "redirect_uri": app.callback, "response_type": "code", "scope": "openid email"}
    shown = app.browser.open(f"{document['authorization_endpoint']}?{urlencode(asked)}")
    shown = app.browser.submit(shown, username="carol", password="Password-of-carol-1")
    code = dict(parse_qsl(urlsplit(shown.url).query))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.callback, "client_id": "blog"}
    tokens = json.loads(app.browser.post(document["token_endpoint"], form).text)
    keys = json.loads(app.browser.send("GET", document["jwks_uri"]).body)
    key = jwt.PyJWKSet.from_dict(keys)[jwt.get_unverified_header(tokens["id_token"])["kid"]]
    claims = jwt.decode(
        tokens["id_token"], key, ["RS256"], audience="blog", options={"verify_exp": False, "verify_iat": False}
    )
    assert claims["sub"] == "c-17"
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    info = app.browser.send("GET", document["userinfo_endpoint"], b"", bearer)
    assert json.loads(info.body)["email"] == "carol@acme.example"
    assert app.browser.send("GET", document["userinfo_endpoint"]).status == 401
    again = app.browser.post(document["token_endpoint"], form)
    assert (again.status, json.loads(again.text)["error"]) == (400, "invalid_grant")


def test_a_token_of_amazon_says_whom_it_was_made_for(app: Any) -> None:
    asked = {"client_id": "shop-at-amazon", "redirect_uri": app.callback, "response_type": "code", "scope": "profile"}
    shown = app.browser.open(app.url("www.amazon.com", f"/ap/oa?{urlencode(asked)}"))
    shown = app.browser.submit(shown, username="carol", password="Password-of-carol-1")
    code = dict(parse_qsl(urlsplit(shown.url).query))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.callback}
    client = {"client_id": "shop-at-amazon", "client_secret": "amazon-secret"}
    answer = app.browser.post(app.url("api.amazon.com", "/auth/o2/token"), {**form, **client})
    token = json.loads(answer.text)["access_token"]
    info = app.browser.open(app.url("api.amazon.com", f"/auth/o2/tokeninfo?{urlencode({'access_token': token})}"))
    assert json.loads(info.text)["aud"] == "shop-at-amazon"


def test_a_stranger_gets_no_answer_sent_anywhere(app: Any) -> None:
    for changed in ({"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}, {"redirect_uri": ""}):
        asked = {"client_id": "blog", "redirect_uri": app.callback, "response_type": "code", **changed}
        response = app.browser.send("GET", app.url(ACME, f"/authorize?{urlencode(asked)}"))
        assert response.status == 400
        assert "location" not in response.headers


def test_a_provider_that_is_down_answers_nobody(app: Any) -> None:
    from dataclasses import replace

    issuer = app.cloud.world.oidc_issuers[f"https://{ACME}"]
    app.cloud.world = app.cloud.world.with_oidc_issuer(replace(issuer, reachable=False))
    assert app.browser.send("GET", app.url(ACME, "/.well-known/jwks")).status == 503
