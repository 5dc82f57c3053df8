"""The compiled reading gives the reference's answers: on random policies over small alphabets, and on every case."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings

from cogsim.assumptions import all_assumptions, assuming
from cogsim.policy import compile, decide
from cogsim.policy.case import case
from cogsim.policy.layers import Layers
from cogsim.policy.request import Request
from tests.generators import policies
from tests.generators.policies import Stack
from tests.generators.policy_cases import spelled_out
from tests.unit.policy.test_policy_cases import GUIDE, TABLE
from tests.unit.policy.test_policy_corpus import CORPUS

HURRY = settings(deadline=None, suppress_health_check=list(HealthCheck))
CASES = [*(spelled_out(row) for row in [*TABLE["cases"], *CORPUS]), *(case(row) for row in GUIDE)]
SWITCHES = sorted(name for name in all_assumptions() if name.startswith("policy."))


def agree(layers: Layers, request: Request) -> None:
    """Both readings answer alike; a disagreement is told as a row for tests/cases."""
    meant, found = decide(layers, request).value, compile(layers).effect(request)
    assert found is meant, f"compiled says {found}:\n{policies.text(layers, request, meant)}"


def all_agree(stack: Stack) -> None:
    for request in stack.requests():
        agree(stack.layers, request)


def test_every_case_is_answered_alike() -> None:
    for layers, request in CASES:
        agree(layers, request)


@pytest.mark.parametrize("name", SWITCHES)
def test_every_case_is_answered_alike_whatever_is_assumed(name: str) -> None:
    for answer in all_assumptions()[name].choices:
        with assuming({name: answer}):
            for layers, request in CASES:
                agree(layers, request)


@given(policies.stacks())
@settings(HURRY, max_examples=200)
def test_random_policies_are_read_alike(stack: Stack) -> None:
    all_agree(stack)


@given(policies.stacks(), policies.assumptions())
@settings(HURRY, max_examples=80)
def test_random_policies_are_read_alike_whatever_is_assumed(stack: Stack, choices: dict[str, str]) -> None:
    with assuming(choices):
        all_agree(stack)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_a_campaign_of_random_policies_finds_no_disagreement(part: int) -> None:
    """At least 200,000 pairs in all, each part of it from its own seed."""
    pairs = 0

    @given(policies.stacks(), policies.assumptions())
    @settings(HURRY, max_examples=1_150, database=None)
    def campaign(stack: Stack, choices: dict[str, str]) -> None:
        nonlocal pairs
        with assuming(choices):
            for request in stack.requests():
                agree(stack.layers, request)
                pairs += 1

    seed(part)(campaign)()
    assert pairs >= 25_000


def test_a_disagreement_is_told_as_a_case() -> None:
    """The row that is printed stands for the decision that was asked."""
    layers, request = CASES[0]
    row: dict[str, Any] = policies.row(layers, request, decide(layers, request).value)
    assert decide(*spelled_out(row)).value == row["expect"]
