"""An app that sends its users to the pool's pages and exchanges the code, and a person who signs in on them.

1. It makes a verifier, a state and a nonce for each sign-in, and sends the challenge of the verifier.
2. It takes an answer with its own state alone, at its own address.
3. It takes an ID token that the pool made for it, with its own nonce.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

from cogsim.actors.answers import Answers
from cogsim.actors.app import SignedIn
from cogsim.actors.browser import Browser, Page
from cogsim.actors.web import Sky
from cogsim.aws.domain_model import DOMAIN_SERVICE
from cogsim.decision import Refusal
from cogsim.decisions.authorization_code import s256
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.federated_oidc import issuer_of
from cogsim.decisions.oidc_token import accept_oidc_token
from cogsim.entropy import named
from cogsim.errors import InputError
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.names import find_user
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: A sign-in that leads over more pages than this never ends.
_MOST_PAGES = 12


@dataclass(frozen=True, slots=True)
class Errand:
    """One sign-in on its way: where the browser is sent, and what the app keeps to itself until it comes back."""

    url: str
    redirect_uri: str
    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """What a person types on the pages on the way: name and password where they have an account, and answers to what
    is asked after it."""

    name: str
    password: str = field(repr=False)
    answers: Answers = field(default_factory=Answers)


class HostedApp:
    """The app of a client, at one of its addresses (the first unless named), asking for all its scopes unless given."""

    def __init__(
        self, sky: Sky, client: UserPoolClient, redirect_uri: str | None = None, scope: str | None = None
    ) -> None:
        if not client.callback_urls:
            raise InputError(f"client {client.name!r} has no CallbackURLs to come back to")
        self.sky, self.client, self.scope = sky, client, scope
        self.redirect_uri = redirect_uri or client.callback_urls[0]
        self._errands = 0

    @property
    def pool(self) -> UserPool:
        return self.sky.world.user_pools[self.client.pool_id]

    @property
    def domain(self) -> str:
        """The address of the pool's domain; InputError where it has none."""
        found = pool_domain_url(self.sky.world, self.pool)
        if found is None:
            raise InputError(f"user pool {self.pool.id} has no domain; AWS::Cognito::UserPoolDomain gives one")
        return found

    def begin(self, **wishes: str) -> Errand:
        """Begin a sign-in; `wishes` are further parameters, such as identity_provider or prompt."""
        self._errands += 1
        drawn = (self.client.id, repr(self.sky.now), str(self._errands))
        state, nonce, verifier = (named(f"actors/app-{name}", *drawn).alnum(64) for name in ("state", "nonce", "pkce"))
        asked = {
            "response_type": "code",
            "client_id": self.client.id,
            "redirect_uri": self.redirect_uri,
            **({"scope": self.scope} if self.scope else {}),
            "state": state,
            "nonce": nonce,
            "code_challenge": s256(verifier),
            "code_challenge_method": "S256",
            **wishes,
        }
        url = f"{self.domain}/oauth2/authorize?{urlencode(asked)}"
        return Errand(url, self.redirect_uri, state, nonce, verifier)

    def finish(self, errand: Errand, url: str) -> SignedIn:
        """Read the address that the browser came back with, and exchange the code; InputError where it is no answer
        to this sign-in, or a refusal."""
        said = dict(parse_qsl(urlsplit(url).query))
        if url.partition("?")[0] != errand.redirect_uri.partition("?")[0]:
            raise InputError(f"the browser did not come back to the app: {url.partition('?')[0]}")
        if said.get("state") != errand.state:
            raise InputError("the answer is to another sign-in: its state is not the app's")
        if "code" not in said:
            raise InputError(f"the pool refuses: {said.get('error')} {said.get('error_description', '')}".rstrip())
        return self._signed_in(errand, self.exchange(errand, said["code"]))

    def exchange(self, errand: Errand, code: str) -> Mapping[str, Any]:
        """The answer of the token endpoint, with the proof of a client that has a secret."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client.id,
            "code": code,
            "redirect_uri": errand.redirect_uri,
            "code_verifier": errand.verifier,
        }
        params: dict[str, Any] = {"Domain": urlsplit(self.domain).netloc, "Form": form}
        if self.client.secret is not None:
            pair = f"{quote_plus(self.client.id)}:{quote_plus(self.client.secret)}"
            params["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = self.sky.call(f"{DOMAIN_SERVICE}:Token", params)
        if answer["Status"] != 200:
            raise InputError(f"the token endpoint refuses: {answer['Body'].get('error')}")
        body: Mapping[str, Any] = answer["Body"]
        return body

    def _signed_in(self, errand: Errand, tokens: Mapping[str, Any]) -> SignedIn:
        token = tokens.get("id_token")
        if token is not None:
            audiences = (self.client.id,)
            checked = accept_oidc_token(
                self.sky.world, self.pool.issuer, token, audiences=audiences, now=self.sky.now, nonce=errand.nonce
            )
            if isinstance(checked.value, Refusal):
                raise InputError(f"the app does not take the ID token: {checked.value}")
        access = read(str(tokens["access_token"]))
        assert isinstance(access, UnverifiedToken)
        return SignedIn(
            str(access.claims["username"]),
            self.pool.id,
            self.client.id,
            token or "",
            tokens["access_token"],
            tokens.get("refresh_token"),
            self.sky.now + tokens["expires_in"],
        )


def known_password(world: World, client: UserPoolClient, provider: str | None, name: str) -> str:
    """The password that the world knows of a person, at the pool or at the provider of that name; InputError where it
    knows none."""
    found: str | None = None
    held = world.pool_providers.get((client.pool_id, provider or ""))
    if provider in (None, "COGNITO"):
        user = find_user(world, name, client.pool_id)
        found = world.known_passwords.get((user.pool_id, user.username))
    elif held is not None and held.type == "SAML":
        people = [server.users.get(name.lower()) for server in world.ad_fs.values()]
        found = next((person.password for person in people if person is not None), None)
    elif held is not None:
        person = issuer_of(world, held).users.get(name)
        found = person.password if person is not None else None
    if found is None:
        raise InputError(f"the world does not know the password of {name!r}; give it")
    return found


def walk(browser: Browser, page: Page, person: Person, home: str) -> Page:
    """Fill in the pages on the way as `person`, until the browser is back at `home`; InputError names a page that the
    person cannot get past."""
    shown: list[str] = []
    for _ in range(_MOST_PAGES):
        if page.url.partition("?")[0].partition("#")[0] == home.partition("?")[0]:
            return page
        name = str(page.body.get("Challenge") or page.body.get("Page"))
        refused = page.body.get("Error")
        if page.form is None or (refused and name in shown):
            raise InputError(f"{person.name!r} does not get past the page {name}: {refused or 'it asks for nothing'}")
        shown.append(name)
        page = browser.submit(page, **fields_of(page, name, person, browser.web.now))
    raise InputError(f"{person.name!r} is led over ever more pages: {', '.join(shown)}")


def fields_of(page: Page, name: str, person: Person, now: float) -> dict[str, str]:
    """What the person types on a page."""
    answers = person.answers
    match name:
        case "login" | "oidc":
            return {"username": person.name, "password": person.password}
        case "adfs":
            return {"UserName": person.name, "Password": person.password}
        case "NEW_PASSWORD_REQUIRED" if answers.new_password is not None:
            return {"NEW_PASSWORD": answers.new_password}
        case "SMS_MFA" | "EMAIL_OTP":
            code = answers.read_code()
            if code is not None:
                return {f"{name}_CODE": code}
        case "SOFTWARE_TOKEN_MFA" if answers.authenticator is not None:
            return {"SOFTWARE_TOKEN_MFA_CODE": answers.authenticator.code(now)}
        case "MFA_SETUP" if answers.authenticator is not None:
            answers.authenticator.scan(str(page.body["SecretCode"]))
            return {"UserCode": answers.authenticator.code(now)}
        case "SELECT_MFA_TYPE" if answers.mfa is not None:
            return {"ANSWER": answers.mfa}
    raise InputError(f"{person.name!r} is asked for {name} on the page: give what answers it")
