"""A decision as one object, in the three lines in which one asks for it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import cogsim.policy
from cogsim.errors import InputError
from cogsim.policy.request import PrincipalKind

CASES = Path(__file__).parents[2] / "cases" / "iam_guide_cases.jsonl"
ACCOUNT = "111122223333"


def asked(principal: str, action: str = "s3:GetObject", **more: object) -> dict[str, object]:
    resource = f"arn:aws:iam::{ACCOUNT}:role/r"
    return {"request": {"principal": principal, "action": action, "resource": resource, **more}}


def test_a_case_is_read_decided_and_compiled_from_the_package() -> None:
    for line in CASES.read_text(encoding="utf-8").splitlines():
        written = json.loads(line)
        layers, request = cogsim.policy.case(written)
        expected = written["expected"]["result"]
        assert cogsim.policy.decide(layers, request).value == expected
        assert cogsim.policy.compile(layers).effect(request) == expected


def test_the_module_and_the_function_are_called_alike() -> None:
    module: Any = importlib.import_module("cogsim.policy.case")
    written = asked(f"arn:aws:iam::{ACCOUNT}:user/u")
    assert module(written) == module.case(written)


def test_the_callers_id_is_read_from_the_context() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"
    _, request = cogsim.policy.case(asked(session, context={"aws:userid": ["AROAX:s"]}))
    assert request.principal.unique_id == "AROAX:s"


def test_an_issuers_bare_name_is_the_provider_of_the_roles_account() -> None:
    _, request = cogsim.policy.case(asked("token.example.test", "sts:AssumeRoleWithWebIdentity"))
    assert request.principal.kind is PrincipalKind.WEB_IDENTITY
    assert request.principal.arn == f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.test"
    _, request = cogsim.policy.case(asked("accounts.google.com", "sts:AssumeRoleWithWebIdentity"))
    assert request.principal.arn == "accounts.google.com"


def test_service_linked_roles_are_known_by_name_and_path() -> None:
    for arn in (
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForSupport/s",
        f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/support.amazonaws.com/AWSServiceRoleForSupport",
    ):
        _, request = cogsim.policy.case(asked(arn))
        assert request.principal.service_linked
    _, request = cogsim.policy.case(asked(f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"))
    assert not request.principal.service_linked


def test_values_of_the_context_may_be_bare_numbers_and_booleans() -> None:
    _, request = cogsim.policy.case(
        asked("lambda.amazonaws.com", context={"a:n": 5, "a:b": [True], "a:s": "x", "a:0": None})
    )
    assert {key: request.context[key].values for key in request.context} == {
        "a:n": ("5",),
        "a:b": ("true",),
        "a:s": ("x",),
    }


def test_a_role_named_with_its_path_is_the_one_behind_the_session() -> None:
    """A session's ARN drops the path, and an account has one role of a name."""
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"
    role = f"arn:aws:iam::{ACCOUNT}:role/team/app"
    for effect, expected in (("Allow", "Allowed"), ("Deny", "ExplicitlyDenied")):
        statement = {"Effect": effect, "Principal": {"AWS": role}, "Action": "*", "Resource": "*"}
        layers, request = cogsim.policy.case(asked(session) | {"resourcePolicy": {"Statement": statement}})
        assert request.principal.entity == role
        assert cogsim.policy.decide(layers, request).value == expected
        context = {"aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:role/other/app"]}
        layers, request = cogsim.policy.case(
            asked(session, context=context) | {"resourcePolicy": {"Statement": statement}}
        )
        assert cogsim.policy.decide(layers, request).value == "ImplicitlyDenied"


def test_a_role_named_in_two_ways_keeps_the_arn_without_path() -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s"
    roles = [f"arn:aws:iam::{ACCOUNT}:role/{path}app" for path in ("", "team/")]
    statement = {"Effect": "Allow", "Principal": {"AWS": roles}, "Action": "*", "Resource": "*"}
    _, request = cogsim.policy.case(asked(session) | {"resourcePolicy": {"Statement": statement}})
    assert request.principal.entity == roles[0]


def test_services_are_known_by_their_names_whatever_partition_they_are_of() -> None:
    for name in ("ec2.amazonaws.com.cn", "alexa-appkit.amazon.com", "ecs.aws.internal", "ec2.c2s.ic.gov"):
        _, request = cogsim.policy.case(asked(name))
        assert request.principal.kind is PrincipalKind.SERVICE
    _, request = cogsim.policy.case(asked("pods.eks.amazonaws.com", "sts:TagSession"))
    assert request.principal.kind is PrincipalKind.SERVICE
    _, request = cogsim.policy.case(asked("token.example.test", "sts:TagSession"))
    assert request.principal.kind is PrincipalKind.WEB_IDENTITY
    with pytest.raises(InputError, match="no ARN, service, provider"):
        cogsim.policy.case(asked("token.example.test", "s3:GetObject"))


def test_a_saved_policy_may_say_nothing() -> None:
    layers, request = cogsim.policy.case(asked(f"arn:aws:iam::{ACCOUNT}:root") | {"resourcePolicy": {"Statement": []}})
    assert cogsim.policy.decide(layers, request).value == "Allowed"


USER = f"arn:aws:iam::{ACCOUNT}:user/u"
HOSTILE = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:username": "*b"}}}


@pytest.mark.parametrize(
    ("more", "number", "says"),
    [
        ({"context": {"aws:username": "a" * 8_193}}, 1, "a text of more than 8192 characters"),
        ({"context": {"aws:TagKeys": ["k"] * 9_000}}, 1_000, "9000 values in the request are too many for policies of"),
        ({}, 10_000, "more than 500000 characters together"),
    ],
)
def test_what_is_beyond_every_limit_of_aws_is_not_read(more: dict[str, object], number: int, says: str) -> None:
    statements = [HOSTILE] * number
    with pytest.raises(InputError, match=says):
        cogsim.policy.case(asked(USER, **more) | {"identityPolicies": [{"Statement": statements}]})


def test_patterns_of_many_wildcards_take_no_time_at_the_bounds() -> None:
    """Each is the worst for a matcher that goes back: a fit that fails at its last character from every place."""
    text = "a" * 8_000
    patterns = ["*" + "?" * 4_000 + "b", "*a?" * 2_600 + "b", "*a" * 4_000 + "b", "*" + "a" * 4_000 + "b"]
    condition = {"StringLike": {"aws:username": patterns}}
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    crossing = {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:iam*:*:*:" + "*a" * 3_000 + "b"}
    document = {"Version": "2012-10-17", "Statement": [statement, crossing]}
    layers, request = cogsim.policy.case(asked(USER, context={"aws:username": text}) | {"identityPolicies": [document]})
    begin = perf_counter()
    assert cogsim.policy.decide(layers, request).value == "ImplicitlyDenied"
    assert cogsim.policy.compile(layers).effect(request) == "ImplicitlyDenied"
    assert perf_counter() - begin < 5
