"""The policies that AWS publishes: every one is read, comes back as it was, and is read alike by both evaluators."""

from __future__ import annotations

import json
from functools import cache

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from cogsim.policy.compiled.stack import compile as compile_layers
from cogsim.policy.document import Patterns, Policy, PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy, Result
from cogsim.policy.parse import parse
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Context, Principal, PrincipalKind, Request
from cogsim.policy.written import unparse

PARTS = 8
ACCOUNT = "111122223333"
CALLER = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT, unique_id="AIDAEXAMPLE")
CONTEXTS = (
    Context({"aws:SecureTransport": "true", "aws:PrincipalAccount": ACCOUNT}),
    Context(
        {
            "aws:ResourceTag/team": "a",
            "aws:CalledVia": ("cloudformation.amazonaws.com",),
            "aws:ResourceAccount": ACCOUNT,
        }
    ),
)


@cache
def published() -> dict[str, dict[str, object]]:
    return dict(sorted(json.loads(aws_managed_policies_data).items()))


def part_of(part: int) -> list[tuple[str, object]]:
    return [(name, entry["Document"]) for name, entry in list(published().items())[part::PARTS]]


def concrete(patterns: Patterns | None, absent: str) -> list[str]:
    """Up to three things that the patterns speak of, and one that they hardly do."""
    written = patterns.values[:: max(1, len(patterns.values) // 3)][:3] if patterns else ()
    return [*(value.replace("*", "x").replace("?", "y").split("${")[0] for value in written), absent]


def requests_about(policy: Policy) -> list[Request]:
    """A few requests for each of the first statements, in two contexts."""
    return [
        Request(CALLER, action if ":" in action else "s3:GetObject", resource, ACCOUNT, context)
        for statement in policy.statements[:4]
        for action in concrete(statement.actions, "iam:NoSuchAction")
        for resource in concrete(statement.resources, "arn:aws:s3:::elsewhere/x")[:2]
        for context in CONTEXTS
    ]


def test_there_are_as_many_as_were_published() -> None:
    assert len(published()) > 1_500


@pytest.mark.parametrize("part", range(PARTS))
def test_every_managed_policy_is_read_and_comes_back_as_it_was(part: int) -> None:
    for name, document in part_of(part):
        policy = parse(document, PolicyKind.IDENTITY)
        assert parse(unparse(policy), PolicyKind.IDENTITY) == policy, name
        assert parse(json.dumps(unparse(policy)), PolicyKind.IDENTITY) == policy, name


@pytest.mark.parametrize("part", range(PARTS))
def test_both_evaluators_read_a_managed_policy_alike(part: int) -> None:
    asked = 0
    answers = set()
    for name, document in part_of(part):
        policy = parse(document, PolicyKind.IDENTITY)
        layers = Layers(identity=(NamedPolicy(name, policy),))
        compiled = compile_layers(layers)
        for request in requests_about(policy):
            answer = decide(layers, request).value
            assert compiled.effect(request) is answer, (name, request)
            answers.add(answer)
            asked += 1
    assert asked > 500
    assert {Result.ALLOWED, Result.IMPLICITLY_DENIED} <= answers
