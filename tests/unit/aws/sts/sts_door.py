"""A small account for tests of STS: people with keys and second factors, roles to become, and calls by one line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.validate import ParamValidator

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.model import operation_shape
from cogsim.clock import Clock
from cogsim.decisions.call_origin import CallOrigin
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens.totp import code_at
from cogsim.world.bucket import Bucket, S3Object
from cogsim.world.iam import AccessKey, MfaDevice, Role, User
from cogsim.world.world import World

ACCOUNT, OTHER = "123456789012", "210987654321"
IAM = f"arn:aws:iam::{ACCOUNT}:"
BOB_ARN, ROOT_ARN = f"{IAM}user/staff/bob", f"{IAM}root"
SERIAL, ROOT_SERIAL = f"{IAM}mfa/phone", f"{IAM}mfa/root-phone"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BOB, ROOT = Credentials("AKIABOB", "secret"), Credentials("AKIAROOT", "secret")


def allow(*actions: str, resource: Any = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": list(actions), "Resource": resource, **more}


def text(*statements: Mapping[str, Any]) -> str:
    """A policy document as JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(each) for each in statements]})


def identity(*statements: Mapping[str, Any]) -> Policy:
    """An identity policy."""
    return parse(text(*statements), PolicyKind.IDENTITY)


def trust(*actions: str, principal: Any = None, **more: Any) -> Policy:
    """A trust policy of one statement, for bob unless it says otherwise."""
    statement = {"Effect": "Allow", "Principal": principal or {"AWS": BOB_ARN}, "Action": list(actions), **more}
    return parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.TRUST)


def role(name: str, trusting: Policy, *statements: Mapping[str, Any], **more: Any) -> Role:
    """A role with one inline policy, everything unless it says otherwise."""
    inline = Map({"own": identity(*(statements or (allow("*"),)))})
    return Role(f"{IAM}role/{name}", name, trusting, inline=inline, **more)


ALL_OF_STS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


class Sts:
    """One cloud with bob, his keys and his phone; answers are held against botocore's shapes."""

    def __init__(self, *roles: Role, bob: tuple[Mapping[str, Any], ...] = (allow("*"),), **of_bob: Any) -> None:
        world = (
            World()
            .with_user(User(BOB_ARN, "bob", "/staff/", "AIDABOB", inline=Map({"own": identity(*bob)}), **of_bob))
            .with_access_key(AccessKey("AKIABOB", BOB_ARN, "secret"))
            .with_access_key(AccessKey("AKIAROOT", ROOT_ARN, "secret"))
            .with_mfa_device(MfaDevice(SERIAL, "phone", SEED, user_arn=BOB_ARN))
            .with_mfa_device(MfaDevice(ROOT_SERIAL, "root-phone", SEED, user_arn=ROOT_ARN))
            .with_bucket(Bucket("data", ACCOUNT, "us-east-1"))
        )
        for key in ("k", "red/k", "blue/k"):
            world = world.with_object("data", S3Object(key, b"x"))
        for each in roles:
            world = world.with_role(each)
        self.cloud = Cloud(world, seed="t", clock=Clock())

    def submit(
        self, name: str, by: Credentials | None = BOB, origin: CallOrigin | None = None, **params: Any
    ) -> Outcome:
        operation = name if ":" in name else f"sts:{name}"
        outcome = self.cloud.submit(Call(operation, params, by, origin or self.cloud.origin()))
        shape = operation_shape(operation)
        if outcome.response is not None and operation.startswith("sts:"):
            report = ParamValidator().validate(outcome.response, shape.model.output_shape)
            assert not report.has_errors(), report.generate_report()
        return outcome

    def call(self, name: str, by: Credentials | None = BOB, **params: Any) -> Mapping[str, Any]:
        return self.submit(name, by, **params).unwrap()

    def error(self, name: str, by: Credentials | None = BOB, **params: Any) -> tuple[str, str]:
        error = self.submit(name, by, **params).error
        assert error is not None, "it was allowed"
        return error.code, error.message

    def keys(self, name: str, by: Credentials | None = BOB, **params: Any) -> Credentials:
        made = self.call(name, by, **params)["Credentials"]
        return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])

    def assume(self, name: str, by: Credentials | None = BOB, **params: Any) -> Credentials:
        return self.keys("AssumeRole", by, **{"RoleArn": f"{IAM}role/{name}", "RoleSessionName": "s1", **params})

    def refused_role(self, name: str, by: Credentials | None = BOB, **params: Any) -> tuple[str, str]:
        return self.error("AssumeRole", by, **{"RoleArn": f"{IAM}role/{name}", "RoleSessionName": "s1", **params})

    def may(self, by: Credentials, name: str = "s3:GetObject", **params: Any) -> bool:
        """Whether the caller reaches an object (or does what else is named), by the door's answer."""
        if name == "s3:GetObject":
            params = {"Bucket": "data", "Key": "k", **params}
        return self.submit(name, by, **params).error is None

    def code(self, offset: float = 0.0) -> str:
        """What bob's phone shows, `offset` seconds from now."""
        return code_at(SEED, self.cloud.clock.now + offset)
