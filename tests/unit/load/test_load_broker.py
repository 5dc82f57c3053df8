"""Cogsim::Broker: what is read, what is refused with its line, and what is written back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.errors import InputError, Location
from cogsim.frozen import freeze
from cogsim.load import load
from cogsim.world.template import dump

PORTAL = """
Resources:
  Server: {Type: AWS::IAM::User, Properties: {UserName: server}}
  Role:
    Type: AWS::IAM::Role
    Properties: {AssumeRolePolicyDocument: {Statement: [{Effect: Allow, Principal: "*", Action: sts:AssumeRole}]}}
  Portal:
    Type: Cogsim::Broker
    Properties:
      Principal: !GetAtt Server.Arn
      Wishes: {folder: [], view: [drafts]}
      People:
        alice: {Password: secret-1, Tenant: acme, Groups: [staff], Attributes: {team: red}}
        oscar: {Password: secret-2, Enabled: false}
      Rules:
        - RoleArn: !GetAtt Role.Arn
          Tags: {team: "{attributes.team}"}
          Policy:
            Version: "2012-10-17"
            Statement:
              - {Effect: Allow, Action: "s3:*", Resource: "arn:aws:s3:::data/{tenant}/{wish.folder}/${aws:userid}"}
        - Operation: GetFederationToken
          Name: partner
          Groups: [partners]
          DurationSeconds: 7200
"""
MISTAKES = "  Wrong: {Type: Cogsim::BrokerMistakes, Properties: {Broker: %s, Mistakes: [%s]}}\n"


def test_a_broker_is_read_with_its_people_and_rules_and_their_lines(world_of: Any) -> None:
    world = world_of(PORTAL)
    broker = world.brokers["Portal"]
    assert broker.principal_arn == "arn:aws:iam::123456789012:user/server"
    assert (broker.people["alice"].tenant, broker.people["alice"].attributes["team"]) == ("acme", "red")
    assert [broker.people[name].enabled for name in ("alice", "oscar")] == [True, False]
    documents, partner = broker.rules
    assert (documents.name, documents.operation, documents.session_name) == ("0", "AssumeRole", "{user}")
    assert documents.policy["Statement"][0]["Resource"] == "arn:aws:s3:::data/{tenant}/{wish.folder}/${aws:userid}"
    assert (partner.name, partner.duration, partner.groups) == ("partner", 7200, ("partners",))
    assert dict(broker.wishes) == {"folder": (), "view": ("drafts",)}
    assert broker.mistakes == ()
    assert documents.origin.at("Policy.Statement.0.Resource") == Location("a.yaml", 21, 49)
    assert broker.people["oscar"].origin.location == Location("a.yaml", 14, 9)
    assert world.completeness.warnings == ()
    assert "secret-1" not in repr(broker)


def test_mistakes_stand_beside_the_broker_with_a_line_each(world_of: Any) -> None:
    broker = world_of(PORTAL + MISTAKES % ("Portal", "long-term-keys, no-session-policy")).brokers["Portal"]
    assert broker.mistakes == ("long-term-keys", "no-session-policy")
    assert broker.makes("no-session-policy")
    assert not broker.makes("client-chooses-tenant")
    assert broker.mistake_at("no-session-policy").line == 26


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("{tenant}", "{tennant}", "speaks of {tennant}; there are {tenant}, {user}", 18),
        ("{wish.folder}", "{wish.foler}", "speaks of {wish.foler}, which is not among the Wishes", 18),
        ("{attributes.team}", "{attributes}", "speaks of {attributes}", 17),
        ('Action: "s3:*"', '"{user}": x', "has a variable in a key", 18),
        ("RoleArn: !GetAtt Role.Arn", "Name: documents", "AssumeRole needs RoleArn", 16),
        ("Name: partner", "RoleArn: x", "GetFederationToken takes no RoleArn", 23),
        ("Name: partner", "ExternalId: x-1", "GetFederationToken takes no ExternalId", 23),
        ("Operation: GetFederationToken", "Operation: GetFederatedToken", "must be one of", 22),
        ("Name: partner", 'Name: "0"', "'0' names two rules", 23),
        ("Password: secret-2, ", "", "Password", 14),
        ("Principal: !GetAtt Server.Arn", "Principal: server", "must be the ARN of an IAM user or role", 10),
        ("view: [drafts]", "view: drafts", "a list of values", 11),
        ("Tenant: acme", "Tennant: acme", "unknown property 'Tennant'", 13),
        ("Policy:\n", "Policy: text\n          Nothing:\n", "unknown property 'Nothing'", 19),
        ('Tags: {team: "{attributes.team}"}', "PolicyArns: {}", "must be a list", 17),
    ],
)
def test_what_no_broker_can_be_is_refused_at_its_line(
    world_of: Any, old: str, new: str, message: str, line: int
) -> None:
    assert old in PORTAL
    with pytest.raises(InputError) as error:
        world_of(PORTAL.replace(old, new))
    assert message in str(error.value)
    assert error.value.location is not None
    assert error.value.location.line == line


@pytest.mark.parametrize(
    ("broker", "mistakes", "message"),
    [
        ("Portal", "long-term-key", "did you mean 'long-term-keys'?"),
        ("Portl", "long-term-keys", "no broker is called 'Portl' (did you mean 'Portal'?)"),
    ],
)
def test_mistakes_that_nobody_makes_are_refused(world_of: Any, broker: str, mistakes: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        world_of(PORTAL + MISTAKES % (broker, mistakes))
    assert message in str(error.value)


def test_a_broker_that_runs_as_a_role_has_no_keys_to_hand_out(world_of: Any) -> None:
    text = PORTAL.replace("Principal: !GetAtt Server.Arn", "Principal: !GetAtt Role.Arn")
    assert world_of(text).brokers["Portal"].runs_as_role
    with pytest.raises(InputError, match="no long-term keys"):
        world_of(text + MISTAKES % ("Portal", "long-term-keys"))


def test_a_broker_with_its_mistakes_is_written_as_it_was_read(world_of: Any, tmp_path: Path) -> None:
    world = world_of(PORTAL + MISTAKES % ("Portal", "unescaped-substitution"))
    for name, text in dump(world).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    again = load(*sorted(tmp_path.glob("*.json")))
    assert again.brokers == world.brokers
    assert again.brokers["Portal"].rules[0].policy == freeze(world.brokers["Portal"].rules[0].policy)
