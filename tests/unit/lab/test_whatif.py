"""What if: a run's calls on a world with one thing changed, and which line of it settles what comes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import cogsim
from cogsim.aws.journal import write
from cogsim.errors import InputError
from cogsim.lab.whatif import WhatIf, whatif
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.world import World

_WORLDS = Path(__file__).parents[1] / "aws" / "worlds"
_EMAIL, _PASSWORD = "alice@example.com", "Correct-Horse-1"


@pytest.fixture(scope="module")
def world() -> World:
    return load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")


@pytest.fixture(scope="module")
def journal(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice signs up and in, takes credentials, writes and reads an object; a guest may not; an operator lists."""
    sim = Simulation(world, "what-if")
    app = next(client.id for client in world.clients.values() if client.secret is None)
    who = {"ClientId": app, "Username": _EMAIL}
    email = [{"Name": "email", "Value": _EMAIL}]
    sim.call("cognito-idp:SignUp", {**who, "Password": _PASSWORD, "UserAttributes": email})  # line 2
    (sent,) = sim.mailbox(_EMAIL)
    sim.call("cognito-idp:ConfirmSignUp", {**who, "ConfirmationCode": sent.code})
    alice = sim.sign_in(_EMAIL, client=app, password=_PASSWORD)
    session = sim.credentials(alice)
    place = {"Bucket": "door-data", "Key": f"{session.identity_id}/note"}
    sim.call("s3:PutObject", {**place, "Body": b"hello"}, session)
    sim.call("s3:GetObject", place, session)
    sim.advance("10m")
    sim.call("cognito-idp:GetUser", {"AccessToken": sim.refresh(alice).access_token})
    sim.call("s3:ListObjectsV2", {"Bucket": "door-data"}, "operator")
    path = tmp_path_factory.mktemp("whatif") / "run.journal"
    write(sim.cloud, path)
    return path


def changed(tmp_path: Path, *changes: tuple[str, str]) -> World:
    """The world with words of its template changed."""
    text = (_WORLDS / "door.yaml").read_text()
    for was, now in changes:
        assert was in text
        text = text.replace(was, now)
    (tmp_path / "door.yaml").write_text(text)
    return load(tmp_path / "door.yaml", _WORLDS / "other.yaml")


def told(found: WhatIf) -> list[tuple[str, str, str]]:
    return [(row.operation, row.was, row.now) for row in found.changed]


def test_on_the_same_world_all_is_the_same(world: World, journal: Path) -> None:
    found = cogsim.replay(journal, world)
    assert (found.rows, found.notices) == ((), ())
    assert str(found) == "11 calls: the same"
    assert len(found.table) == 0
    assert "the same" in found._repr_html_()


def test_another_seed_gives_other_tokens_and_the_same_outcomes(world: World, journal: Path) -> None:
    found = whatif(journal, world, seed="another")
    assert found.changed == ()
    words = ("proof was computed", "gives no", "perhaps since line 5 was not made as it was")
    assert all(any(word in row.now for word in words) for row in found.unknown)


def test_a_permission_that_is_taken_away_denies_and_the_policy_says_where(
    world: World, journal: Path, tmp_path: Path
) -> None:
    tightened = changed(tmp_path, ("Action: [s3:GetObject, s3:PutObject]", "Action: [s3:PutObject]"))
    found = whatif(journal, tightened, before=world)
    assert told(found) == [("s3:GetObject", "answered", "AccessDenied")]
    (row,) = found.changed
    assert row.line == 9
    assert row.who.startswith("arn:aws:sts::111111111111:assumed-role/Member/")
    assert row.because is not None
    assert row.before is not None
    assert row.before.location is not None
    assert row.before.location.file.endswith("worlds/door.yaml")
    assert found.unknown == ()
    assert "└ before: " in str(found)
    assert str(found).endswith("11 calls: 1 changed")


def test_a_statement_that_denies_is_named_with_its_line(world: World, journal: Path, tmp_path: Path) -> None:
    deny = '{Effect: Deny, Action: "s3:ListBucket", Resource: "*"}'
    statement = '- {Effect: Allow, Action: "sts:*", Resource: "*"}'
    found = whatif(journal, changed(tmp_path, (statement, f"{statement}\n              - {deny}")))
    assert told(found) == [("s3:ListObjectsV2", "answered", "AccessDenied")]
    (row,) = found.changed
    assert row.because is not None
    assert row.because.location is not None
    number = (tmp_path / "door.yaml").read_text().splitlines().index(f"              - {deny}") + 1
    assert (row.because.location.file, row.because.location.line) == (str(tmp_path / "door.yaml"), number)
    assert f"door.yaml:{number}" in str(found)
    assert found.table.iloc[0]["where"].startswith(f"{tmp_path}/door.yaml:{number}")


def test_a_trust_policy_that_refuses_takes_what_rests_on_it_along(world: World, journal: Path, tmp_path: Path) -> None:
    condition = 'StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Identities}'
    tightened = changed(
        tmp_path,
        (condition, condition + '\n            ForAnyValue:StringLike: {"cognito-identity.amazonaws.com:amr": mfa}'),
    )
    found = whatif(journal, tightened)
    assert [(row.operation, row.was.partition(" as ")[0], row.now) for row in found.changed] == [
        ("cognito-identity:GetCredentialsForIdentity", "answered", "InvalidIdentityPoolConfigurationException"),
    ]
    assert found.changed[0].because is not None
    assert [row.operation for row in found.unknown] == ["s3:PutObject", "s3:GetObject", "s3:ListObjectsV2"]
    assert all("gives no Credentials" in row.now for row in found.unknown[:2])
    assert {row.who for row in found.unknown[:2]} == {"a session"}
    assert found.unknown[2].now == "another answer, perhaps since line 8 was not made as it was"


def test_another_role_of_an_identity_pool_is_another_outcome_and_its_own_ids_are_used(
    world: World, journal: Path, tmp_path: Path
) -> None:
    found = whatif(
        journal, changed(tmp_path, ("authenticated: !GetAtt Member.Arn}", "authenticated: !GetAtt Guest.Arn}"))
    )
    role = "answered as arn:aws:iam::111111111111:role/"
    assert told(found) == [
        ("cognito-identity:GetCredentialsForIdentity", f"{role}Member", f"{role}Guest"),
        ("s3:PutObject", "answered", "AccessDenied"),
        ("s3:GetObject", "answered", "AccessDenied"),
        ("s3:ListObjectsV2", "answered", "another answer"),  # nothing was put
    ]
    assert found.unknown == ()
    assert found.rows[1].who.startswith("arn:aws:sts::111111111111:assumed-role/Guest/")


def test_what_a_changed_world_comes_to_that_is_not_modelled_is_unknown(
    world: World, journal: Path, tmp_path: Path
) -> None:
    names = "      UsernameAttributes: [email]"
    trigger = "      LambdaConfig: {PreSignUp: 'arn:aws:lambda:eu-central-1:111111111111:function:f'}"
    found = whatif(journal, changed(tmp_path, (names, f"{names}\n{trigger}")))
    assert found.rows[0].operation == "cognito-idp:SignUp"
    assert not found.rows[0].known
    assert "is not modelled" in found.rows[0].now


def test_the_world_before_has_to_be_the_runs_own(world: World, journal: Path, tmp_path: Path) -> None:
    other = changed(tmp_path, ("Action: [s3:GetObject, s3:PutObject]", "Action: [s3:PutObject]"))
    with pytest.raises(InputError, match="another world"):
        whatif(journal, world, before=other)


def test_no_secret_of_the_run_is_printed(world: World, journal: Path, tmp_path: Path) -> None:
    found = whatif(journal, changed(tmp_path, ("s3:GetObject, s3:PutObject]", "s3:PutObject]")), before=world)
    assert _PASSWORD not in str(found) + str(found.to_dict()) + found._repr_html_() + repr(found)
