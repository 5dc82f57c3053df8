"""The journal: what is written, what reads again, and what a replay of it says."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming, choice
from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import read, write
from cogsim.aws.journal_digest import world_digest
from cogsim.aws.journal_references import References
from cogsim.aws.journal_replay import Difference, replay
from cogsim.aws.journal_values import canonical, decoded, encoded
from cogsim.aws.trail import records
from cogsim.clock import Clock, at
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.persistent import Map
from cogsim.world.world import World
from tests.generators.worlds import worlds

_WORLDS = Path(__file__).parent / "worlds"
_READER = "arn:aws:iam::111111111111:role/team/Reader"
_GUEST = "arn:aws:iam::111111111111:role/Guest"


@pytest.fixture(scope="module")
def world() -> World:
    return load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


def keys_of(world: World, user: str) -> Credentials:
    (key,) = (key for key in world.access_keys.values() if key.user_arn.endswith(f"/{user}"))
    return Credentials(key.id, key.secret)


def submit(
    cloud: Cloud, operation: str, params: dict[str, Any], who: Credentials | None = None, **origin: Any
) -> Outcome:
    return cloud.submit(Call(operation, params, who, replace(cloud.origin(), **origin)))


def story(world: World, seed: str = "journal", start: float = 1_800_000_000.25) -> Cloud:
    """A guest reads and writes under its own id; an operator takes a role; one call fails; time passes."""
    cloud = Cloud(world, seed, Clock(start))
    (pool,) = world.identity_pools
    identity = cloud.call("cognito-identity:GetId", {"IdentityPoolId": pool})["IdentityId"]
    token = cloud.call("cognito-identity:GetOpenIdToken", {"IdentityId": identity})["Token"]
    params = {"RoleArn": _GUEST, "RoleSessionName": "guest-session", "WebIdentityToken": token}
    given_keys = submit(cloud, "sts:AssumeRoleWithWebIdentity", params).unwrap()["Credentials"]
    guest = Credentials(given_keys["AccessKeyId"], given_keys["SecretAccessKey"], given_keys["SessionToken"])
    cloud.advance(0.1)
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": f"{identity}/a"}, guest, source_ip="203.0.113.9")
    operator = keys_of(world, "operator")
    body = {"Bucket": "door-data", "Key": f"{identity}/a", "Body": b"\x00\xff", "Metadata": {"$odd": "1"}}
    submit(cloud, "s3:PutObject", body, operator)
    cloud.submit(Call("sts:GetCallerIdentity", {}, operator, cloud.origin(), cloud.clock.now + 0.7))
    submit(cloud, "sts:AssumeRole", {"RoleArn": _READER, "RoleSessionName": "alice"}, operator)
    submit(cloud, "s3:GetObject", {"Bucket": "no-such-bucket", "Key": "k"}, operator)
    return cloud


def bytes_of(cloud: Cloud) -> str:
    answers = [[entry.response, entry.error and entry.error.args] for entry in cloud.log if isinstance(entry, Outcome)]
    return canonical([records(cloud), answers])


# --- the same world --------------------------------------------------------------------------------------------------


def test_a_replay_on_the_same_world_is_the_same_to_the_byte(world: World, path: Path) -> None:
    cloud = story(world)
    write(cloud, path)
    again = replay(read(path), world, strict=True)
    assert (again.changed, again.unknown, again.notices) == ((), (), ())
    assert bytes_of(again.cloud) == bytes_of(cloud)
    assert (again.cloud.world, again.cloud.state) == (cloud.world, cloud.state)
    assert (again.cloud.clock.now, again.cloud.start, again.cloud.seed) == (cloud.clock.now, cloud.start, cloud.seed)


def test_the_journal_of_a_replay_is_the_journal(world: World, path: Path, tmp_path: Path) -> None:
    write(story(world), path)
    write(replay(read(path), world).cloud, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_a_fork_is_journalled_with_its_past(world: World, path: Path) -> None:
    twin = story(world).fork()
    twin.advance(5)
    write(twin, path)
    assert bytes_of(replay(read(path), world).cloud) == bytes_of(twin)


@given(st.lists(st.floats(0, 1e6, allow_nan=False), max_size=8), st.floats(0, 4e9, allow_nan=False))
@settings(max_examples=30, deadline=None)
def test_instants_are_kept_exactly_however_time_moved(
    tmp_path_factory: pytest.TempPathFactory, spans: list[float], start: float
) -> None:
    world = World()
    cloud = Cloud(world, "t", Clock(start))
    for span in spans:
        cloud.advance(span)
        cloud.submit(Call("sts:GetCallerIdentity", {}, at=cloud.clock.now + span / 3))
    file = tmp_path_factory.mktemp("journal") / "run"
    write(cloud, file)
    again = replay(read(file), world, strict=True).cloud
    assert _instants(again) == _instants(cloud)


def _instants(cloud: Cloud) -> list[float]:
    return [*(entry.call.at if isinstance(entry, Outcome) else entry.at for entry in cloud.log), cloud.clock.now]


def test_assumptions_in_force_are_part_of_the_journal(world: World, path: Path) -> None:
    with assuming({"policy.bareStarInTrust": "refuse"}):
        write(Cloud(world), path)
    assert read(path).assumptions == {"policy.bareStarInTrust": "refuse"}
    replay(read(path), world)
    assert choice("policy.bareStarInTrust") == "accept"


# --- the file --------------------------------------------------------------------------------------------------------


def test_the_file_is_its_owners_alone_and_says_that_it_holds_secrets(world: World, path: Path) -> None:
    path.write_text("old")
    path.chmod(0o644)
    write(story(world), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first = json.loads(path.read_text().splitlines()[0])
    assert "holds secrets" in first["notice"]
    assert (first["cogsim-journal"], first["seed"], first["start"]) == (1, "journal", 1_800_000_000.25)


def test_what_answers_gave_is_written_as_where_it_came_from(world: World, path: Path) -> None:
    cloud = story(world)
    write(cloud, path)
    text = path.read_text()
    answers = [entry.response for entry in cloud.log if isinstance(entry, Outcome) and entry.response]
    assert answers[0]["IdentityId"] not in text
    assert answers[1]["Token"] not in text
    assert answers[2]["Credentials"]["SecretAccessKey"] not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[2]["params"]["IdentityId"] == {"$from": [2, ["IdentityId"]]}
    assert lines[5]["params"]["Key"] == {"$joined": [{"$from": [2, ["IdentityId"]]}, "/a"]}
    assert lines[5]["as"]["keys"]["session_token"] == {"$from": [4, ["Credentials", "SessionToken"]]}
    assert lines[5]["from"] == {"region": "eu-central-1", "source_ip": "203.0.113.9"}
    assert lines[4] == {"advance": 0.1, "at": 1_800_000_000.25}
    assert lines[6]["params"]["Body"] == {"$bytes": "AP8="}
    assert lines[6]["as"] == {"user": "arn:aws:iam::111111111111:user/staff/operator", "key": 0}


def test_what_a_client_said_first_stays_its_own_though_an_answer_repeats_it(world: World, path: Path) -> None:
    cloud = Cloud(world)
    operator = keys_of(world, "operator")
    submit(cloud, "s3:PutObject", {"Bucket": "door-data", "Key": "a-long-key-of-mine", "Body": b""}, operator)
    submit(cloud, "s3:ListObjectsV2", {"Bucket": "door-data"}, operator)
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "a-long-key-of-mine"}, operator)
    write(cloud, path)
    assert read(path).entries[-1].params == {"Bucket": "door-data", "Key": "a-long-key-of-mine"}


def test_a_code_is_written_as_the_message_it_was_read_in(world: World) -> None:
    cloud = Cloud(world)
    client = next(client.id for client in world.clients.values() if client.secret is None)
    for name in ("alice@example.com", "bob@example.com"):
        params = {"ClientId": client, "Username": name, "Password": "Correct-Horse-1"}
        cloud.call("cognito-idp:SignUp", {**params, "UserAttributes": [{"Name": "email", "Value": name}]})
    from cogsim.aws.mailbox import messages

    _, sent = messages(cloud.state)
    references = References()
    references.deliveries.take(cloud.state)
    read_in = {"$message": {"to": "bob@example.com", "purpose": sent.purpose, "nth": 0}}
    assert references.before(2).reference(sent.code) == read_in
    assert references.before(1).reference(sent.code) is None


def test_the_journal_is_the_same_bytes_under_every_hash_seed(world: World, path: Path) -> None:
    write(story(world), path)
    here = Path(__file__)
    program = (
        f"import sys; sys.path[:0] = [{str(here.parent)!r}, {str(here.parents[3])!r}]; import {here.stem} as t\n"
        "from cogsim.load import load\n"
        "from cogsim.aws.journal import write\n"
        "write(t.story(load(t._WORLDS / 'door.yaml', t._WORLDS / 'other.yaml')), sys.argv[1])"
    )
    for seed in ("1", "2"):
        other = path.with_name(seed)
        subprocess.run([sys.executable, "-c", program, str(other)], env={"PYTHONHASHSEED": seed}, check=True)
        assert other.read_bytes() == path.read_bytes()


def test_a_journal_that_cannot_be_written_or_read_is_bad_input(world: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write the journal: Is a directory"):
        write(Cloud(world), tmp_path)
    with pytest.raises(InputError, match="cannot read the journal: No such file"):
        read(tmp_path / "none")


# --- values ----------------------------------------------------------------------------------------------------------

_PARAMS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.binary()
    | st.integers(946_684_800, 4_102_444_800).map(at),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("$from"), inner, max_size=3)
    ),
    max_leaves=10,
)


def _never(*_: Any) -> str:
    raise AssertionError("nothing was referred to")


@given(_PARAMS)
def test_parameters_written_and_read_are_the_same(params: Any) -> None:
    written = json.loads(json.dumps(encoded(params, References().before(0))))
    assert decoded(written, _never, _never) == params


def test_what_no_call_can_carry_is_not_written() -> None:
    with pytest.raises(InputError, match="a timedelta cannot be written"):
        encoded({"Body": timedelta(1)}, References().before(0))


# --- changed worlds --------------------------------------------------------------------------------------------------


def test_another_seed_makes_other_ids_and_the_replay_uses_them(world: World, path: Path) -> None:
    cloud = story(world)
    write(cloud, path)
    again = replay(read(path), world, seed="another")
    assert (again.changed, again.unknown) == ((), ())
    assert again.notices == ("the journal is of another seed",)
    first, other = ([entry for entry in run.log if isinstance(entry, Outcome)] for run in (cloud, again.cloud))
    assert first[2].unwrap()["Credentials"] != other[2].unwrap()["Credentials"]
    assert isinstance(other[3].call.credentials, Credentials)
    assert other[3].call.credentials.secret_access_key == other[2].unwrap()["Credentials"]["SecretAccessKey"]
    assert other[4].call.params["Key"] == other[0].unwrap()["IdentityId"] + "/a"


def _untrusting(world: World) -> World:
    guest = world.roles[_GUEST]
    return world.with_role(replace(guest, trust=replace(guest.trust, statements=())))


def test_what_ends_otherwise_is_changed_and_what_rests_on_it_is_unknown(world: World, path: Path) -> None:
    write(story(world), path)
    again = replay(read(path), _untrusting(world))
    (changed,), (unknown,) = again.changed, again.unknown
    assert (changed.line, changed.operation, changed.was) == (4, "sts:AssumeRoleWithWebIdentity", "answered")
    assert changed.now == "AccessDenied"
    assert (unknown.line, unknown.was) == (6, "AccessDenied")
    assert unknown.now == "not made: the answer to line 4 gives no Credentials.AccessKeyId"
    assert str(changed) == "line 4: sts:AssumeRoleWithWebIdentity: was answered, now AccessDenied"
    assert len([entry for entry in again.cloud.log if isinstance(entry, Outcome)]) == 7


def test_an_answer_that_says_something_else_is_changed(world: World, path: Path) -> None:
    cloud = Cloud(world)
    operator = keys_of(world, "operator")
    submit(cloud, "s3:ListObjectsV2", {"Bucket": "door-data"}, operator)
    write(cloud, path)
    fuller = Cloud(world)
    submit(fuller, "s3:PutObject", {"Bucket": "door-data", "Key": "k", "Body": b""}, operator)
    again = replay(read(path), fuller.world)
    assert again.changed == (Difference(2, "s3:ListObjectsV2", "answered", "another answer"),)


def test_a_user_without_the_key_is_unknown(world: World, path: Path) -> None:
    write(story(world), path)
    again = replay(read(path), replace(world, access_keys=Map()))
    assert {entry.now for entry in again.unknown} == {
        "not made: arn:aws:iam::111111111111:user/staff/operator has no such access key"
    }


@pytest.mark.parametrize(
    ("alter", "word"),
    [
        (lambda header: header | {"seed": "x"}, "seed"),
        (lambda header: header | {"world": "x"}, "world"),
        (lambda header: header | {"cogsim": "0.0.0"}, "version of cogsim"),
        (lambda header: header | {"botocore": "1.0.0"}, "version of botocore"),
    ],
)
def test_a_strict_replay_refuses_a_journal_of_another_run(
    world: World, path: Path, alter: Callable[[dict[str, Any]], dict[str, Any]], word: str
) -> None:
    write(Cloud(world, "mine"), path)
    path.write_text(json.dumps(alter(json.loads(path.read_text()))) + "\n")
    with pytest.raises(InputError, match=rf":1: the journal is of another {word}"):
        replay(read(path), world, seed="mine", strict=True)
    assert replay(read(path), world, seed="mine").notices == (f"the journal is of another {word}",)


# --- bad files -------------------------------------------------------------------------------------------------------


def test_a_torn_last_line_is_left_out_with_a_notice(world: World, path: Path) -> None:
    cloud = story(world)
    write(cloud, path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    journal = read(path)
    assert len(journal.entries) == len(cloud.log) - 1
    assert journal.notices == (f"{path}:{len(cloud.log) + 1}: the last line is torn and was left out",)
    assert replay(journal, world).notices == journal.notices
    path.write_bytes(whole[:-1])
    assert (len(read(path).entries), read(path).notices) == (len(cloud.log), ())


_CALL = {
    "call": "sts:GetCallerIdentity",
    "params": {},
    "as": None,
    "from": {},
    "at": 1.0,
    "answer": {"error": None, "outline": "", "digest": ""},
}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "it is no JSON"),
        ("[1]", "it is no object"),
        ("", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ('{"at": 1}', "'answer' is missing"),
        ('{"advance": -1, "at": 1}', "backwards"),
        ('{"advance": NaN, "at": 1}', "'advance' is missing, or not of the type"),
        ('{"advance": "1", "at": 1}', "'advance' is missing, or not of the type"),
        (json.dumps({**_CALL, "call": 5}), "'call' is missing"),
        (json.dumps({**_CALL, "from": {"planet": "Mars"}}), "origin has no 'planet'"),
        (json.dumps({**_CALL, "from": {"tls": "yes"}}), "the 'tls' of a call's origin is a str"),
        (json.dumps({**_CALL, "params": {"a": {"$from": 5}}}), r"\$from does not hold what it should"),
        (json.dumps({**_CALL, "params": {"a": {"$bytes": "?"}}}), r"\$bytes does not hold"),
        (json.dumps({**_CALL, "params": {"a": {"$what": 1}}}), r"\$what means nothing"),
        (json.dumps({**_CALL, "params": {"a": {"$from": 1, "b": 2}}}), r"\$from stands alone"),
        (json.dumps({**_CALL, "as": {"nobody": 1}}), "does not say who signed"),
        (json.dumps({**_CALL, "call": "sts:GetCallerIdentiti"}), r"did you mean 'sts:GetCallerIdentity'"),
        (json.dumps({**_CALL, "call": "sqs:ListQueues"}), "sqs:ListQueues is not modelled"),
        (json.dumps({**_CALL, "params": {"Who": "me"}}), "no parameter 'Who'"),
    ],
)
def test_a_line_that_makes_no_sense_is_bad_input_at_its_place(
    world: World, path: Path, line: str, message: str
) -> None:
    write(Cloud(world), path)
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(InputError, match=rf":2: .*{message}"):
        replay(read(path), world)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty or its first line is torn"),
        ("{}\n", "first line is no header"),
        ('{"cogsim-journal": 99}\n', "format is 99, this version reads 1"),
        ('{"cogsim-journal": 1}\n', "'cogsim' is missing"),
        ("\x00\x01\n", "no JSON"),
    ],
)
def test_a_file_that_is_no_journal_is_bad_input(path: Path, text: str, message: str) -> None:
    path.write_text(text)
    with pytest.raises(InputError, match=rf":1: .*{message}"):
        read(path)


# --- the world's digest ----------------------------------------------------------------------------------------------


@given(worlds())
@settings(max_examples=10, deadline=None)
def test_every_world_has_a_digest_and_a_change_changes_it(world: World) -> None:
    assert world_digest(world) == world_digest(replace(world))
    changed = world.with_known_password("eu-central-1_Pool", "nobody-else", "Another-1")
    assert world_digest(changed) != world_digest(world)


def test_the_digest_is_of_values_not_of_where_they_stand(world: World, tmp_path: Path) -> None:
    moved = tmp_path / "moved.yaml"
    moved.write_text("# a comment more\n" + (_WORLDS / "door.yaml").read_text())
    assert world_digest(load(moved, _WORLDS / "other.yaml")) == world_digest(world)
