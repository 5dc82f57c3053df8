"""Recovery: a journal that was appended to gives the same cloud again, whole, torn, and from a checkpoint."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import read, write
from cogsim.aws.journal_digest import state_digest, world_digest
from cogsim.aws.journal_replay import replay
from cogsim.aws.journal_values import canonical
from cogsim.aws.mailbox import messages
from cogsim.aws.trail import records
from cogsim.clock import Clock
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.serve.durable.checkpoint import place_of
from cogsim.serve.durable.past_log import PastLog
from cogsim.serve.durable.recovery import Recovered, recover
from cogsim.world.world import World

_WORLDS = Path(__file__).parents[2] / "aws" / "worlds"
_START = 1_800_000_000.5
_READER = "arn:aws:iam::111111111111:role/team/Reader"


@pytest.fixture(scope="module")
def world() -> World:
    return load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.journal"


class Server:
    """What a server does with a cloud: a call, the record of it, and only then the answer."""

    def __init__(self, path: Path, world: World, every: int = 1000, seed: str = "durable") -> None:
        self.recovered: Recovered = recover(path, world, seed, _START, every=every)
        self.cloud = self.recovered.cloud
        self._recorded = len(self.cloud.log)
        self.world = world

    def keep(self) -> None:
        fresh = self.cloud.log[self._recorded :]
        self.recovered.recorder.record(self.cloud, fresh)
        self._recorded = len(self.cloud.log)

    def submit(self, operation: str, params: dict[str, Any], who: Credentials | None = None) -> Outcome:
        outcome = self.cloud.submit(Call(operation, params, who, self.cloud.origin()))
        self.keep()
        return outcome

    def reset(self) -> None:
        self.cloud = Cloud(self.world, self.cloud.seed, Clock(self.cloud.clock.now + 7))
        self._recorded = 0
        self.recovered.recorder.reset(self.cloud)

    def close(self) -> None:
        self.recovered.recorder.close()


def operator(world: World) -> Credentials:
    (key,) = (key for key in world.access_keys.values() if key.user_arn.endswith("/operator"))
    return Credentials(key.id, key.secret)


def work(server: Server, name: str) -> None:
    """A person signs up and in and puts an object; an operator takes a role; a call fails; time passes."""
    world = server.world
    client = next(client.id for client in world.clients.values() if client.secret is None)
    (pool,) = world.identity_pools
    who = f"{name}@example.com"
    params = {"ClientId": client, "Username": who, "Password": "Correct-Horse-1"}
    server.submit("cognito-idp:SignUp", {**params, "UserAttributes": [{"Name": "email", "Value": who}]})
    sent = messages(server.cloud.state, username=None)[-1]
    confirm = {"ClientId": client, "Username": who, "ConfirmationCode": sent.code}
    server.submit("cognito-idp:ConfirmSignUp", {**confirm, "ConfirmationCode": "000000"})
    server.submit("cognito-idp:ConfirmSignUp", confirm).unwrap()
    auth = {"USERNAME": who, "PASSWORD": "Correct-Horse-1"}
    flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client, "AuthParameters": auth}
    tokens = server.submit("cognito-idp:InitiateAuth", flow)
    if tokens.error is None:
        server.submit("cognito-idp:GetUser", {"AccessToken": tokens.unwrap()["AuthenticationResult"]["AccessToken"]})
    server.cloud.clock.advance_to(server.cloud.clock.now + 0.125)
    server.cloud.advance(30)
    identity = server.submit("cognito-identity:GetId", {"IdentityPoolId": pool}).unwrap()["IdentityId"]
    body = {"Bucket": "door-data", "Key": f"{identity}/{name}", "Body": b"\x00" + name.encode()}
    server.submit("s3:PutObject", body, operator(world)).unwrap()
    role = {"RoleArn": _READER, "RoleSessionName": name}
    server.submit("sts:AssumeRole", role, operator(world))
    server.submit("s3:GetObject", {"Bucket": "no-such-bucket", "Key": "k"}, operator(world))


def bytes_of(cloud: Cloud) -> str:
    answers = [[entry.response, entry.error and entry.error.args] for entry in cloud.log if isinstance(entry, Outcome)]
    return canonical([records(cloud), answers])


def assert_same(one: Cloud, other: Cloud) -> None:
    """The same to the byte: world, state, clock, numbers, trail, and what comes next."""
    assert world_digest(one.world) == world_digest(other.world)
    assert (one.world, one.standing) == (other.world, other.standing)
    assert state_digest(one.state) == state_digest(other.state)
    assert len(one.log) == len(other.log)
    assert bytes_of(one) == bytes_of(other)


def go_on(cloud: Cloud, world: World) -> str:
    """What further calls on a fork give: ids, codes, tokens, keys."""
    server = Server.__new__(Server)
    server.cloud, server.world, server._recorded = cloud.fork(), world, 0
    server.keep = lambda: None  # type: ignore[method-assign]
    work(server, "zoe")
    return canonical([entry.response for entry in server.cloud.log[-12:] if isinstance(entry, Outcome)])


# --- the journal -----------------------------------------------------------------------------------------------------


def test_the_journal_that_is_appended_to_is_the_one_that_is_written_whole(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    work(server, "bob")
    write(server.cloud, path.with_name("whole"))
    assert path.read_bytes() == path.with_name("whole").read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_restart_gives_the_same_cloud_and_goes_on(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.close()
    again = Server(path, world)
    assert again.recovered.notices == ()
    assert_same(again.cloud, server.cloud)
    assert go_on(again.cloud, world) == go_on(server.cloud, world)
    work(again, "bob")
    again.close()
    assert_same(Server(path, world).cloud, again.cloud)
    assert replay(read(path), world, strict=True).changed == ()


def test_what_was_said_before_a_restart_is_referred_to_after_it(world: World, path: Path) -> None:
    server = Server(path, world)
    (pool,) = world.identity_pools
    identity = server.submit("cognito-identity:GetId", {"IdentityPoolId": pool}).unwrap()["IdentityId"]
    server.close()
    again = Server(path, world)
    again.submit("cognito-identity:GetOpenIdToken", {"IdentityId": identity})
    assert read(path).entries[-1].params == {"IdentityId": {"$from": [2, ["IdentityId"]]}}


def test_a_reset_is_a_new_beginning_also_after_a_restart(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.reset()
    work(server, "bob")
    server.close()
    again = Server(path, world)
    assert_same(again.cloud, server.cloud)
    assert not any("alice" in key[1] for key in again.cloud.world.pool_users)
    assert_same(replay(read(path), world, strict=True).cloud, server.cloud)


# --- checkpoints -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resets", [False, True])
def test_a_checkpoint_and_what_came_after_it_is_the_whole_replay(world: World, path: Path, resets: bool) -> None:
    server = Server(path, world)
    work(server, "alice")
    if resets:
        server.reset()
    work(server, "bob")
    server.recovered.recorder.checkpoint(server.cloud)
    assert stat.S_IMODE(place_of(path).stat().st_mode) == 0o600
    client = next(client.id for client in world.clients.values() if client.secret is None)
    tokens = [
        e.response for e in server.cloud.log if isinstance(e, Outcome) and "AuthenticationResult" in (e.response or {})
    ]
    work(server, "carol")
    for each in tokens:  # what was given before the checkpoint is used after it
        server.submit("cognito-idp:GetUser", {"AccessToken": each["AuthenticationResult"]["AccessToken"]}).unwrap()
        refresh = {"REFRESH_TOKEN": each["AuthenticationResult"]["RefreshToken"]}
        server.submit(
            "cognito-idp:InitiateAuth",
            {"AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": client, "AuthParameters": refresh},
        )
    server.close()

    resumed = Server(path, world)
    assert resumed.recovered.notices == ()
    assert isinstance(resumed.cloud.log, PastLog)
    assert not resumed.cloud.log.past.known
    assert resumed.cloud.standing == server.cloud.standing
    assert go_on(resumed.cloud, world) == go_on(server.cloud, world)
    assert not resumed.cloud.log.past.known
    resumed.close()

    copied = path.with_name("copy.journal")
    shutil.copy(path, copied)
    whole = Server(copied, world)
    assert isinstance(whole.cloud.log, list)
    assert_same(whole.cloud, server.cloud)
    assert_same(resumed.cloud, whole.cloud)
    assert resumed.cloud.log.past.known


def test_a_run_that_is_resumed_again_and_again_goes_on(world: World, path: Path) -> None:
    for name in ("alice", "bob", "carol", "dan"):
        server = Server(path, world, every=7)
        work(server, name)
        server.close()
        assert server.recovered.recorder.notices == []
    resumed = Server(path, world, every=7)
    assert isinstance(resumed.cloud.log, PastLog)
    assert_same(resumed.cloud, replay(read(path), world, strict=True).cloud)


def test_a_reset_after_a_checkpoint_leaves_it_behind(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.recovered.recorder.checkpoint(server.cloud)
    server.reset()
    work(server, "bob")
    server.close()
    again = Server(path, world)
    assert again.recovered.notices == ()
    assert_same(again.cloud, server.cloud)


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda raw: raw[:-30], "torn or was changed"),
        (lambda raw: raw[: len(raw) // 2], "torn or was changed"),
        (lambda raw: b"", "torn or was changed"),
        (lambda raw: raw.replace(b"alice", b"malice", 1), "torn or was changed"),
        (lambda raw: resummed(raw.replace(b'"cogsim":"', b'"cogsim":"9', 1)), "another version"),
        (lambda raw: resummed(raw.replace(b'"world":"', b'"world":"9', 1)), "world's files have changed"),
        (lambda raw: resummed(raw.replace(b'"journal":[', b'"journal":[1', 1)), "another journal|otherwise|no sense"),
        (lambda raw: resummed(raw.replace(b'"record"', b'"os.system"', 1)), "makes no sense"),
        (lambda raw: resummed(raw.replace(b"world.pool_user.PoolUser", b"subprocess.Popen", 1)), "makes no sense"),
        (lambda raw: resummed(raw.replace(b'"cognito-idp/codes"', b'"cognito-idp/nodes"')), "otherwise"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_not_used(
    world: World, path: Path, spoil: Callable[[bytes], bytes], word: str
) -> None:
    server = Server(path, world)
    work(server, "alice")
    client = next(client.id for client in world.clients.values() if client.secret is None)
    who = {"ClientId": client, "Username": "eve@example.com"}
    server.submit("cognito-idp:SignUp", {**who, "Password": "Correct-Horse-1"})
    server.recovered.recorder.checkpoint(server.cloud)
    sent = messages(server.cloud.state)[-1]
    server.submit("cognito-idp:ConfirmSignUp", {**who, "ConfirmationCode": sent.code})
    work(server, "bob")
    server.close()
    place_of(path).write_bytes(spoil(place_of(path).read_bytes()))
    again = Server(path, world)
    (notice,) = again.recovered.notices
    assert "the checkpoint is not used" in notice
    assert any(each in notice for each in word.split("|")), notice
    assert_same(again.cloud, server.cloud)


def resummed(raw: bytes) -> bytes:
    """A checkpoint that somebody changed and gave the right digest."""
    import hashlib

    body = raw[: raw.rfind(b"\n", 0, -1) + 1]
    return body + b'{"end":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'


def test_a_checkpoint_that_cannot_be_written_is_a_notice(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    place_of(path).mkdir()
    (place_of(path) / "x").touch()
    server.recovered.recorder.checkpoint(server.cloud)
    (notice,) = server.recovered.recorder.notices
    assert "no checkpoint was written" in notice
    work(server, "bob")
    server.close()


def test_a_world_whose_lines_moved_is_the_same_world_without_the_checkpoint(
    world: World, path: Path, tmp_path: Path
) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.recovered.recorder.checkpoint(server.cloud)
    server.close()
    moved = tmp_path / "moved.yaml"
    moved.write_text("# a comment more\n" + (_WORLDS / "door.yaml").read_text())
    again = Server(path, load(moved, _WORLDS / "other.yaml"))
    assert "world's files have changed" in again.recovered.notices[0]
    assert again.cloud.state == server.cloud.state


# --- files that are refused ------------------------------------------------------------------------------------------


def test_two_servers_cannot_share_a_journal(world: World, path: Path) -> None:
    server = Server(path, world)
    with pytest.raises(InputError, match="another server has this journal open"):
        Server(path, world)
    server.close()
    Server(path, world).close()


def test_a_journal_of_another_run_is_refused_and_left_as_it_was(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.close()
    torn = path.read_bytes()[:-9]
    path.write_bytes(torn)
    other = replace(world, known_passwords=world.known_passwords.set(("p", "u"), "x"))
    for attempt, word in (
        (lambda: recover(path, world, "other"), r"another seed \(durable, here other\).*--seed durable"),
        (lambda: recover(path, other, "durable"), r"another world: .*cogsim replay"),
        (lambda: recover(path, world, "durable", functions={"f": dict}), "other functions given in code: none, here f"),
    ):
        with pytest.raises(InputError, match=word):
            attempt()
    with assuming({"policy.bareStarInTrust": "refuse"}), pytest.raises(InputError, match="other assumptions"):
        recover(path, world, "durable")
    assert path.read_bytes() == torn


@pytest.mark.parametrize("name", ["cogsim", "botocore"])
def test_a_journal_of_another_version_is_refused(world: World, path: Path, name: str) -> None:
    Server(path, world).close()
    header = json.loads(path.read_text())
    path.write_text(json.dumps(header | {name: "0.0.0"}) + "\n")
    with pytest.raises(InputError, match=rf":1: .*version of {name} \(0.0.0, here .*name another journal, or .* 0.0.0"):
        Server(path, world)


@pytest.mark.parametrize("text", ["Resources: {}\n", "{}\n", "x", "{", '{"cogsim-journal":9,"notice":""}\n'])
def test_a_file_that_is_no_journal_is_refused_and_left_as_it_was(world: World, path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o644)
    if text == "{":  # the beginning of a first line, as a crash leaves it
        assert Server(path, world).recovered.notices
        return
    with pytest.raises(InputError, match=r"run\.journal:1: "):
        Server(path, world)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (text, 0o644)


def test_a_place_where_no_file_can_be_is_bad_input(world: World, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none" / "run"):
        with pytest.raises(InputError, match="cannot open the journal"):
            recover(place, world)


def test_a_damaged_line_in_the_middle_is_an_error_at_its_place(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.close()
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:4], lines[4][:20], *lines[5:]]))
    with pytest.raises(InputError, match=r"run\.journal:5: not a line of a journal"):
        Server(path, world)


def test_an_answer_that_would_be_another_is_a_bug_and_raised(world: World, path: Path) -> None:
    server = Server(path, world)
    work(server, "alice")
    server.close()
    path.write_bytes(path.read_bytes().replace(b'"error":null', b'"error":"X"', 1))
    with pytest.raises(RuntimeError, match="a bug of cogsim; the first of 1: line 2: cognito-idp:SignUp: was X"):
        Server(path, world)
