"""What a run tells of its leaks: a table that stays readable, whose rows reached whom, and the steps that it takes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import cogsim
from cogsim.cli.commands.run import command
from cogsim.scenario.load import loads
from cogsim.scenario.result import Run
from cogsim.scenario.run import play, run
from cogsim.scenario.shortest import shortest

PATTERNS = Path(__file__).parents[3] / "scenarios" / "patterns"
CROWD = """
Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: crowd}}
Resources:
  Rows:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: rows
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: N}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]
  Items:
    Type: Cogsim::Items
    Properties: {Table: !Ref Rows, Count: 90, Item: {pk: "t${n%3}", sk: "${n}", text: "row ${n}"}}
  Ann:
    Type: AWS::IAM::User
    Properties:
      UserName: ann
      Policies:
        - PolicyName: all
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Sid: Everything, Effect: Allow, Action: "dynamodb:*", Resource: "*"}]
  AnnKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Ann}}
  Whose:
    Type: Cogsim::Tenancy
    Properties: {Owners: [{Table: !Ref Rows, KeyPattern: "${tenant}"}], Members: [{Tenant: t1, People: [ann]}]}
"""


@pytest.fixture
def crowd(tmp_path: Path) -> Run:
    (tmp_path / "world.yaml").write_text(CROWD, encoding="utf-8")
    text = "world: world.yaml\nsteps:\n  - {call: 'dynamodb:Scan', as: ann, with: {TableName: rows}}\n"
    scenario = loads(text, str(tmp_path / "story.yaml"))
    return play(scenario, cogsim.load(tmp_path / "world.yaml"))


def test_of_many_rows_of_one_owner_a_few_are_named_and_the_rest_counted(crowd: Run) -> None:
    text = str(crowd)
    assert "\nt1 reached t0 (30), t2 (30)\n" in text
    table = text.partition("\nt1 reached")[2].partition("not as expected")[0]
    assert table.count("rows[pk t0") == table.count("rows[pk t2") == 10
    assert table.count("… 20 more") == 2
    assert table.count("statement 1 (Everything)") == 1, "what let them all is said once"
    assert len(crowd.leaks) == 60
    assert "… and 35 more" in text
    assert "! 1" in table


def test_the_table_says_whose_rows_reached_whom_and_how() -> None:
    lines = str(run(PATTERNS / "groups" / "index.yaml")).splitlines()
    at = lines.index("acme reached acme-labs (1), globex (1)")
    rows = [line.split() for line in lines[at + 2 :] if line[:1].isdigit()]
    told = [(row[1], row[2], row[3], row[4], row[-2], row[-1]) for row in rows[:2]]
    reached = ("alice", "acme", "content", "dynamodb:Query", "by-status")
    assert told == [(*reached[:2], owner, *reached[2:]) for owner in ("acme-labs", "globex")]
    assert "└ does statement 2 (ByStatus)" in lines[at + 6]
    assert "policies/table-index.yaml:18" in lines[at + 6]


def test_rows_that_a_story_expects_to_leak_have_no_mark() -> None:
    assert "\n! " not in str(run(PATTERNS / "groups" / "scan.yaml"))


SHORTEST = {
    "attribute-and-tags/mutable-claim": [[1, 15, 16, 17, 18], [21, 22, 25]],
    "attribute-and-tags/scan": [[1, 11]],
    "broker/client-chooses-tenant": [[14, 15]],
    "groups/fixed": [],
    "identity-prefix/list": [[2, 6]],
}


@pytest.mark.parametrize("story", sorted(SHORTEST))
def test_the_shortest_story_of_a_leak_has_the_steps_that_it_needs(story: str) -> None:
    played = run(PATTERNS / f"{story}.yaml")
    assert [[step.number for step in found.steps] for found in shortest(played)] == SHORTEST[story]


def test_the_command_prints_the_shortest_stories_where_they_are_asked_for() -> None:
    story = str(PATTERNS / "broker" / "client-chooses-tenant.yaml")
    plain = CliRunner().invoke(command, [story], standalone_mode=False)
    told = CliRunner().invoke(command, [story, "--shortest"], standalone_mode=False)
    assert "shortest story" not in plain.output
    _, _, found = told.output.partition("shortest story of the leak in step 15:\n")
    first, second = (line.split() for line in found.splitlines()[:2])
    assert (first[:3], second[:3]) == (["14", "alice", "broker"], ["15", "other", "s3:GetObject"])
    as_json = CliRunner().invoke(command, [story, "--shortest", "--json"], standalone_mode=False)
    assert json.loads(as_json.output)["runs"][0]["shortest"] == [[14, 15]]
