"""A browser from site to site: an app with PKCE, the pool's pages, an AD FS and a provider of OpenID Connect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.browser import Answer, Browser, Page, Request
from cogsim.actors.hosted import HostedApp
from cogsim.aws.trail import records
from cogsim.errors import InputError
from cogsim.persistent import Map
from cogsim.simulation import Simulation
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser
from cogsim.world.external_saml import AdFs, ClaimRule, DirectoryUser, NameIdRule, RelyingParty
from cogsim.world.pool_members import UserPoolDomain, UserPoolIdentityProvider, group_of_provider
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

POOL, CLIENT = "us-east-1_AbCdEfGhI", "1web"
HOST = "shop.auth.us-east-1.amazoncognito.com"
CALLBACK = "https://shop.example/callback?from=pool"
ADFS, ACME = "https://adfs.corp.example", "https://login.acme.example"


@pytest.fixture
def sim() -> Simulation:
    arn = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{POOL}"
    client = UserPoolClient(
        CLIENT,
        POOL,
        "web",
        supported_identity_providers=("COGNITO", "Corp", "Acme", "SignInWithApple"),
        allowed_oauth_flows=("code",),
        allowed_oauth_scopes=("openid", "email", "aws.cognito.signin.user.admin"),
        allowed_oauth_flows_user_pool_client=True,
        callback_urls=(CALLBACK,),
        logout_urls=("https://shop.example/bye",),
        explicit_auth_flows=("ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"),
    )
    party = RelyingParty(
        f"urn:amazon:cognito:sp:{POOL}",
        (f"https://{HOST}/saml2/idpresponse",),
        NameIdRule(attribute="upn"),
        (ClaimRule("mail", "upn"),),
    )
    bob = DirectoryUser("bob@corp.example", "Bob", "S-1", "adfs-password")
    adfs = AdFs(f"{ADFS}/adfs/services/trust", ADFS).with_user(bob).with_party(party)
    back = (f"https://{HOST}/oauth2/idpresponse",)
    people = Map({"carol": OidcUser("carol", "c-17", "acme-password", Map({"email": "carol@acme.example"}))})
    acme = OidcIssuer(ACME, clients=Map({"app": OidcClient("app", "secret", back)}), users=people)
    services = OidcClient("com.example.shop", None, back, team_id="TEAM", key_id="KEY")
    apple = OidcIssuer(
        "https://appleid.apple.com", "apple", clients=Map({services.id: services}), users=people, algorithm="RS256"
    )
    world = World().with_user_pool(UserPool(POOL, arn, "Shop")).with_client(client)
    world = world.with_domain(UserPoolDomain(POOL, "shop")).with_ad_fs(adfs)
    world = world.with_oidc_issuer(acme).with_oidc_issuer(apple)
    details = {
        "Corp": ("SAML", {"MetadataFile": adfs.metadata(), "IDPSignout": "true"}),
        "Acme": (
            "OIDC",
            {
                "client_id": "app",
                "client_secret": "secret",
                "authorize_scopes": "openid email",
                "oidc_issuer": ACME,
                "attributes_request_method": "GET",
            },
        ),
        "SignInWithApple": (
            "SignInWithApple",
            {
                "client_id": services.id,
                "team_id": "TEAM",
                "key_id": "KEY",
                "private_key": "-",
                "authorize_scopes": "openid email",
            },
        ),
    }
    for name, (kind, given) in details.items():
        provider = UserPoolIdentityProvider(POOL, name, kind, Map(given), Map({"email": "email"}))
        world = world.with_pool_provider(provider).with_pool_group(group_of_provider(provider))
    simulation = Simulation(world)
    simulation.call("cognito-idp:SignUp", {"ClientId": CLIENT, "Username": "alice", "Password": "Correct-horse-9"})
    held = simulation.world.pool_users[POOL, "alice"]
    from cogsim.world.pool_user import UserStatus

    simulation.cloud.world = simulation.world.with_pool_user(replace(held, status=UserStatus.CONFIRMED))
    return simulation


def claims(token: str) -> Mapping[str, Any]:
    parsed = read(token)
    assert isinstance(parsed, UnverifiedToken)
    return parsed.claims


@pytest.mark.parametrize(
    ("name", "provider", "password", "username"),
    [
        ("alice", None, "Correct-horse-9", "alice"),
        ("alice", "COGNITO", "Correct-horse-9", "alice"),
        ("bob@corp.example", "Corp", None, "Corp_bob@corp.example"),
        ("carol", "Acme", None, "Acme_c-17"),
        ("carol", "SignInWithApple", None, "SignInWithApple_c-17"),
    ],
)
def test_a_person_signs_in_wherever_they_have_an_account(
    sim: Simulation, name: str, provider: str | None, password: str | None, username: str
) -> None:
    session = sim.sign_in_hosted(name, provider=provider, password=password)
    assert session.username == username
    assert claims(session.id_token)["cognito:username"] == username
    assert sim.call("cognito-idp:GetUser", {"AccessToken": session.access_token})["Username"] == username
    assert sim.refresh(session).access_token != session.access_token


def test_a_browser_that_signed_in_is_asked_nothing_for_an_hour(sim: Simulation) -> None:
    browser = sim.browser()
    sim.sign_in_hosted("bob@corp.example", provider="Corp", browser=browser)
    before = len(browser.visited)
    sim.sign_in_hosted("bob@corp.example", provider="Corp", password="forgotten", browser=browser)
    assert len(browser.visited) == before + 2
    sim.advance("1h")
    with pytest.raises(InputError, match="Incorrect user ID or password"):
        sim.sign_in_hosted("bob@corp.example", provider="Corp", password="forgotten", browser=browser)


def test_a_provider_remembers_the_browser_longer_than_the_pool(sim: Simulation) -> None:
    browser = sim.browser()
    sim.sign_in_hosted("carol", provider="Acme", browser=browser)
    browser.forget(HOST)
    assert sim.sign_in_hosted("carol", provider="Acme", password="forgotten", browser=browser).username == "Acme_c-17"


def test_leaving_ends_the_session_here_and_tells_the_provider(sim: Simulation) -> None:
    browser = sim.browser()
    sim.sign_in_hosted("bob@corp.example", provider="Corp", browser=browser)
    page = browser.open(f"https://{HOST}/logout?client_id={CLIENT}&logout_uri=https://shop.example/bye")
    assert page.url == "https://shop.example/bye"
    assert [urlsplit(url).path for _, url in browser.visited[-4:]] == ["/logout", "/adfs/ls/", "/saml2/logout", "/bye"]
    assert "cognito" not in browser.cookies(HOST)


def test_an_authenticator_is_set_up_and_used_on_the_pages(sim: Simulation) -> None:
    pool = replace(sim.world.user_pools[POOL], mfa="ON", mfa_factors=("SOFTWARE_TOKEN_MFA",))
    sim.cloud.world = sim.world.with_user_pool(pool)
    app = AuthenticatorApp("phone")
    sim.sign_in_hosted("alice", password="Correct-horse-9", authenticator=app)
    sim.advance(60)
    assert sim.sign_in_hosted("alice", password="Correct-horse-9", authenticator=app).username == "alice"
    with pytest.raises(InputError, match="SOFTWARE_TOKEN_MFA"):
        sim.sign_in_hosted("alice", password="Correct-horse-9")


@pytest.mark.parametrize("provider", [None, "Corp", "Acme"])
def test_a_wrong_password_is_told_by_the_page_that_asks(sim: Simulation, provider: str | None) -> None:
    names = {None: "alice", "Corp": "bob@corp.example", "Acme": "carol"}
    with pytest.raises(InputError, match="does not get past the page"):
        sim.sign_in_hosted(names[provider], provider=provider, password="wrong")


def test_an_app_takes_no_answer_to_another_sign_in(sim: Simulation) -> None:
    """An attacker's code, finished in a victim's browser, would be a sign-in as the attacker."""
    app = HostedApp(sim, sim.world.clients[CLIENT])
    mine, theirs = app.begin(), app.begin()
    assert len({mine.state, theirs.state, mine.nonce, theirs.nonce, mine.verifier, theirs.verifier}) == 6
    browser = sim.browser()
    shown = browser.open(theirs.url)
    came = browser.submit(shown, username="alice", password="Correct-horse-9")
    with pytest.raises(InputError, match="its state is not the app's"):
        app.finish(mine, came.url)
    with pytest.raises(InputError, match="invalid_grant"):
        app.exchange(mine, came.url.partition("code=")[2].partition("&")[0])


def test_an_app_takes_no_id_token_with_another_nonce(sim: Simulation) -> None:
    app = HostedApp(sim, sim.world.clients[CLIENT])
    errand = app.begin()
    browser = sim.browser()
    came = browser.submit(browser.open(errand.url), username="alice", password="Correct-horse-9")
    with pytest.raises(InputError, match="does not take the ID token"):
        app.finish(replace(errand, nonce="another"), came.url)


def test_what_the_pool_refuses_is_read_by_the_app(sim: Simulation) -> None:
    app = HostedApp(sim, sim.world.clients[CLIENT], scope="openid phone")
    errand = app.begin()
    with pytest.raises(InputError, match="invalid_request invalid_scope"):
        app.finish(errand, sim.browser().open(errand.url).url)
    with pytest.raises(InputError, match="did not come back"):
        app.finish(errand, "https://elsewhere.example/?state=x")


def test_the_same_walk_leaves_the_same_bytes(sim: Simulation) -> None:
    twin = sim.fork()
    for each in (sim, twin):
        each.sign_in_hosted("bob@corp.example", provider="Corp")
        each.sign_in_hosted("carol", provider="Acme")
    assert records(sim.cloud) == records(twin.cloud)


class Echo:
    """A site that redirects in a circle, sets cookies, and shows what it got."""

    def answer(self, request: Request) -> Answer:
        match urlsplit(request.url).path:
            case "/circle":
                return Answer(302, location="/circle")
            case "/set":
                return Answer(302, location="/show", cookies={"short": ("1", 60), "long": ("2", None)})
            case "/drop":
                return Answer(302, location="/show", cookies={"long": ("", 0)})
            case "/post":
                return Answer(post=("https://b.example/show", {"field": "value"}))
        return Answer(200, {"Got": dict(request.cookies), "Form": {"Action": "/show", "Fields": ["a"], "Hidden": {}}})


class Sites:
    now = 0.0

    def site(self, host: str) -> Echo | None:
        return Echo() if host in ("a.example", "b.example") else None


def test_cookies_go_to_their_host_alone_until_their_time_is_over() -> None:
    web = Sites()
    browser = Browser(web)
    assert browser.open("https://a.example/set").body["Got"] == {"short": "1", "long": "2"}
    assert browser.open("https://b.example/show").body["Got"] == {}
    assert browser.open("https://a.example/post").body["Got"] == {}
    web.now = 60.0
    assert browser.open("https://a.example/show").body["Got"] == {"long": "2"}
    assert browser.open("https://a.example/drop").body["Got"] == {}
    browser.forget()
    assert repr(browser).endswith("cookies of nobody)")


def test_a_browser_stops_at_an_app_and_leaves_circles() -> None:
    browser = Browser(Sites())
    assert browser.open("https://app.example/x?y=1") == Page("https://app.example/x?y=1")
    with pytest.raises(InputError, match="in circles"):
        browser.open("https://a.example/circle")
    with pytest.raises(InputError, match="shows no form"):
        browser.submit(Page("https://app.example/"))
    with pytest.raises(InputError, match="not for b"):
        browser.submit(browser.open("https://a.example/show"), b="1")
