"""Discovery and key sets: what they say, where they stand, and standard clients that believe nothing else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt as jose
from joserfc.jwk import KeySet
from lxml import html

from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.serve.address import Style
from cogsim.serve.certificates import server_context
from cogsim.serve.http.server import HttpServer, Settings, listen
from cogsim.serve.live import Live
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from tests.unit.serve.web.conftest import PASSWORD, world

CALLBACK = "https://app.example/callback"


@dataclass(frozen=True)
class Served:
    """A running server: its base, its cloud, and the pool and client that the tests sign in to."""

    base: str
    cloud: Cloud

    @property
    def client(self) -> Any:
        return next(each for each in self.cloud.world.clients.values() if each.name == "server")

    @property
    def pool(self) -> Any:
        return self.cloud.world.user_pools[self.client.pool_id]


@contextmanager
def serving(*, endpoint: bool) -> Iterator[Served]:
    listener = listen()
    begun = world().with_issuer_base(listener.address.base if endpoint else "")
    cloud = Cloud(begun, "issuers", Clock(time.time()))  # noqa: TID251 - clients hold tokens against the real time
    with HttpServer(Live(cloud), listener).running() as base:
        yield Served(base, cloud)


def walk(session: requests.Session, url: str) -> str:
    """Sign in over the pages with a plain HTTP client; the address that the browser comes back with."""
    answer = session.get(url)
    form = html.fromstring(answer.text).forms[0]
    values = {**dict(form.form_values()), "username": "alice", "password": PASSWORD}
    posted = session.post(urljoin(answer.url, form.action), data=values, allow_redirects=False)
    assert posted.status_code == 302, posted.text
    return str(posted.headers["location"])


@pytest.mark.parametrize("endpoint", [False, True], ids=["aws", "endpoint"])
def test_a_standard_client_signs_in_and_believes_the_tokens(endpoint: bool) -> None:
    with serving(endpoint=endpoint) as served:
        document = requests.get(f"{served.base}/{served.pool.id}/.well-known/openid-configuration").json()
        assert document["issuer"] == served.pool.issuer
        assert document["issuer"].startswith(served.base) == endpoint
        app = OAuth2Session(
            served.client.id,
            served.client.secret,
            scope="openid email",
            redirect_uri=CALLBACK,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",
        )
        verifier = "a-verifier-of-more-than-forty-three-characters-in-all"
        url, state = app.create_authorization_url(document["authorization_endpoint"], code_verifier=verifier, nonce="n")
        back = walk(requests.Session(), url)
        assert f"state={state}" in back
        tokens = app.fetch_token(document["token_endpoint"], authorization_response=back, code_verifier=verifier)
        keys = KeySet.import_key_set(requests.get(document["jwks_uri"]).json())
        expected = {"iss": {"value": document["issuer"]}, "aud": {"value": served.client.id}, "nonce": {"value": "n"}}
        token = jose.decode(tokens["id_token"], keys, algorithms=["RS256"])
        claims = CodeIDToken(
            token.claims, token.header, expected, {"nonce": "n", "access_token": tokens["access_token"]}
        )
        claims.validate(leeway=5)
        assert claims["cognito:username"] == "alice"
        assert app.get(document["userinfo_endpoint"]).json()["email"] == "alice@example.com"
        found = jwt.PyJWKClient(document["jwks_uri"]).get_signing_key_from_jwt(tokens["access_token"])
        access = jwt.decode(tokens["access_token"], found.key, ["RS256"], issuer=document["issuer"], leeway=5)
        assert access["client_id"] == served.client.id


def test_a_token_of_a_strangers_key_is_believed_by_nobody() -> None:
    with serving(endpoint=True) as served:
        client = jwt.PyJWKClient(f"{served.pool.issuer}/.well-known/jwks.json")
        published = client.get_signing_keys()
        for kid in (rsa_key("strangers").kid, str(published[0].key_id)):
            forged = sign({"iss": served.pool.issuer}, rsa_key("strangers"), headers={"kid": kid})
            with pytest.raises((jwt.PyJWKClientError, jwt.InvalidSignatureError)):
                jwt.decode(forged, client.get_signing_key_from_jwt(forged).key, ["RS256"])


def test_a_rolled_key_is_published_at_once(app: Any) -> None:
    pool = next(iter(app.cloud.world.user_pools))
    address = f"http://localhost:8080/{pool}/.well-known/jwks.json"
    before = json.loads(app.browser.send("GET", address).body)["keys"]
    app.cloud.call("cogsim:RotateSigningKeys", {"UserPoolId": pool})
    after = json.loads(app.browser.send("GET", address).body)["keys"]
    assert (len(before), len(after)) == (2, 4)
    assert set(before[0]) == {"alg", "e", "kid", "kty", "n", "use"}


@pytest.mark.parametrize("style", [None, *Style])
def test_the_documents_stand_at_the_issuers_host_in_every_way(app: Any, style: Style | None) -> None:
    pool = app.cloud.world.clients[app.client("web")].pool_id
    path = f"/{pool}/.well-known/openid-configuration"
    address = app.url("cognito-idp.us-east-1.amazonaws.com", path, style) if style else f"http://localhost:8080{path}"
    response = app.browser.send("GET", address)
    document = json.loads(response.body)
    assert document["issuer"] == f"https://cognito-idp.us-east-1.amazonaws.com/{pool}"
    assert json.loads(app.browser.send("GET", document["jwks_uri"]).body)["keys"]
    assert urlsplit(document["authorization_endpoint"]).scheme == "http"
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cache-control"] == "public, max-age=86400"
    head = app.browser.send("HEAD", address)
    assert (head.status, head.body) == (200, b"")
    assert app.browser.send("POST", address).status == 405


def test_a_pool_that_is_not_there_has_no_documents(app: Any) -> None:
    pool = next(iter(app.cloud.world.user_pools))
    for address in (
        "http://localhost:8080/us-east-1_Nobody123/.well-known/jwks.json",
        app.url("cognito-idp.eu-west-1.amazonaws.com", f"/{pool}/.well-known/jwks.json"),
    ):
        response = app.browser.send("GET", address)
        assert (response.status, response.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")


def test_an_issuer_may_stand_under_a_path(make: Any) -> None:
    app = make(at=world().with_issuer_base("https://login.example/pools"))
    pool = next(iter(app.cloud.world.user_pools))
    response = app.browser.send("GET", f"http://localhost:8080/pools/{pool}/.well-known/openid-configuration")
    assert json.loads(response.body)["jwks_uri"] == f"https://login.example/pools/{pool}/.well-known/jwks.json"


def test_identity_pools_have_one_issuer_with_a_key_for_each_region(app: Any) -> None:
    host = "cognito-identity.amazonaws.com"
    document = json.loads(app.browser.send("GET", app.url(host, "/.well-known/openid-configuration")).body)
    assert document["issuer"] == f"https://{host}"
    response = app.browser.send("GET", document["jwks_uri"])
    assert [key["kid"] for key in json.loads(response.body)["keys"]] == ["us-east-11"]
    assert response.headers["cache-control"] == "public, max-age=2592000"


def test_a_script_of_any_site_calls_the_api() -> None:
    with serving(endpoint=False) as served:
        asked = {
            "Origin": "https://spa.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,x-amz-target",
        }
        granted = requests.options(served.base, headers=asked)
        assert granted.headers["access-control-allow-headers"] == "content-type,x-amz-target"
        headers = {
            "Origin": "https://spa.example",
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            "Content-Type": "application/x-amz-json-1.1",
        }
        refused = requests.post(served.base, data="{}", headers=headers)
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (400, "*")
        assert "x-amzn-ErrorType" in refused.headers["access-control-expose-headers"]


def test_over_https_a_plain_client_goes_to_the_ad_fs_and_back(tmp_path: Path) -> None:
    listener, place = listen(tls=True), tmp_path / "ca.pem"
    cloud = Cloud(world(), "issuers", Clock(time.time()))  # noqa: TID251 - certificates are held against the real time
    tls = server_context("issuers", "127.0.0.1", lambda: cloud.world, str(place))
    server = HttpServer(Live(cloud), listener, Settings(tls=tls))
    with server.running() as base, requests.Session() as session:
        served = Served(base, cloud)
        session.verify, session.trust_env = str(place), False
        session.headers["Connection"] = "close"
        document = session.get(f"{base}/{served.pool.id}/.well-known/openid-configuration").json()
        asked = {"client_id": served.client.id, "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
        shown = session.get(document["authorization_endpoint"], params={**asked, "identity_provider": "Corp"})
        for typed in ({"UserName": "bob@corp.example", "Password": "Password-of-bob-1"}, {}):
            form = html.fromstring(shown.text).forms[0]
            values = {**dict(form.form_values()), **typed}
            shown = session.post(urljoin(shown.url, form.action), data=values, allow_redirects=False)
        assert shown.headers["location"].startswith(f"{CALLBACK}?code=")
        assert {cookie.name for cookie in session.cookies if cookie.secure} >= {"cognito"}
