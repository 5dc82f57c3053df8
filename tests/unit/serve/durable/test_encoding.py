"""The encoding of checkpoints: every value of every story comes back as it was, and reading makes nothing else."""

from __future__ import annotations

import hashlib
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.aws.journal_digest import state_digest, whole_world_digest
from cogsim.aws.journal_references import Sayings
from cogsim.persistent import Map, SortedMap
from cogsim.policy.document import Effect
from cogsim.scenario.run import run
from cogsim.serve.durable import checkpoint
from cogsim.serve.durable.checkpoint import Checkpoint
from cogsim.serve.durable.encoding import pack, unpack
from cogsim.world.iam import User
from tests.generators.worlds import worlds

_STORIES = sorted((Path(__file__).parents[4] / "scenarios" / "stories").glob("*.yaml"))
_QUICK = ("demo", "second-factors", "passwordless", "ad-fs-into-user-pool", "guests")


def written(value: Any) -> Any:
    return unpack(json.loads(json.dumps(pack(value), allow_nan=False)))


@pytest.mark.parametrize(
    "story",
    [pytest.param(each, id=each.stem, marks=() if each.stem in _QUICK else pytest.mark.slow) for each in _STORIES],
)
def test_a_checkpoint_of_any_story_is_how_its_cloud_stood(story: Path, tmp_path: Path) -> None:
    cloud = run(str(story)).simulation.cloud
    told = Sayings({b"0123456789abcdef": (2, ("A", 0, "B"))}, frozenset({b"fedcba9876543210"}))
    raw = b"a journal"
    taken = Checkpoint(cloud.standing, told, 7, 1, len(raw), hashlib.sha256(raw).hexdigest(), "w")
    checkpoint.write(taken, cloud.initial, tmp_path / "c")
    again = checkpoint.read(tmp_path / "c", cloud.initial, "w", raw)
    assert again == taken
    assert whole_world_digest(again.standing.world) == whole_world_digest(cloud.world)
    assert state_digest(again.standing.state) == state_digest(cloud.state)
    checkpoint.write(again, cloud.initial, tmp_path / "d")
    assert (tmp_path / "d").read_bytes() == (tmp_path / "c").read_bytes()


@given(worlds())
@settings(max_examples=25, deadline=None)
def test_every_world_comes_back_as_it_was(world: Any) -> None:
    assert whole_world_digest(written(world)) == whole_world_digest(world)


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.sampled_from(Effect)
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.frozensets(st.text(), max_size=3)
        | st.dictionaries(st.text(max_size=3) | st.just("$map"), inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(Map)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(SortedMap)
    ),
    max_leaves=12,
)


@given(_VALUES)
@settings(max_examples=100, deadline=None)
def test_every_value_comes_back_with_its_type(value: Any) -> None:
    again = written(value)
    assert again == value
    assert type(again) is type(value)
    assert pack(again) == pack(value)


def test_what_is_not_finite_and_the_sign_of_nothing_come_back() -> None:
    assert [written(value) for value in (math.inf, -math.inf)] == [math.inf, -math.inf]
    assert math.isnan(written(math.nan))
    assert math.copysign(1, written(-0.0)) == -1
    assert written(datetime(2026, 1, 1, 1, 2, 3, 456789, UTC)) == datetime(2026, 1, 1, 1, 2, 3, 456789, UTC)


@pytest.mark.parametrize("value", [object(), print, User, {1}, json, pytest.approx(1)])
def test_what_is_not_registered_cannot_be_written(value: Any) -> None:
    with pytest.raises(TypeError, match="cannot stand in a checkpoint"):
        pack((value,))


@pytest.mark.parametrize(
    "raw",
    [
        {"subprocess.Popen": [["true"]]},
        {"os.system": ["true"]},
        {"aws.cloud.Cloud": []},
        {"world.iam.User": ["too", "few"]},
        {"world.iam.User": 5},
        {"$enum": ["world.iam.User", "arn"]},
        {"$enum": ["policy.document.Effect", "Maybe"]},
        {"policy.document.Effect": ["Allow", "Deny"]},
        {"$float": "__import__('os')"},
        {"$bytes": "?"},
        {"$map": [1]},
        {"$map": [[{"$list": []}, 1]]},
        {"$eval": "1"},
        {"$map": [], "$list": []},
        {},
    ],
)
def test_what_pack_never_writes_is_refused(raw: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        unpack(raw)


def test_reading_calls_no_class() -> None:
    """A name that IAM would refuse is read as it stands: checks belong to those who make values, not to a file."""
    made = written(User("arn:aws:iam::111111111111:user/u", "u"))
    packed = pack(made)
    ((tag, fields),) = packed.items()
    refused = unpack({tag: [fields[0], "no such/name", *fields[2:]]})
    assert isinstance(refused, User)
    assert refused.name == "no such/name"
