"""Who `--open` names: a user that is made, one of the world, a role; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.load.detect import load
from cogsim.serve.opening import POLICY_NAME, KeyPair, empty_world, open_to
from tests.unit.serve.http.conftest import ADMIN

WORLD = """
Metadata: {cogsim: {account: "111122223333", region: eu-west-1}}
Resources:
  Operator: {Type: "AWS::IAM::User", Properties: {UserName: operator}}
  Key: {Type: "AWS::IAM::AccessKey", Properties: {UserName: !Ref Operator}}
  Job:
    Type: AWS::IAM::Role
    Properties:
      RoleName: job
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: [{Effect: Allow, Principal: {AWS: "111122223333"}, Action: "sts:AssumeRole"}]
"""


@pytest.fixture
def world(tmp_path: Path) -> Any:
    (tmp_path / "world.yaml").write_text(WORLD)
    return load(tmp_path / "world.yaml")


def test_an_empty_world_has_the_principal_with_its_key_and_nothing_else() -> None:
    opened = open_to(empty_world("123456789012", ADMIN), ADMIN, KeyPair("KEY", "SECRET"), make=True)
    assert opened.world.access_keys["KEY"].user_arn == ADMIN
    assert POLICY_NAME in opened.world.users[ADMIN].inline
    assert {user.name for user in opened.world.users.values()} == {"admin"}
    assert not opened.world.roles


def test_a_user_of_the_world_keeps_its_key_and_is_found_by_every_name(world: Any) -> None:
    (held,) = world.access_keys
    for name in ("Operator", "operator", "arn:aws:iam::111122223333:user/operator"):
        opened = open_to(world, name, None, make=False)
        assert opened.keys is not None
        assert opened.keys.id == held


def test_a_role_is_opened_without_keys(world: Any) -> None:
    opened = open_to(world, "job", None, make=False)
    assert opened.keys is None
    (role,) = opened.world.roles.values()
    assert POLICY_NAME in role.inline
    with pytest.raises(InputError, match="no access key"):
        open_to(world, "job", KeyPair("KEY", "S"), make=False)


@pytest.mark.parametrize(
    ("principal", "keys", "words"),
    [
        ("nobody", None, "no user or role is meant"),
        ("arn:aws:iam::111122223333:user/nobody", None, "the world has no"),
        ("arn:aws:s3:::bucket", None, "no user, role or root user"),
        ("operator", KeyPair("ASIAX", "S"), "temporary"),
        ("operator", KeyPair("has space", "S"), "letters and digits"),
        ("operator", KeyPair("KEY", ""), "secret"),
    ],
)
def test_what_makes_no_sense_is_refused(world: Any, principal: str, keys: KeyPair | None, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_to(world, principal, keys, make=False)


def test_a_key_of_somebody_else_is_not_given_away(world: Any) -> None:
    (held,) = world.access_keys
    with pytest.raises(InputError, match="operator's"):
        open_to(world, "arn:aws:iam::111122223333:root", KeyPair(held, "S"), make=False)


def test_a_root_user_is_opened_by_its_key(world: Any) -> None:
    opened = open_to(world, "arn:aws:iam::111122223333:root", KeyPair("KEY", "S"), make=False)
    assert opened.world.access_keys["KEY"].user_arn == "arn:aws:iam::111122223333:root"


def test_accounts_and_partitions_are_checked() -> None:
    with pytest.raises(InputError, match="twelve digits"):
        empty_world("12", None)
    with pytest.raises(InputError, match="not of account"):
        empty_world("210987654321", ADMIN)
    with pytest.raises(InputError, match="partition"):
        empty_world("123456789012", "arn:aws-mars:iam::123456789012:user/admin")
    assert empty_world("123456789012", "arn:aws-cn:iam::123456789012:user/admin").home.region == "cn-north-1"
