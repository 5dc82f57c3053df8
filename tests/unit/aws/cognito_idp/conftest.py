"""A user pool at the door: a small world, and calls whose every response is held against botocore's shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.validate import ParamValidator

from cogsim.aws.call import Call, Credentials
from cogsim.aws.cloud import Cloud
from cogsim.aws.mailbox import messages
from cogsim.aws.model import operation_shape
from cogsim.clock import Clock
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.iam import AccessKey, User
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

POOL_ID = "us-east-1_AbCdEfGhI"
POOL_ARN = f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{POOL_ID}"
CLIENT_ID = "1abc2defghij3klmn4opqrst5u"
PASSWORD = "Correct-horse-9"
OPERATOR = Credentials("AKIAOPERATOR", "operators-secret")
FOREIGNER = Credentials("AKIAFOREIGNER", "foreigners-secret")
STRANGER = Credentials("AKIASTRANGER", "strangers-secret")
FLOWS = (
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
)


class Pools:
    """One cloud with one pool; `call` checks codes and shapes, `refusal` gives (code, message)."""

    pool_id, client_id, password = POOL_ID, CLIENT_ID, PASSWORD
    operator, stranger, foreigner = OPERATOR, STRANGER, FOREIGNER

    def __init__(self, world: World) -> None:
        self.cloud = Cloud(world, seed="t", clock=Clock())

    def call(self, name: str, credentials: Credentials | None = None, **params: Any) -> Mapping[str, Any]:
        operation = f"cognito-idp:{name}"
        shape = operation_shape(operation)
        signed = None if shape.unsigned else credentials or OPERATOR
        outcome = self.cloud.submit(Call(operation, params, signed, self.cloud.origin()))
        known = {error.name for error in shape.model.error_shapes} | {"AccessDeniedException"}
        assert outcome.error is None or outcome.error.code in known, outcome.error
        response = outcome.unwrap()
        if shape.model.output_shape is None:
            assert response == {}
        else:
            report = ParamValidator().validate(response, shape.model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return response

    def refusal(self, name: str, credentials: Credentials | None = None, **params: Any) -> tuple[str, str]:
        with pytest.raises(AwsError) as raised:
            self.call(name, credentials, **params)
        return raised.value.code, raised.value.message

    def steps(self) -> tuple[Any, ...]:
        """The steps of the last outcome."""
        outcome = self.cloud.log[-1]
        return outcome.decision.steps  # type: ignore[union-attr]

    def code(self, username: str | None = None) -> str:
        """The code of the latest message."""
        return messages(self.cloud.state, POOL_ID, username)[-1].code

    def message_count(self) -> int:
        return len(messages(self.cloud.state))

    def user(self, name: str = "alice") -> Mapping[str, Any]:
        answer = self.call("AdminGetUser", UserPoolId=POOL_ID, Username=name)
        return {**answer, **{entry["Name"]: entry["Value"] for entry in answer["UserAttributes"]}}

    def admin(self, name: str, **params: Any) -> Mapping[str, Any]:
        return self.call(name, UserPoolId=POOL_ID, **params)

    def sign_up(self, name: str = "alice", /, password: str = PASSWORD, **attributes: str) -> Mapping[str, Any]:
        return self.call(
            "SignUp", ClientId=CLIENT_ID, Username=name, Password=password, UserAttributes=as_list(attributes)
        )

    def confirmed(self, name: str = "alice", /, **attributes: str) -> None:
        """A user who signed up and was confirmed by the operator."""
        self.sign_up(name, **attributes)
        self.admin("AdminConfirmSignUp", Username=name)

    def log_in(self, name: str = "alice", password: str = PASSWORD) -> Mapping[str, Any]:
        return self.call("InitiateAuth", **self.login(name, password))

    def tokens(self, name: str = "alice", password: str = PASSWORD) -> Mapping[str, Any]:
        return self.log_in(name, password)["AuthenticationResult"]  # type: ignore[no-any-return]

    @staticmethod
    def login(name: str = "alice", password: str = PASSWORD, **more: str) -> dict[str, Any]:
        """The parameters of a sign-in by password."""
        parameters = {"USERNAME": name, "PASSWORD": password, **more}
        return {"ClientId": CLIENT_ID, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters}

    @staticmethod
    def as_list(attributes: Mapping[str, str]) -> list[dict[str, str]]:
        return as_list(attributes)

    @staticmethod
    def claims(token: str) -> Mapping[str, Any]:
        """What a token says, unverified."""
        parsed = read(token)
        assert isinstance(parsed, UnverifiedToken)
        return parsed.claims

    def access_token(self, name: str = "alice") -> str:
        return str(self.tokens(name)["AccessToken"])


def as_list(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Attributes as Name and Value; `custom__tenant` stands for `custom:tenant`."""
    return [{"Name": name.replace("__", ":"), "Value": value} for name, value in attributes.items()]


def base_world(pool: UserPool, client: UserPoolClient) -> World:
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    inline = Map({"everything": parse(everything, PolicyKind.IDENTITY)})
    operator = User("arn:aws:iam::123456789012:user/operator", "operator", inline=inline)
    stranger = User("arn:aws:iam::123456789012:user/stranger", "stranger")
    foreigner = User("arn:aws:iam::999999999999:user/foreigner", "foreigner", inline=inline)
    world = World().with_user_pool(pool).with_client(client)
    for user, key in ((operator, OPERATOR), (stranger, STRANGER), (foreigner, FOREIGNER)):
        world = world.with_user(user).with_access_key(AccessKey(key.access_key_id, user.arn, key.secret_access_key))
    return world


Make = Callable[..., Pools]


@pytest.fixture
def make() -> Make:
    """A pool and client with the given settings: `make(pool={...}, client={...})`."""

    def build(pool: Mapping[str, Any] | None = None, client: Mapping[str, Any] | None = None) -> Pools:
        made = UserPool(POOL_ID, POOL_ARN, "Main", auto_verified_attributes=("email",))
        app = UserPoolClient(CLIENT_ID, POOL_ID, "app", explicit_auth_flows=FLOWS)
        return Pools(base_world(replace(made, **(pool or {})), replace(app, **(client or {}))))

    return build


@pytest.fixture
def pools(make: Make) -> Pools:
    """A pool that verifies e-mail addresses, with a client that allows every modelled flow."""
    return make()
