"""A cloud with pages, and somebody's browser in front of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.aws.cloud import Cloud
from cogsim.aws.mailbox import messages
from cogsim.decisions.authorization_code import s256
from cogsim.load import load
from cogsim.serve.address import ServedAt, Style
from cogsim.serve.web.routes import served
from cogsim.world.world import World
from tests.unit.serve.web.walking import Shown, WireBrowser

SHOP, VAULT = "shop.auth.us-east-1.amazoncognito.com", "vault.auth.us-east-1.amazoncognito.com"
CALLBACK = "https://app.example/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-in-all"
PASSWORD = "Correct-horse-9"


@cache
def world() -> World:
    return load(Path(__file__).with_name("pages.yaml"))


class App:
    """An app at the pages: `begin` opens its sign-in, `tokens` trades the code that the browser came back with."""

    shop, vault, callback, password = SHOP, VAULT, CALLBACK, PASSWORD

    def __init__(
        self, style: Style = Style.LOCALHOST, address: ServedAt | None = None, at: World | None = None
    ) -> None:
        self.cloud, self.style, self.phone = Cloud(at or world(), seed="pages"), style, AuthenticatorApp()
        self.browser = WireBrowser(self.cloud, address or ServedAt("http", "localhost", 8080))

    def client(self, name: str) -> str:
        return next(each.id for each in self.cloud.world.clients.values() if each.name == name)

    def url(self, host: str, path: str, style: Style | None = None) -> str:
        """How the browser reaches a path of a host of the world."""
        known = lambda name: served(self.cloud.world, name)  # noqa: E731
        return self.browser.address.reach(f"https://{host}{path}", style or self.style, known)

    def query(self, client: str = "web", **wishes: str) -> dict[str, str]:
        asked = {"response_type": "code", "client_id": self.client(client), "redirect_uri": CALLBACK}
        return {**asked, "scope": "openid email", "state": "st&te=1", "nonce": "n-1", **wishes}

    def begin(self, client: str = "web", host: str = SHOP, **wishes: str) -> Shown:
        asked = self.query(client, code_challenge=s256(VERIFIER), code_challenge_method="S256", **wishes)
        return self.browser.open(self.url(host, f"/oauth2/authorize?{urlencode(asked)}"))

    def came_back(self, shown: Shown) -> dict[str, str]:
        assert shown.url.startswith(f"{CALLBACK}?"), f"{shown.url}: {shown.response and shown.alert}"
        said = dict(parse_qsl(urlsplit(shown.url).query, strict_parsing=True))
        assert said["state"] == "st&te=1"
        return said

    def token(self, host: str = SHOP, authorization: str | None = None, **form: str) -> Any:
        """The answer of the token endpoint."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        if authorization is not None:
            headers["authorization"] = authorization
        return self.browser.send("POST", self.url(host, "/oauth2/token"), urlencode(form).encode(), headers)

    def tokens(self, shown: Shown, client: str = "web", host: str = SHOP) -> Mapping[str, Any]:
        import json

        form = {"grant_type": "authorization_code", "client_id": self.client(client), "redirect_uri": CALLBACK}
        response = self.token(host, **form, code=self.came_back(shown)["code"], code_verifier=VERIFIER)
        assert response.status == 200, response.body
        found: Mapping[str, Any] = json.loads(response.body)
        return found

    def mail(self) -> str:
        """The code in the latest message."""
        return messages(self.cloud.state)[-1].code


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def make() -> type[App]:
    return App
