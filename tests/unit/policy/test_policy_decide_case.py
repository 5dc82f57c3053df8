"""A decision as one object, in the three lines in which one asks for it."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import cogsim.policy
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
