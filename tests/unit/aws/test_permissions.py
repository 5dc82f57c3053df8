"""What the door remembers of permissions is what it would be told again."""

from __future__ import annotations

from typing import Any

import pytest

import cogsim
from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.decisions import authorization
from cogsim.errors import AwsError
from cogsim.world.world import World

WORLD = """Metadata: {cogsim: {account: "111122223333", region: eu-west-1}}
Resources:
  Pool: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: people}}
  Eve:
    Type: AWS::IAM::User
    Properties:
      UserName: eve
      Policies:
        - PolicyName: own
          PolicyDocument: {Version: "2012-10-17", Statement: [STATEMENT]}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Eve}}
"""
PLAIN = "{Effect: Allow, Action: 'cognito-idp:*', Resource: '*'}"
UNTIL_TEN = (
    "{Effect: Allow, Action: 'cognito-idp:*', Resource: '*', "
    "Condition: {DateLessThan: {'aws:CurrentTime': '2026-01-01T10:00:00Z'}}}"
)


def simulation(tmp_path: Any, statement: str) -> cogsim.Simulation:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD.replace("STATEMENT", statement), encoding="utf-8")
    return cogsim.Simulation(cogsim.load(path), start="2026-01-01T09:00:00Z")


def described(sim: cogsim.Simulation) -> str:
    pool = next(iter(sim.world.user_pools))
    try:
        sim.call("cognito-idp:DescribeUserPool", {"UserPoolId": pool}, "eve")
    except AwsError as error:
        return error.code
    return "ok"


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The actions that are decided anew from here on."""
    actions: list[str] = []
    decide = authorization.decide

    def counted(layers: Any, request: Any) -> Any:
        actions.append(request.action)
        return decide(layers, request)

    monkeypatch.setattr(authorization, "decide", counted)
    return actions


def test_the_same_question_is_decided_once_while_nothing_is_written(tmp_path: Any, monkeypatch: Any) -> None:
    sim, decided = simulation(tmp_path, PLAIN), asked(monkeypatch)
    assert [described(sim) for _ in range(3)] == ["ok"] * 3
    sim.advance("1h")
    assert described(sim) == "ok"
    assert len(decided) == 1


def test_a_policy_that_speaks_of_time_is_asked_at_every_instant(tmp_path: Any) -> None:
    sim = simulation(tmp_path, UNTIL_TEN)
    assert described(sim) == "ok"
    sim.advance("59m")
    assert described(sim) == "ok"
    sim.advance("2m")
    assert described(sim) == "AccessDeniedException"


def test_what_was_written_counts_at_once(tmp_path: Any) -> None:
    sim = simulation(tmp_path, PLAIN)
    assert described(sim) == "ok"
    user = next(iter(sim.world.users.values()))
    sim.cloud.world = sim.world.with_user(user.__class__(**{**_fields(user), "inline": {}}))
    assert described(sim) == "AccessDeniedException"


def _fields(user: Any) -> dict[str, Any]:
    return {name: getattr(user, name) for name in user.__dataclass_fields__}


def test_an_answer_under_one_assumption_is_none_under_another(tmp_path: Any, monkeypatch: Any) -> None:
    sim, decided = simulation(tmp_path, PLAIN), asked(monkeypatch)
    assert described(sim) == "ok"
    with assuming({"authorization.unknownOwner": "another-account"}):
        assert described(sim) == "ok"
    assert described(sim) == "ok"
    assert len(decided) == 2


def test_an_outcome_says_why_whether_it_was_remembered_or_not(tmp_path: Any) -> None:
    sim = simulation(tmp_path, PLAIN)
    pool = next(iter(sim.world.user_pools))
    call = Call("cognito-idp:DescribeUserPool", {"UserPoolId": pool}, sim.signer("eve"), sim.origin)
    first, second = (sim.cloud.submit(call).decision for _ in range(2))
    assert first.steps == second.steps
    assert len(first.steps) > 5


def test_a_fork_remembers_for_itself(tmp_path: Any) -> None:
    sim = simulation(tmp_path, PLAIN)
    assert described(sim) == "ok"
    fork = sim.cloud.fork()
    assert fork.permissions is not sim.cloud.permissions
    assert isinstance(fork.world, World)
