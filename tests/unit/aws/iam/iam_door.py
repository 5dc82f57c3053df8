"""IAM at the door for tests: a small account, and calls whose responses and errors are held against botocore."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import pytest
from botocore.validate import ParamValidator

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.model import operation_shape
from cogsim.clock import Clock
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}:"
ADMIN = Credentials("AKIAADMIN00000000000", "admins-secret")
NOBODY = Credentials("AKIANOBODY0000000000", "nobodys-secret")
#: What the door itself answers, and errors of IAM that its model does not list where they have been seen.
COMMON = frozenset(
    {
        "UnmodifiableEntity",
        "NoSuchEntity",
        "AccessDenied",
        "ValidationError",
        "MissingAuthenticationToken",
        "InvalidClientTokenId",
    }
)


def document(*statements: Mapping[str, Any], **top: Any) -> str:
    """A policy document of Allow statements on everything, unless they say otherwise."""
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(each) for each in statements], **top})


ALLOW_S3 = document({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
READ_S3 = document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})


def trust(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> str:
    """A trust policy of one statement."""
    return document({"Effect": "Allow", "Principal": principal, "Action": action, **more})


OWN_TRUST = trust({"AWS": ACCOUNT})


class Iam:
    """One cloud; `call` checks shapes and error codes, `refusal` gives (code, message)."""

    admin, nobody = ADMIN, NOBODY

    def __init__(self, world: World) -> None:
        self.cloud = Cloud(world, seed="t", clock=Clock())

    @property
    def world(self) -> World:
        return self.cloud.world

    def submit(self, name: str, credentials: Credentials | None = ADMIN, **params: Any) -> Outcome:
        operation = name if ":" in name else f"iam:{name}"
        return self.cloud.submit(Call(operation, params, credentials, self.cloud.origin()))

    def call(self, name: str, credentials: Credentials | None = ADMIN, **params: Any) -> Mapping[str, Any]:
        outcome = self.submit(name, credentials, **params)
        shape = operation_shape(outcome.call.operation)
        if shape.name.startswith("iam:"):
            codes = {error.metadata["error"]["code"] for error in shape.model.error_shapes} | COMMON
            assert outcome.error is None or outcome.error.code in codes, outcome.error
        response = outcome.unwrap()
        if shape.model.output_shape is None:
            assert response == {}
        else:
            report = ParamValidator().validate(response, shape.model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return response

    def refusal(self, name: str, credentials: Credentials | None = ADMIN, **params: Any) -> tuple[str, str]:
        before = self.world
        with pytest.raises(AwsError) as raised:
            self.call(name, credentials, **params)
        assert self.world == before, "a refused call changes nothing"
        return raised.value.code, raised.value.message

    def granted(self, user: str, *statements: Mapping[str, Any], boundary: str | None = None) -> Credentials:
        """The keys of a new user with these permissions."""
        self.call("CreateUser", UserName=user, **({"PermissionsBoundary": boundary} if boundary else {}))
        self.call("PutUserPolicy", UserName=user, PolicyName="granted", PolicyDocument=document(*statements))
        key = self.call("CreateAccessKey", UserName=user)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def assume(self, role: str, credentials: Credentials = ADMIN) -> Credentials:
        made = self.call("sts:AssumeRole", credentials, RoleArn=f"{IAM}role/{role}", RoleSessionName="session")[
            "Credentials"
        ]
        return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def decoded(text: str) -> Any:
    """A document as it came over the wire."""
    return json.loads(unquote(text))


def account() -> Iam:
    """An administrator who may do everything, and somebody who may do nothing."""
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}], "Version": "2012-10-17"}
    own = Map({"all": parse(everything, PolicyKind.IDENTITY)})
    admin, nobody = f"{IAM}user/admin", f"{IAM}user/nobody"
    return Iam(
        World()
        .with_user(User(admin, "admin", inline=own))
        .with_user(User(nobody, "nobody"))
        .with_access_key(AccessKey(ADMIN.access_key_id, admin, ADMIN.secret_access_key))
        .with_access_key(AccessKey(NOBODY.access_key_id, nobody, NOBODY.secret_access_key))
    )
