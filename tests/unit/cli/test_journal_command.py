"""`cogsim journal`: the list of calls, and the copy that can be shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call, Outcome
from cogsim.aws.journal import read, write
from cogsim.aws.journal_redaction import redacted
from cogsim.aws.journal_replay import replay
from cogsim.aws.mailbox import messages
from cogsim.cli.__main__ import main
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.scenario.run import run
from cogsim.serve.durable.recovery import recover
from cogsim.simulation import Simulation
from cogsim.world.world import World

_WORLDS = Path(__file__).parents[1] / "aws" / "worlds"
_EMAIL, _PASSWORD = "alice@example.com", "Correct-Horse-1"


@pytest.fixture(scope="module")
def world() -> World:
    return load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")


@pytest.fixture(scope="module")
def sim(world: World) -> Simulation:
    """Sign-up with a wrong code and the right one, SRP, a wrong password, credentials, a refresh, a forged token."""
    sim = Simulation(world, "a-seed-of-mine").calling_from(source_ip="203.0.113.77")
    app = next(client.id for client in world.clients.values() if client.secret is None)
    who = {"ClientId": app, "Username": _EMAIL}
    email = [{"Name": "email", "Value": _EMAIL}, {"Name": "phone_number", "Value": "+491701234567"}]
    sim.call("cognito-idp:SignUp", {**who, "Password": _PASSWORD, "UserAttributes": email})
    (sent, *_) = sim.mailbox(_EMAIL)
    sim.submit("cognito-idp:ConfirmSignUp", {**who, "ConfirmationCode": "993311"})
    sim.call("cognito-idp:ConfirmSignUp", {**who, "ConfirmationCode": sent.code})
    alice = sim.sign_in(_EMAIL, client=app, password=_PASSWORD)
    flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": app}
    wrong = {"USERNAME": _EMAIL, "PASSWORD": "Wrong-Horse-22"}
    sim.submit("cognito-idp:InitiateAuth", {**flow, "AuthParameters": wrong})
    sim.submit("cognito-idp:InitiateAuth", {**flow, "AuthParameters": {**wrong, "PASSWORD": _PASSWORD}})
    session = sim.credentials(alice)
    sim.call("s3:PutObject", {"Bucket": "door-data", "Key": f"{session.identity_id}/n", "Body": b"my diary"}, session)
    said = {"Bucket": "door-data", "Key": f"shared/{_PASSWORD}.txt", "Body": b""}
    sim.submit("s3:PutObject", said, "operator")  # somebody's key repeats what was secret elsewhere
    sim.advance("10m")
    sim.submit("cognito-idp:GetUser", {"AccessToken": alice.access_token[:-6] + "AAAAAA"})
    return sim


@pytest.fixture
def path(sim: Simulation, tmp_path: Path) -> Path:
    write(sim.cloud, tmp_path / "run.journal")
    return tmp_path / "run.journal"


def secrets(sim: Simulation) -> list[str]:
    """Everything of the run that nobody else may know: what was sent, what was answered, and the seed."""
    outcomes = [entry for entry in sim.cloud.log if isinstance(entry, Outcome)]
    found = [_PASSWORD, "Wrong-Horse-22", "993311", "a-seed-of-mine", "bXkgZGlhcnk", "my diary"]
    for each in outcomes:
        parameters = each.call.params
        found += [value for name, value in parameters.get("AuthParameters", {}).items() if name != "USERNAME"]
        found += [value for name, value in parameters.get("ChallengeResponses", {}).items() if name != "USERNAME"]
        found += [parameters[name] for name in ("AccessToken", "ConfirmationCode", "Session") if name in parameters]
        tokens = (each.response or {}).get("AuthenticationResult", {})
        found += [tokens[name] for name in ("AccessToken", "IdToken", "RefreshToken") if name in tokens]
    return [text for text in found if isinstance(text, str) and text != _EMAIL]


def test_the_copy_holds_no_secret_and_still_shows_calls_outcomes_and_times(
    sim: Simulation, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", "redact", str(path), "-o", str(path.with_name("shared"))]) == 0
    told = capsys.readouterr().err
    assert "PASSWORD" in told
    assert "seed" in told
    text = path.with_name("shared").read_text()
    assert [secret for secret in secrets(sim) if secret in text] == []
    assert _PASSWORD in path.read_text()
    was, now = read(path), read(path.with_name("shared"))
    kept = [
        [(each.line, each.at, each.call, each.error, each.advance, each.roles) for each in run.entries]
        for run in (was, now)
    ]
    assert kept[0] == kept[1]
    assert (now.redacted, was.redacted) == (True, False)
    assert _EMAIL in text


def test_the_same_text_has_the_same_name_all_through(path: Path) -> None:
    text, counts = redacted(path.read_bytes(), "run")
    lines = [json.loads(line) for line in text.splitlines()]
    names = [line["params"]["Password"] for line in lines if "Password" in line.get("params", {})]
    again = [
        line["params"]["AuthParameters"].get("PASSWORD") for line in lines if "AuthParameters" in line.get("params", {})
    ]
    assert names == ["REDACTED-Password-1"]
    assert again[-1] == "REDACTED-Password-1"
    assert "REDACTED-PASSWORD-1" in again
    assert any(line.get("params", {}).get("Key") == "shared/REDACTED-Password-1.txt" for line in lines)
    assert counts["Password"] == 1
    assert redacted(path.read_bytes(), "run")[0] == text


def test_people_too_are_replaced_on_request(path: Path) -> None:
    text = redacted(path.read_bytes(), "run", people=True)[0].decode()
    for person in (_EMAIL, "+491701234567", "203.0.113.77"):
        assert person not in text
    assert "REDACTED-Username-1" in text


def test_the_copy_says_that_it_cannot_be_replayed(world: World, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared = path.with_name("shared")
    assert main(["journal", "redact", str(path), "-o", str(shared)]) == 0
    capsys.readouterr()
    worlds = ["--world", str(_WORLDS / "door.yaml"), "--world", str(_WORLDS / "other.yaml")]
    assert main(["replay", str(shared), *worlds]) == 2
    assert "redacted copy: it shows what happened, and cannot be replayed" in capsys.readouterr().err
    for attempt in (lambda: replay(read(shared), world), lambda: recover(shared, world)):
        with pytest.raises(InputError, match="redacted copy"):
            attempt()


def test_a_copy_in_place_of_the_journal_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    was = path.read_bytes()
    assert main(["journal", "redact", str(path), "-o", str(path)]) == 2
    assert "take the journal's place" in capsys.readouterr().err
    assert main(["journal", "redact", str(path.with_name("none")), "-o", str(path)]) == 2
    assert path.read_bytes() == was


def test_the_calls_are_listed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "show", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["line", "time", "who", "operation", "outcome"]
    assert any("cognito-idp:ConfirmSignUp" in line and "CodeMismatchException" in line for line in lines)
    assert any("advance 600s" in line for line in lines)
    assert main(["journal", "show", str(path), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["line"] for row in rows] == list(range(2, len(rows) + 2))
    assert main(["journal", "show", str(path.with_name("none"))]) == 2


_STORIES = sorted((Path(__file__).parents[3] / "scenarios" / "stories").glob("*.yaml"))
_QUICK = ("demo", "second-factors", "openid-connect-with-pkce", "token-theft")
_SECRET_MEMBERS = ("AccessToken", "IdToken", "RefreshToken", "SecretAccessKey", "SecretKey", "SessionToken", "Token")


@pytest.mark.parametrize(
    "story",
    [pytest.param(each, id=each.stem, marks=() if each.stem in _QUICK else pytest.mark.slow) for each in _STORIES],
)
def test_no_secret_of_any_story_is_in_its_copy(story: Path, tmp_path: Path) -> None:
    simulation = run(str(story)).simulation
    write(simulation.cloud, tmp_path / "run")
    journal = (tmp_path / "run").read_bytes()
    copied = redacted(journal, "run")[0].decode()
    world = simulation.cloud.initial
    found = {*world.known_passwords.values(), *(key.secret for key in world.access_keys.values())}
    found |= {client.secret for client in world.clients.values() if client.secret is not None}
    found |= {message.code for message in messages(simulation.state)}
    found |= {text for entry in simulation.cloud.log if isinstance(entry, Outcome) for text in _secret_texts(entry)}
    found |= {value for name, value in _named(json.loads(line) for line in journal.splitlines()) if name in _SAID}
    assert [text for text in sorted(found) if len(text) > 5 and text in copied] == []
    assert read(tmp_path / "run").entries[-1].call in (None, json.loads(copied.splitlines()[-1]).get("call"))


#: What clients say that nobody else may know.
_SAID = frozenset(("Password", "PASSWORD", "NEW_PASSWORD", "ProposedPassword", "PreviousPassword", "password"))


def _secret_texts(outcome: Outcome) -> list[str]:
    return [text for name, text in _named(outcome.response) if name in _SECRET_MEMBERS]


def _named(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a value, with the name of the member it stands in."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _named(inner, key)
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for inner in value:
            yield from _named(inner, name)


def test_a_literal_beside_a_reference_and_a_strange_map_are_redacted(world: World) -> None:
    """What a resumed server writes, and keys that begin with a dollar."""
    sim = Simulation(world)
    sim.cloud.submit(Call("sts:GetCallerIdentity", {}))
    app = next(iter(world.clients))
    header = {"cogsim-journal": 1, "cogsim": "0", "botocore": "0", "seed": "s", "start": 0.0, "world": "w"}
    params = {
        "AccessToken": {"$from": [2, ["A"], "a-token-of-somebody"]},
    }
    strange = {"ClientId": app, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": {"$map": [["$odd", "hush-hush"]]}}
    answer = {"error": None, "outline": "o", "digest": "d"}
    made = [
        {"call": "cognito-idp:GetUser", "params": params, "as": None, "from": {}, "at": 1.0, "answer": answer},
        {"call": "cognito-idp:InitiateAuth", "params": strange, "as": None, "from": {}, "at": 1.0, "answer": answer},
    ]
    text = b"".join(json.dumps(line).encode() + b"\n" for line in (header, *made))
    copied = redacted(text, "run")[0].decode()
    assert "a-token-of-somebody" not in copied
    assert "hush-hush" not in copied
    assert '"$from":[2,["A"]]' in copied
