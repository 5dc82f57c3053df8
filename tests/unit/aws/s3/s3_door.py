"""A bucket, the people around it, and a short way to ask S3 something."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.bucket import Bucket
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

ACCOUNT, STRANGER = "123456789012", "999999999999"
BUCKET, OBJECTS = "arn:aws:s3:::data", "arn:aws:s3:::data/*"
BOB, EVE = Credentials("AKIABOB", "secret"), Credentials("AKIAEVE", "secret")


def allow(action: str | list[str], resource: str | list[str] = OBJECTS, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str | list[str] = OBJECTS, **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


ALL = allow("s3:*", "*")


def cloud(*statements: dict[str, Any], **bucket: Any) -> Cloud:
    """A cloud with the bucket `data`, bob of its account with `statements`, and eve of another, who may do all."""
    world = World().with_bucket(Bucket("data", ACCOUNT, "us-east-1", **bucket))
    for name, account, granted in (("bob", ACCOUNT, statements or (ALL,)), ("eve", STRANGER, (ALL,))):
        policy = parse({"Version": "2012-10-17", "Statement": list(granted)}, PolicyKind.IDENTITY)
        arn = f"arn:aws:iam::{account}:user/{name}"
        world = world.with_user(User(arn, name, inline=Map({"own": policy})))
        world = world.with_access_key(AccessKey(f"AKIA{name.upper()}", arn, "secret"))
    return Cloud(world, seed="t", clock=Clock())


def ask(at: Cloud, name: str, credentials: Credentials | None = BOB, origin: Any = None, **params: Any) -> Outcome:
    """One call; `origin` holds changes to where it comes from."""
    sent = params if name in ("ListBuckets",) or "Bucket" in params else {"Bucket": "data", **params}
    return at.submit(Call(f"s3:{name}", sent, credentials, replace(at.origin(), **(origin or {}))))


def code(outcome: Outcome) -> str | None:
    return outcome.error.code if outcome.error else None
