"""A real browser, over the pages of a served cloud and back to an app that believes a valid token only."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.load import load
from cogsim.serve.http.server import HttpServer, listen
from cogsim.serve.live import Live
from tests.browser.relying_party import RelyingParty, running

WORLD = Path(__file__).parents[1] / "unit" / "serve" / "web" / "pages.yaml"
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SHOP = "shop.auth.us-east-1.amazoncognito.com"
PASSWORD = "Correct-horse-9"

pytestmark = pytest.mark.skipif(
    BROWSER is None or DRIVER is None,
    reason="needs chromium and chromedriver: apt-get install chromium chromium-driver",
)


@dataclass
class Stage:
    """A served cloud, an app beside it, and a browser."""

    base: str
    cloud: Cloud
    app: RelyingParty
    browser: Any

    def use(self, name: str, authorize: str | None = None) -> None:
        """Let the app be that client; browsers go where discovery says, or to `authorize`."""
        client = next(each for each in self.cloud.world.clients.values() if each.name == name)
        document = requests.get(f"{self.base}/{client.pool_id}/.well-known/openid-configuration", timeout=10).json()
        self.app.client_id, self.app.document = client.id, document
        self.app.authorize = authorize or document["authorization_endpoint"]

    def heading(self) -> str:
        return str(self.browser.find_element("css selector", "h1").text)

    def fill(self, button: str, **fields: str) -> None:
        """Type into the fields and press the button; returns when the page is another."""
        for name, value in fields.items():
            self.browser.find_element("name", name).send_keys(value)
        self._follow(self.browser.find_element("xpath", f"//button[normalize-space()='{button}']"))

    def follow(self, words: str) -> None:
        self._follow(self.browser.find_element("partial link text", words))

    def _follow(self, element: Any) -> None:
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver.support.expected_conditions import staleness_of
        from selenium.webdriver.support.ui import WebDriverWait

        element.click()
        # while one page gives way to the next, the driver may know of neither
        waiting = WebDriverWait(self.browser, 15, ignored_exceptions=[WebDriverException])
        waiting.until(staleness_of(element))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = str(BROWSER)
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=800,900"):
        options.add_argument(flag)
    driver = Chrome(options, ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def stage(browser: Any) -> Iterator[Stage]:
    listener = listen()
    with running() as app:
        world = load(WORLD).with_issuer_base(listener.address.base)
        for key in world.clients:
            world = world.with_client(replace(world.clients[key], callback_urls=(app.callback,)))
        cloud = Cloud(world, "chromium", Clock(time.time()))  # noqa: TID251 - the app holds tokens against the real time
        with HttpServer(Live(cloud), listener).running() as base:
            yield Stage(base, cloud, app, browser)


def test_a_person_sets_up_an_authenticator_app_and_comes_back_signed_in(stage: Stage) -> None:
    stage.use("door")
    stage.browser.get(stage.app.begin())
    assert stage.browser.switch_to.active_element.get_attribute("name") == "username"
    stage.fill("Sign in", username="vera", password=PASSWORD)
    assert stage.heading() == "Set up an authenticator app"
    phone = AuthenticatorApp()
    phone.scan(stage.browser.find_element("id", "secret").text.replace(" ", ""))
    stage.fill("Sign in", UserCode=phone.code(stage.cloud.clock.now))
    assert stage.heading() == "Hello vera"
    stage.browser.get(stage.app.begin())
    assert stage.heading() == "Hello vera", "the session answers at once"
    stage.browser.delete_all_cookies()


def test_a_person_signs_up_and_reads_the_code_beside_the_page(stage: Stage) -> None:
    stage.use("web")
    stage.browser.get(stage.app.begin())
    stage.follow("Sign up")
    stage.fill("Sign up", **{"username": "zoe", "password": PASSWORD, "requiredAttributes[email]": "zoe@example.com"})
    stage.browser.find_element("partial link text", "See the messages").click()
    first, other = stage.browser.window_handles
    stage.browser.switch_to.window(other)
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(stage.browser, 15).until(lambda shown: "zoe@example.com" in shown.page_source)
    stage.browser.close()
    stage.browser.switch_to.window(first)
    told = requests.get(f"{stage.base}/_cogsim/messages?user=zoe", timeout=10).json()["messages"]
    stage.fill("Confirm account", code=told[-1]["code"])
    stage.fill("Sign in", username="zoe", password=PASSWORD)
    assert stage.heading() == "Hello zoe"


def test_staff_sign_in_at_the_ad_fs_and_come_back_with_a_valid_token(stage: Stage) -> None:
    stage.use("web", f"http://{SHOP}.localhost:{stage.base.rpartition(':')[2]}/oauth2/authorize")
    stage.browser.get(stage.app.begin())
    stage.follow("Continue with Corp")
    assert stage.browser.current_url.startswith("http://adfs.corp.example.localhost:")
    stage.fill("Sign in", UserName="bob@corp.example", Password="wrong")
    assert stage.browser.find_element("css selector", "[role=alert]").text.startswith("Incorrect user ID")
    stage.fill("Sign in", Password="Password-of-bob-1")
    stage.fill("Continue")
    assert stage.heading() == "Hello Corp_bob@corp.example"
