"""The policies that AWS publishes: every one is read, and comes back as it was."""

from __future__ import annotations

import json
from functools import cache

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.policy.written import unparse

PARTS = 8


@cache
def published() -> dict[str, dict[str, object]]:
    return dict(sorted(json.loads(aws_managed_policies_data).items()))


def part_of(part: int) -> list[tuple[str, object]]:
    return [(name, entry["Document"]) for name, entry in list(published().items())[part::PARTS]]


def test_there_are_as_many_as_were_published() -> None:
    assert len(published()) > 1_500


@pytest.mark.parametrize("part", range(PARTS))
def test_every_managed_policy_is_read_and_comes_back_as_it_was(part: int) -> None:
    for name, document in part_of(part):
        policy = parse(document, PolicyKind.IDENTITY)
        assert parse(unparse(policy), PolicyKind.IDENTITY) == policy, name
        assert parse(json.dumps(unparse(policy)), PolicyKind.IDENTITY) == policy, name
