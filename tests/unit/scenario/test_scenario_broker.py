"""The step `broker:`, and rows of access about people of brokers."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim import InputError, load
from cogsim.scenario.load import loads
from cogsim.scenario.run import Run, play

SCENARIOS = Path(__file__).parents[3] / "scenarios"
DATA = "arn:aws:s3:::portal-data-111122223333"


def played(steps: str, mistake: str | None = None, rest: str = "") -> Run:
    extra = f", {mistake if '/' in mistake else f'worlds/broker/{mistake}.yaml'}" if mistake else ""
    text = f"world: [worlds/broker.yaml{extra}]\nsteps:\n{steps}{rest}"
    scenario = loads(text, str(SCENARIOS / "story.yaml"))
    return play(scenario, load(*scenario.worlds))


@pytest.mark.parametrize("story", sorted((SCENARIOS / "stories").glob("broker*.yaml")), ids=lambda path: path.stem)
def test_every_story_of_a_broker_goes_as_expected(story: Path) -> None:
    from cogsim.scenario.run import run

    assert run(story).failures == ()


def test_a_session_is_saved_under_the_persons_name_with_keys_and_who_it_is() -> None:
    run = played(
        """
  - broker: {as: alice, broker: portal}
  - call: sts:GetCallerIdentity
    as: $alice
    expect: {response: {Arn: $alice.Arn}}
  - call: s3:GetObject
    as: $alice.credentials
    with: {Bucket: $Data, Key: acme/plan.txt}
"""
    )
    assert run.failures == ()


def test_one_may_act_under_another_name_than_ones_own_and_with_references_in_wishes() -> None:
    run = played(
        """
  - broker: {as: visitor, username: bob, password: Battery-staple-9, wishes: {rule: partner, view: final}}
  - call: s3:GetObject
    as: $visitor
    with: {Bucket: $Data, Key: globex/final/report.txt}
  - broker: {as: mallory, wishes: {tenant: $visitor.username}}
    expect: {error: BrokerRefusal}
"""
    )
    assert run.failures == ()


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{broker: $Portal}", "needs a field 'as'"),
        ("{as: alice, brokr: $Portal}", "did you mean 'broker'"),
        ("{as: alice, broker: $Portl}", "did you mean '\\$Portal'"),
        ("{as: alice, broker: Portl}", "no broker is called 'Portl'"),
        ("{as: alice, wishes: {foldr: x}}", "did you mean 'folder'"),
        ("{as: alice, wishes: [x]}", "wishes is a mapping"),
    ],
)
def test_a_step_that_means_nothing_is_refused_with_its_place(step: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        played(f"  - broker: {step}\n")
    assert error.value.location is not None


ROW = "access:\n  - {{who: {who}, action: s3:GetObject, resource: {data}/{key}, allowed: {allowed}}}\n"


@pytest.mark.parametrize(
    ("mistake", "who", "key", "allowed"),
    [
        (None, "alice@Portal", "acme/plan.txt", "true"),
        (None, "alice", "globex/plan.txt", "false"),
        (None, "oscar", "globex/plan.txt", "false"),
        ("client-chooses-tenant", "alice", "globex/plan.txt", "true"),
        ("disabled-people-admitted", "oscar", "globex/plan.txt", "true"),
        ("large-policy-omitted", "bob", "acme/plan.txt", "true"),
        ("long-term-keys", "mallory", "acme/plan.txt", "true"),
        ("unescaped-substitution", "bob", "acme/plan.txt", "true"),
    ],
)
def test_the_door_and_the_static_answer_agree_about_people_of_brokers(
    mistake: str | None, who: str, key: str, allowed: str
) -> None:
    row = ROW.format(who=who, data=DATA, key=key, allowed=allowed)
    (answer,) = played("  - advance: 1s\n", mistake, row).access
    assert answer.ok, answer.text
    assert answer.door == answer.static == ("allowed" if allowed == "true" else "denied")


def test_a_developers_token_buys_any_role_that_takes_it_and_both_answers_say_so() -> None:
    row = ROW.format(who="alice", data=DATA, key="globex/plan.txt", allowed="true")
    (answer,) = played("  - advance: 1s\n", "../tests/unit/actors/worlds/any_token.yaml", row).access
    assert (answer.ok, answer.door, answer.static) == (True, "allowed", "allowed")
    assert answer.decision is not None
    assert any("with the token, as arn:aws:iam::111122223333:role/audit" in str(step) for step in answer.decision.steps)
