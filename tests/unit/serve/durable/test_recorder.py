"""The recorder: a batch is on the disk or it is refused, torn ends are dropped, and nothing secret is in memory."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import read
from cogsim.clock import Clock
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.serve.durable.checkpoint import place_of
from cogsim.serve.durable.journal_file import JournalFailed
from cogsim.serve.durable.past_log import PastLog
from cogsim.serve.durable.recovery import Recovered, recover
from cogsim.serve.live import Busy, Live, RecorderFailed
from cogsim.world.world import World

_WORLDS = Path(__file__).parents[2] / "aws" / "worlds"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


def calls(recovered: Recovered, number: int) -> None:
    """A batch of that many calls, recorded together."""
    cloud, before = recovered.cloud, len(recovered.cloud.log)
    for each in range(number):
        cloud.advance(1.0)
        cloud.submit(Call("sts:GetCallerIdentity", {}, Credentials(f"AKIANOBODY{each}", "x"), cloud.origin()))
    recovered.recorder.record(cloud, cloud.log[before:])


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file can grow beyond `size` bytes."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, was[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, was)


def test_a_journal_that_ends_anywhere_in_its_last_batch_is_recovered(path: Path) -> None:
    recovered = recover(path, World(), start=5.0)
    calls(recovered, 2)
    begin = path.stat().st_size
    calls(recovered, 2)
    recovered.recorder.close()
    whole = path.read_bytes()
    for end in range(begin, len(whole) + 1):
        path.write_bytes(whole[:end])
        again = recover(path, World(), start=99.0)
        lines = whole[:end].count(b"\n") + (whole[end : end + 1] == b"\n")
        torn = whole[:end].rpartition(b"\n")[2] and whole[end : end + 1] != b"\n"
        assert len(again.cloud.log) == lines - 1
        assert again.notices == ((f"{path}:{lines + 1}: the last line is torn and was left out",) if torn else ())
        assert path.read_bytes() == b"".join(whole.splitlines(keepends=True)[:lines])
        calls(again, 1)
        again.recorder.close()
        assert len(read(path).entries) == lines + 1


def test_a_journal_that_ends_anywhere_in_its_first_line_begins_anew(path: Path) -> None:
    recover(path, World(), start=5.0).recorder.close()
    header = path.read_bytes()
    for end in range(len(header)):
        path.write_bytes(header[:end])
        again = recover(path, World(), start=5.0)
        assert path.read_bytes() == header
        assert bool(again.notices) == (end > 0)
        again.recorder.close()


@pytest.mark.parametrize("room", [0, 1, 150, 300, 700])
def test_a_batch_that_does_not_fit_on_the_disk_is_refused_and_so_is_all_that_follows(path: Path, room: int) -> None:
    recovered = recover(path, World())
    calls(recovered, 2)
    safe = path.read_bytes()
    with full_disk(len(safe) + room), pytest.raises(JournalFailed, match="cannot be written: File too large"):
        calls(recovered, 3)
    with pytest.raises(JournalFailed, match="nothing is written since an earlier failure: File too large"):
        calls(recovered, 1)
    with pytest.raises(JournalFailed):
        recovered.recorder.reset(Cloud(World()))
    recovered.recorder.close()
    assert path.read_bytes() == safe
    again = recover(path, World())
    assert (len(again.cloud.log), again.notices) == (4, ())


def test_a_call_that_cannot_be_written_down_fails_its_batch_and_all_that_follow(path: Path) -> None:
    recovered = recover(path, World())
    outcome = recovered.cloud.submit(Call("sts:GetCallerIdentity", {}))
    safe = path.read_bytes()
    odd = Call("sts:GetCallerIdentity", {"Odd": object()})
    with pytest.raises(InputError, match="a object cannot be written"):
        recovered.recorder.record(recovered.cloud, [outcome, replace(outcome, call=odd)])
    with pytest.raises(JournalFailed, match="InputError"):
        recovered.recorder.record(recovered.cloud, [outcome])
    assert path.read_bytes() == safe


def test_a_closed_recorder_takes_nothing(path: Path) -> None:
    recovered = recover(path, World())
    recovered.recorder.close()
    recovered.recorder.close()
    with pytest.raises(JournalFailed, match="closed"):
        calls(recovered, 1)


def test_a_full_disk_costs_the_checkpoint_and_nothing_else(path: Path) -> None:
    recovered = recover(path, World())
    calls(recovered, 2)
    with full_disk(100):
        recovered.recorder.checkpoint(recovered.cloud)
    (notice,) = recovered.recorder.notices
    assert "no checkpoint was written: [Errno 27] File too large" in notice
    assert sorted(os.listdir(path.parent)) == [path.name]
    calls(recovered, 2)
    recovered.recorder.close()
    assert len(recover(path, World()).cloud.log) == 8


def test_checkpoints_come_by_themselves_and_the_bigger_the_rarer(path: Path) -> None:
    world = load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")
    recovered = recover(path, world, every=6)
    calls(recovered, 2)
    recovered.recorder.close()
    assert not place_of(path).exists()
    again = recover(path, world, every=6)
    calls(again, 1)
    again.recorder.close()
    assert place_of(path).exists()
    resumed = recover(path, world, every=6)
    assert len(resumed.cloud.log) == 6
    assert resumed.notices == ()


def test_what_the_recorder_remembers_holds_no_text_of_an_answer(path: Path) -> None:
    world = load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")
    recovered = recover(path, world)
    (pool,) = world.identity_pools
    identity = recovered.cloud.call("cognito-identity:GetId", {"IdentityPoolId": pool})["IdentityId"]
    recovered.recorder.record(recovered.cloud, recovered.cloud.log)
    references = recovered.recorder._scribe.references
    assert references.answer(identity) == (2, ("IdentityId",))
    assert identity not in repr(vars(references))


def test_a_live_cloud_whose_disk_is_full_answers_nothing_as_done_and_ends(path: Path) -> None:
    recovered = recover(path, World())
    live = Live(recovered.cloud, recovered.recorder, follow=False).start()
    call = Call("sts:GetCallerIdentity", {})
    live.ask_and_wait(lambda cloud: cloud.submit(call))
    safe = path.read_bytes()
    with full_disk(len(safe) + 10), pytest.raises(RecorderFailed) as failed:
        live.ask_and_wait(lambda cloud: cloud.submit(call))
    assert isinstance(failed.value.__cause__, JournalFailed)
    with pytest.raises(Busy):
        live.ask_and_wait(lambda cloud: cloud.submit(call))
    live.stop()
    recovered.recorder.close()
    assert path.read_bytes() == safe
    assert len(recover(path, World()).cloud.log) == 1


def test_a_long_log_is_let_go_of_at_a_checkpoint_and_played_again_when_asked_for(path: Path) -> None:
    recovered = recover(path, World(), start=5.0, every=10, kept=25)
    for _ in range(12):
        calls(recovered, 3)
        recovered.recorder.checkpoint(recovered.cloud)
    cloud = recovered.cloud
    assert isinstance(cloud.log, PastLog)
    assert len(cloud.log) == 72
    assert not cloud.log.past.known
    assert len(cloud.log[cloud.log.past.length :]) < 40
    told = [entry.error.code for entry in cloud.log if isinstance(entry, Outcome) and entry.error is not None]
    assert told == ["InvalidClientTokenId"] * 36
    recovered.recorder.close()
    again = recover(path, World(), start=99.0)
    assert again.cloud.standing == cloud.standing
    assert [repr(entry) for entry in again.cloud.log] == [repr(entry) for entry in cloud.log]
    again.recorder.close()


def test_what_happened_before_a_run_began_anew_is_in_no_log(path: Path) -> None:
    recovered = recover(path, World(), start=5.0, every=10, kept=5)
    calls(recovered, 10)
    recovered.recorder.checkpoint(recovered.cloud)
    fresh = Cloud(World(), clock=Clock(7.0))
    recovered.recorder.reset(fresh)
    anew = Recovered(fresh, recovered.recorder)
    calls(anew, 2)
    assert len(fresh.log) == 4
    assert not isinstance(fresh.log, PastLog)
    recovered.recorder.close()
