"""Declared triggers in static answers: the claims they give, whom they deny, where a custom flow leads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cogsim.analysis.answers import everybody
from cogsim.analysis.can import can
from cogsim.analysis.sessions import sessions
from cogsim.decision import Refusal
from cogsim.errors import AwsError, NotModelled
from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.simulation import Simulation
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"
PLANS = {tenant: f"arn:aws:s3:::two-data/{tenant}/plan.txt" for tenant in ("acme", "globex")}


def rule(when: Any = None, error: str | None = None, **response: Any) -> TriggerRule:
    return TriggerRule(freeze(when or {}), freeze(response), error)


Declare = Callable[..., World]


@pytest.fixture
def declare(two_tenants: World) -> Declare:
    """The world of two tenants with functions: `declare(PreTokenGeneration=(rule, …), client={…})`."""

    def build(client: dict[str, Any] | None = None, **triggers: tuple[TriggerRule, ...] | None) -> World:
        (pool,) = two_tenants.user_pools.values()
        world = two_tenants.with_user_pool(replace(pool, triggers=Map({name: ARN + name for name in triggers})))
        for name, rules in triggers.items():
            world = world if rules is None else world.with_trigger(Trigger(ARN + name, rules))
        spa = next(each for each in world.clients.values() if each.origin.logical_id == "Spa")
        return world.with_client(replace(spa, **(client or {})))

    return build


def at_the_door(world: World, who: str, resource: str) -> bool:
    """What a run says: signed in, a session, the call."""
    simulation = Simulation(world)
    client = next(each.name for each in world.clients.values() if each.origin.logical_id == "Spa")
    bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
    try:
        session = simulation.credentials(simulation.sign_in(who, client))
        simulation.call("s3:GetObject", {"Bucket": bucket, "Key": key}, session)
    except AwsError:
        return False
    return True


TENANTS = rule(
    {"request.userAttributes.custom:tenant": "globex"},
    claimsOverrideDetails={"claimsToAddOrOverride": {"custom:tenant": "acme"}},
)
SUPPRESSED = rule(claimsOverrideDetails={"claimsToSuppress": ["custom:tenant"]})
CLOSED = rule({"userName": "bob"}, error="closed for bob")


@pytest.mark.parametrize(
    ("triggers", "expected"),
    [
        ({}, {"alice": {"acme"}, "bob": {"globex"}}),
        ({"PreTokenGeneration": (TENANTS,)}, {"alice": {"acme"}, "bob": {"acme"}}),
        ({"PreTokenGeneration": (SUPPRESSED,)}, {"alice": set(), "bob": set()}),
        ({"PreTokenGeneration": (CLOSED,)}, {"alice": {"acme"}, "bob": set()}),
        ({"PreAuthentication": (CLOSED,)}, {"alice": {"acme"}, "bob": set()}),
        ({"PostAuthentication": (CLOSED,)}, {"alice": {"acme"}, "bob": set()}),
        ({"PreAuthentication": (CLOSED,), "PreTokenGeneration": (TENANTS,)}, {"alice": {"acme"}, "bob": set()}),
    ],
)
def test_static_answers_and_the_door_say_the_same(declare: Declare, triggers: Any, expected: Any) -> None:
    world = declare(**triggers)
    for who, tenants in expected.items():
        for tenant, plan in PLANS.items():
            static = can(world, f"{who}@Users", "s3:GetObject", plan).value.allowed
            assert (static, at_the_door(world, who, plan)) == (tenant in tenants, tenant in tenants)


def test_the_rule_that_changed_the_claims_is_among_the_reasons(declare: Declare) -> None:
    steps = can(declare(PreTokenGeneration=(TENANTS,)), "bob@Users", "s3:GetObject", PLANS["acme"]).steps
    (fired,) = (step for step in steps if step.question == "what does the PreTokenGeneration trigger answer?")
    assert fired.found == "TokenGeneration_Authentication: rule 1 of 1"


@pytest.mark.parametrize("name", ["PreTokenGeneration", "PreAuthentication", "PostAuthentication"])
def test_a_function_that_is_not_declared_leaves_the_answer_open(declare: Declare, name: str) -> None:
    decision = can(declare(**{name: None}), "alice@Users", "s3:GetObject", PLANS["acme"])
    assert decision.value.allowed
    assert any(("unresolved", ARN + name) in step.facts for step in decision.steps)


def test_users_whom_a_function_tells_apart_are_not_asked_about_as_one(declare: Declare) -> None:
    world = declare(PreTokenGeneration=(CLOSED,))
    (pool,) = world.user_pools.values()
    bob = world.pool_users[pool.id, "bob"]
    for number in range(30):
        world = world.with_pool_user(replace(bob, username=f"u{number}", sub=f"sub-{number}"))
    crowds = [crowd.name for crowd in everybody(world, 20) if "@Users" in crowd.name]
    assert "bob@Users" in crowds
    without = world.with_user_pool(replace(pool, triggers=Map()))
    assert len([crowd for crowd in everybody(without, 20) if "@Users" in crowd.name]) < len(crowds)


# Custom flows

CUSTOM = {"explicit_auth_flows": ("ALLOW_CUSTOM_AUTH",)}
TOKENS_AFTER = {"request.session.-1.challengeResult": True}
DEFINE = (rule(TOKENS_AFTER, issueTokens=True), rule(challengeName="CUSTOM_CHALLENGE"))
RIDDLE = {"DefineAuthChallenge": DEFINE, "CreateAuthChallenge": (rule(challengeMetadata="RIDDLE"),)}


def outcome(world: World, who: str = "alice@Users") -> Any:
    return sessions(world, who).value


def test_right_answers_lead_to_a_session(declare: Declare) -> None:
    decision = sessions(declare(client=CUSTOM, **RIDDLE), "alice@Users")
    assert not isinstance(decision.value, Refusal)
    assert [step.answer for step in decision.steps if step.question == "is it answered?"] == ["taken to be right"]


def test_a_function_that_never_gives_tokens_lets_nobody_in(declare: Declare) -> None:
    refused = outcome(declare(client=CUSTOM, DefineAuthChallenge=(rule(failAuthentication=True),)))
    assert refused == Refusal("NotAuthorizedException", "Incorrect username or password.")


def test_a_function_may_ask_for_the_password_first(declare: Declare) -> None:
    define = (
        rule({"request.session.length": 1}, challengeName="PASSWORD_VERIFIER"),
        rule({"request.session.length": 2, **TOKENS_AFTER}, issueTokens=True),
        rule(failAuthentication=True),
    )
    world = declare(client=CUSTOM, DefineAuthChallenge=define)
    assert not isinstance(outcome(world), Refusal)
    assert isinstance(outcome(world, "carol@Users"), Refusal)  # disabled


def test_who_has_no_password_can_come_by_challenges(declare: Declare) -> None:
    world = declare(client={"explicit_auth_flows": ("ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH")}, **RIDDLE)
    (pool,) = world.user_pools.values()
    alice = replace(world.pool_users[pool.id, "alice"], password=None)
    assert not isinstance(outcome(world.with_pool_user(alice)), Refusal)
    plain: UserPool = replace(pool, triggers=Map())
    assert isinstance(outcome(world.with_pool_user(alice).with_user_pool(plain)), Refusal)


def test_functions_that_are_not_declared_are_not_guessed(declare: Declare) -> None:
    with pytest.raises(NotModelled, match=r"nothing says what arn:aws:lambda.*CreateAuthChallenge answers"):
        outcome(declare(client=CUSTOM, DefineAuthChallenge=DEFINE, CreateAuthChallenge=None))


def test_a_flow_without_end_is_named(declare: Declare) -> None:
    endless = {"DefineAuthChallenge": (rule(challengeName="CUSTOM_CHALLENGE"),), "CreateAuthChallenge": (rule(),)}
    with pytest.raises(NotModelled, match="does not end after 10 challenges"):
        outcome(declare(client=CUSTOM, **endless))
