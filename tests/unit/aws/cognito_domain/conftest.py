"""A user pool with a domain at the door: a browser of bare hands, which keeps cookies and follows nothing by itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from cogsim.aws.call import Call, Credentials
from cogsim.aws.cloud import Cloud
from cogsim.aws.domain_model import ROUTES
from cogsim.aws.mailbox import messages
from cogsim.clock import Clock
from cogsim.decisions.authorization_code import s256
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.iam import AccessKey, User
from cogsim.world.pool_members import ResourceServer, UserPoolDomain
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

POOL_ID = "us-east-1_AbCdEfGhI"
POOL_ARN = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{POOL_ID}"
HOST = "shop.auth.us-east-1.amazoncognito.com"
WEB, SERVER, MACHINE, OTHER = "1web", "1server", "1machine", "1other"
CALLBACK, SECRET, PASSWORD = "https://shop.example/callback", "server-secret-of-51-characters", "Correct-horse-9"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123"
OPERATOR = Credentials("AKIAOPERATOR", "operators-secret")
SCOPES = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin", "orders/read")


class Pages:
    """One cloud with one pool at one domain; `send` makes a request as the browser, whose cookies it keeps."""

    pool_id, host, callback, verifier, password = POOL_ID, HOST, CALLBACK, VERIFIER, PASSWORD
    web, server, machine, other, secret, operator = WEB, SERVER, MACHINE, OTHER, SECRET, OPERATOR

    def __init__(self, world: World, functions: Mapping[str, Any] | None = None) -> None:
        self.cloud = Cloud(world, seed="t", clock=Clock(), functions=functions)
        self.jar: dict[str, str] = {}

    def send(self, method: str, url: str, form: Mapping[str, str] | None = None, **more: Any) -> Mapping[str, Any]:
        parts = urlsplit(url)
        name, query = ROUTES[method, parts.path], dict(parse_qsl(parts.query, keep_blank_values=True))
        params: dict[str, Any] = {"Domain": HOST, **more}
        if name not in ("Token", "Revoke", "UserInfo"):
            params["Cookies"] = dict(self.jar)
            if name not in ("OAuthFormResponse", "SamlResponse", "SamlLogoutResponse"):
                params["Query"] = query
        if form is not None:
            params["Form"] = dict(form)
        outcome = self.cloud.submit(Call(f"cognito-domain:{name}", params, None, self.cloud.origin()))
        answer = outcome.unwrap()
        for cookie, held in answer.get("Cookies", {}).items():
            self.jar[cookie] = held["Value"]
            if held.get("MaxAge") == 0:
                del self.jar[cookie]
        return answer

    def steps(self) -> tuple[Any, ...]:
        return self.cloud.log[-1].decision.steps  # type: ignore[union-attr]

    def admin(self, name: str, **params: Any) -> Mapping[str, Any]:
        return self.cloud.call(f"cognito-idp:{name}", {"UserPoolId": POOL_ID, **params}, OPERATOR)

    def user(self, name: str, /, **attributes: str) -> Mapping[str, Any]:
        """A confirmed user with the password that all have here."""
        listed = [{"Name": key, "Value": value} for key, value in attributes.items()]
        self.admin("AdminCreateUser", Username=name, UserAttributes=listed, MessageAction="SUPPRESS")
        self.admin("AdminSetUserPassword", Username=name, Password=PASSWORD, Permanent=True)
        return self.admin("AdminGetUser", Username=name)

    def profile(self, name: str) -> dict[str, str]:
        answer = self.admin("AdminGetUser", Username=name)
        found = {entry["Name"]: entry["Value"] for entry in answer["UserAttributes"]}
        return {**found, "status": answer["UserStatus"]}

    def authorize(self, **changed: str | None) -> Mapping[str, Any]:
        return self.send("GET", f"/oauth2/authorize?{urlencode(asked(**changed))}")

    def sign_in(self, name: str = "alice", password: str = PASSWORD, **changed: str | None) -> Mapping[str, Any]:
        """The answer to a password on the page that authorize leads to."""
        to_page = self.authorize(**changed)
        assert to_page["Status"] == 302, to_page
        shown = self.send("GET", to_page["Location"])
        return self.fill(shown, username=name, password=password)

    def fill(self, shown: Mapping[str, Any], **fields: str) -> Mapping[str, Any]:
        """Fill in the form of a page and send it."""
        form = shown["Body"]["Form"]
        return self.send("POST", form["Action"], {**form["Hidden"], **fields})

    def code(self, **changed: str | None) -> str:
        return self.answered(self.sign_in(**changed))["code"]

    def token(self, authorization: str | None = None, **form: str) -> Mapping[str, Any]:
        more = {} if authorization is None else {"Authorization": authorization}
        return self.send("POST", "/oauth2/token", form, **more)

    def redeem(self, code: str, /, **changed: str | None) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "client_id": WEB,
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changed,
        }
        return self.token(**{key: value for key, value in form.items() if value is not None})

    def tokens(self, **changed: str | None) -> Mapping[str, Any]:
        answer = self.redeem(self.code(**changed))
        assert answer["Status"] == 200, answer
        return answer["Body"]  # type: ignore[no-any-return]

    def user_info(self, token: str) -> Mapping[str, Any]:
        return self.send("GET", "/oauth2/userInfo", Authorization=f"Bearer {token}")

    def mail(self, name: str = "alice") -> str:
        return messages(self.cloud.state, POOL_ID, name)[-1].code

    @staticmethod
    def answered(answer: Mapping[str, Any]) -> dict[str, str]:
        """What a redirect to the app says, in its query or its fragment."""
        assert answer["Status"] == 302, answer
        parts = urlsplit(answer["Location"])
        return dict(parse_qsl(parts.query or parts.fragment))

    @staticmethod
    def claims(token: str) -> Mapping[str, Any]:
        parsed = read(token)
        assert isinstance(parsed, UnverifiedToken)
        return parsed.claims

    @staticmethod
    def basic(client: str, secret: str) -> str:
        return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()

    def world(self, change: Callable[[World], World]) -> None:
        self.cloud.world = change(self.cloud.world)


def asked(**changed: str | None) -> dict[str, str]:
    """What the app asks the authorize page for; `changed` replaces members, None removes."""
    query = {
        "response_type": "code",
        "client_id": WEB,
        "redirect_uri": CALLBACK,
        "scope": "openid email",
        "state": "s1",
        "code_challenge": s256(VERIFIER),
        "code_challenge_method": "S256",
        **changed,
    }
    return {key: value for key, value in query.items() if value is not None}


def pages_world(pool: Mapping[str, Any] | None = None, client: Mapping[str, Any] | None = None) -> World:
    """The world of these tests; `pool` and `client` change the pool and the web client."""
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    operator = User(
        "arn:aws:iam::123456789012:user/operator",
        "operator",
        inline=Map({"everything": parse(everything, PolicyKind.IDENTITY)}),
    )
    web = UserPoolClient(
        WEB,
        POOL_ID,
        "web",
        supported_identity_providers=("COGNITO",),
        allowed_oauth_flows=("code", "implicit"),
        allowed_oauth_scopes=SCOPES,
        allowed_oauth_flows_user_pool_client=True,
        callback_urls=(CALLBACK,),
        logout_urls=("https://shop.example/bye",),
    )
    server = replace(web, id=SERVER, name="server", secret=SECRET)
    machine = replace(
        server,
        id=MACHINE,
        name="machine",
        allowed_oauth_flows=("client_credentials",),
        allowed_oauth_scopes=("orders/read", "orders/write"),
    )
    shop = UserPool(POOL_ID, POOL_ARN, "Shop", auto_verified_attributes=("email",))
    world = World().with_user(operator)
    world = world.with_access_key(AccessKey(OPERATOR.access_key_id, operator.arn, OPERATOR.secret_access_key))
    world = world.with_user_pool(replace(shop, **(pool or {}))).with_domain(UserPoolDomain(POOL_ID, "shop"))
    scopes = Map({"read": "", "write": "", "admin": ""})
    world = world.with_resource_server(ResourceServer(POOL_ID, "orders", "Orders", scopes))
    for each in (replace(web, **(client or {})), server, machine, replace(web, id=OTHER, name="other")):
        world = world.with_client(each)
    return world


@pytest.fixture
def make() -> Callable[..., Pages]:
    def build(
        pool: Mapping[str, Any] | None = None,
        client: Mapping[str, Any] | None = None,
        functions: Mapping[str, Any] | None = None,
    ) -> Pages:
        made = Pages(pages_world(pool, client), functions)
        told = {"email": "alice@example.com", "email_verified": "true", "name": "Alice"}
        made.user("alice", **told, phone_number="+4912345", phone_number_verified="false")
        return made

    return build


@pytest.fixture
def pages(make: Callable[..., Pages]) -> Pages:
    """A pool with a domain, a public web client, one with a secret, one for machines, and a user."""
    return make()
