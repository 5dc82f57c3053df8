"""Decisions of user pools one by one: the lock, the policy, permissions, and the line of configuration they name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.decisions import codes, password, sign_in
from cogsim.decisions.app_client import allow_flow
from cogsim.decisions.attribute_permissions import may_write
from cogsim.entropy import Draw
from cogsim.errors import Location
from cogsim.sources import all_sources
from cogsim.world.origin import Origin
from cogsim.world.user_pool import PasswordPolicy, SchemaAttribute, UserPool
from cogsim.world.user_pool_client import UserPoolClient

PLACES = {"WriteAttributes": Location("pool.yaml", 7), "ExplicitAuthFlows": Location("pool.yaml", 9)}
POOL = UserPool("us-east-1_x", "arn:aws:cognito-idp:us-east-1:1:userpool/us-east-1_x", "x")
CLIENT = UserPoolClient("c", POOL.id, "c", origin=Origin(places=PLACES))


@pytest.mark.parametrize(
    ("count", "span"),
    [(1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (14, 512), (15, 900), (40, 900), (2000, 900)],
)
def test_the_lock_doubles_from_the_fifth_failure_up_to_a_quarter_of_an_hour(count: int, span: float) -> None:
    after = sign_in.failed(sign_in.Failures(count - 1), 100.0)
    assert after == sign_in.Failures(count, 100.0, 100.0 + span)


def test_a_refused_write_names_the_line_of_the_list() -> None:
    client = replace(CLIENT, write_attributes=("email",))
    pool = replace(POOL, schema=(SchemaAttribute("custom:tenant"),))
    decision = may_write(pool, client, ["email", "custom:tenant"])
    assert isinstance(decision.value, Refusal)
    (step,) = decision.deciding
    assert step.question == "may the client write custom:tenant?"
    assert step.location == Location("pool.yaml", 7)
    assert step.assumption is None


def test_a_write_under_the_default_rests_on_the_assumption() -> None:
    decision = may_write(POOL, CLIENT, ["nickname"])
    assert decision.value is None
    assert decision.assumptions == ("cognito.defaultAttributePermissions",)
    listed_empty = replace(CLIENT, write_attributes=())
    assert may_write(POOL, listed_empty, ["nickname"]).value is None


def test_a_refused_flow_names_the_line_of_the_flows() -> None:
    (step,) = allow_flow(CLIENT, "USER_PASSWORD_AUTH").deciding
    assert step.location == Location("pool.yaml", 9)
    assert "ALLOW_USER_SRP_AUTH" in step.found


def test_a_policy_asks_only_what_it_states() -> None:
    pool = replace(POOL, password_policy=PasswordPolicy(6, False, False, False, False))
    assert password.conforms(pool, "aaaaaa").value is None
    assert isinstance(password.conforms(pool, "aaaaa").value, Refusal)


@pytest.mark.parametrize(("text", "counts"), [("Aa1 aaaaa", True), (" Aa1aaaaa", False), ("Aa1aaaaa ", False)])
def test_a_space_is_a_symbol_inside_a_password_only(text: str, counts: bool) -> None:
    assert (password.conforms(POOL, text).value is None) is counts


@settings(max_examples=50, deadline=None)
@given(st.integers(6, 99), st.text(max_size=8), st.integers(0, 5))
def test_a_generated_password_keeps_every_policy(length: int, seed: str, number: int) -> None:
    pool = replace(POOL, password_policy=PasswordPolicy(length))
    made = password.generated(pool, Draw(seed, ("p",), number))
    assert password.conforms(pool, made).value is None


@pytest.mark.parametrize(
    ("attribute", "address", "shown"),
    [
        ("email", "jane@example.com", "j***@e***"),
        ("phone_number", "+12065551234", "+*******1234"),
        ("phone_number", "+1234", "+1234"),
    ],
)
def test_an_address_is_masked(attribute: str, address: str, shown: str) -> None:
    assert codes.masked(attribute, address) == shown


def test_every_step_of_a_sign_in_cites_a_source_that_is_listed() -> None:
    decisions = (may_write(POOL, CLIENT, []), allow_flow(CLIENT, "REFRESH_TOKEN"), password.conforms(POOL, "x"))
    for decision in decisions:
        for step in decision.steps:
            assert step.source.split("§")[0] in all_sources()
