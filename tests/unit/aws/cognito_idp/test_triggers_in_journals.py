"""Functions given in code and the journal: named, never written, needed again; and a fork keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.aws import journal
from cogsim.aws.journal_replay import replay
from cogsim.errors import InputError
from cogsim.persistent import Map
from cogsim.simulation import Simulation

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:Guard"


def confirm(event: dict[str, Any]) -> dict[str, Any]:
    event["response"]["autoConfirmUser"] = True
    return event


@pytest.fixture
def run(make: Any) -> Simulation:
    """A sign-up that a function in code has confirmed."""
    pools = make(pool={"triggers": Map({"PreSignUp": FUNCTION})})
    simulation = Simulation(pools.cloud.world, functions={FUNCTION: confirm})
    params = {"ClientId": pools.client_id, "Username": "alice", "Password": pools.password}
    assert simulation.call("cognito-idp:SignUp", params)["UserConfirmed"] is True
    return simulation


def test_a_journal_names_the_functions_and_a_replay_needs_them(run: Simulation, tmp_path: Path) -> None:
    path = tmp_path / "run.journal"
    journal.write(run.cloud, path)
    read = journal.read(path)
    assert read.functions == (FUNCTION,)
    with pytest.raises(InputError, match="the run had functions given in code: arn:aws:lambda"):
        replay(read, run.cloud.initial)
    again = replay(read, run.cloud.initial, functions={FUNCTION: confirm})
    assert (again.changed, again.unknown) == ((), ())
    assert again.cloud.world == run.world


def test_another_function_in_its_place_is_a_difference(run: Simulation, tmp_path: Path) -> None:
    journal.write(run.cloud, tmp_path / "run.journal")
    other = replay(journal.read(tmp_path / "run.journal"), run.cloud.initial, functions={FUNCTION: lambda event: event})
    assert [difference.operation for difference in other.changed] == ["cognito-idp:SignUp"]


def test_a_run_without_functions_says_nothing_of_them(pools: Any, tmp_path: Path) -> None:
    journal.write(pools.cloud, tmp_path / "run.journal")
    assert "functions" not in (tmp_path / "run.journal").read_text(encoding="ascii")


def test_a_fork_keeps_the_functions(run: Simulation) -> None:
    params = dict(run.cloud.log[-1].call.params, Username="bob")  # type: ignore[union-attr]
    assert run.fork().call("cognito-idp:SignUp", params)["UserConfirmed"] is True
