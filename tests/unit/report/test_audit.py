"""The report of a world: complete, reproducible, and safe to open whatever a user is called."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cogsim.analysis.invariants import check
from cogsim.attacks.attack import Opening, Played
from cogsim.errors import InputError, Location
from cogsim.lint.finding import Confidence, Finding, Place, Severity, TraceStep
from cogsim.load import load
from cogsim.report.audit import report
from cogsim.world.world import World

NASTY = "<script>alert(1)</script>|[x](http://e.example)"

TEMPLATE = """
Resources:
  Users: {Type: "AWS::Cognito::UserPool"}
  Spa: {Type: "AWS::Cognito::UserPoolClient", Properties: {UserPoolId: !Ref Users}}
  Eve:
    Type: AWS::Cognito::UserPoolUser
    Properties: {UserPoolId: !Ref Users, Username: "<script>alert(1)</script>|[x](http://e.example)"}
  Identities:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders: [{ClientId: !Ref Spa, ProviderName: !GetAtt Users.ProviderName}]
  Choice:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties: {IdentityPoolId: !Ref Identities, Roles: {authenticated: !GetAtt Reader.Arn}}
  Reader:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Federated: cognito-identity.amazonaws.com}
            Action: sts:AssumeRoleWithWebIdentity
            Condition: {StringEquals: {"cognito-identity.amazonaws.com:aud": !Ref Identities}}
      ManagedPolicyArns: ["arn:aws:iam::123456789012:policy/not-here"]
      Policies:
        - PolicyName: read
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::papers/open/*"}]
  Papers: {Type: "AWS::S3::Bucket", Properties: {BucketName: papers}}
  Api: {Type: "AWS::ApiGateway::VpcLink"}
"""

FINDING = Finding(
    "a-attr-self-escalation",
    f"A person may write {NASTY}",
    Severity.CRITICAL,
    Confidence.PROVED,
    "custom:tenant chooses the role.",
    (Place(Location("world.yaml", 7, 3), f"WriteAttributes {NASTY}"),),
    (TraceStep("eve", "cognito-idp:UpdateUserAttributes", "done"), TraceStep("eve", "s3:GetObject", "read | it")),
    "Take custom:tenant out of WriteAttributes.",
    ("ci:rbac",),
)

PLAYED = (Played(FINDING.rule, Opening("custom:tenant=globex through Spa", ()), FINDING),)

FILES = ["audit.html", "audit.md", "audit.json", "graph.svg", "graph.mmd"]


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "world.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


@pytest.fixture
def world(template: Path) -> World:
    return load(template)


class _Page(HTMLParser):
    """What a page holds: its elements, and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.fetched += [str(value) for name, value in attributes if name in ("src", "href", "action", "data")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_report_is_five_files(world: World, template: Path, tmp_path: Path) -> None:
    paths = report(world, tmp_path / "out", played=PLAYED)
    assert [path.name for path in paths] == FILES
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "world.yaml"]


def test_no_name_becomes_markup(world: World, tmp_path: Path) -> None:
    html, markdown, *_ = report(world, tmp_path / "out", played=PLAYED)
    page = _Page(html.read_text(encoding="utf-8"))
    assert "script" not in page.elements
    assert all(address.startswith("#") for address in page.fetched)
    assert any(NASTY in words for words in page.words)
    text = markdown.read_text(encoding="utf-8")
    assert not re.search(r"(?<!\\)(<script|\]\(http)", text)
    rows = [line for line in text.splitlines() if line.startswith("| ") and "alert" in line]
    assert rows
    for row in rows:
        assert row.replace("\\|", "").count("|") in (3, 5, 8)


def test_the_facts_are_all_there(world: World, template: Path, tmp_path: Path) -> None:
    report(world, tmp_path / "out", played=PLAYED)
    facts = json.loads((tmp_path / "out/audit.json").read_text(encoding="utf-8"))
    assert facts["inputs"] == [{"file": str(template), "SHA-256": hashlib.sha256(TEMPLATE.encode()).hexdigest()}]
    assert [row["program"] for row in facts["versions"]] == ["cogsim", "botocore"]
    assert [row["logical id"] for row in facts["not_modelled"]] == ["Api"]
    assert facts["unresolved"] == [{"what": "arn:aws:iam::123456789012:policy/not-here"}]
    assert facts["findings"][0]["rule"] == FINDING.rule
    allowed = [row for row in facts["access"] if row["answer"] == "Allowed" and row["who"].endswith("@Users")]
    assert [(row["action"], row["resource"]) for row in allowed] == [
        ("s3:GetObject", "arn:aws:s3:::papers/open/cogsim-probe")
    ]
    line = int(allowed[0]["where"].split(":")[-2])
    assert "s3:GetObject" in TEMPLATE.splitlines()[line - 1]
    assert {row["id"] for row in facts["sources"]} >= {"ci:rbac", "ug:eval-logic"}


def test_the_attacks_are_played_and_what_came_of_them_is_told(tmp_path: Path) -> None:
    attack = Path(__file__).parents[3] / "scenarios/attacks/a-attr-self-escalation/world"
    for client, result in (("vulnerable", "succeeded"), ("fixed", "refused")):
        report(load(attack / "application.yaml", attack / f"client-{client}.yaml"), tmp_path / client)
        facts = json.loads((tmp_path / client / "audit.json").read_text(encoding="utf-8"))
        assert [row["result"] for row in facts["attacks_played"]] == [result]
        assert len(facts["findings"]) == (result == "succeeded")
    vulnerable = json.loads((tmp_path / "vulnerable" / "audit.json").read_text(encoding="utf-8"))
    operations = [operation for _, operation, _ in vulnerable["findings"][0]["trace"]]
    assert "cognito-idp:UpdateUserAttributes custom:tenant=globex" in operations


def test_what_was_checked_is_shown(world: World, tmp_path: Path) -> None:
    two = load(Path(__file__).parents[3] / "scenarios/worlds/saas.yaml")
    bucket = next(iter(two.buckets))
    spec = {"by": "custom:tenant", "resources": f"arn:aws:s3:::{bucket}/${{tenant}}/*"}
    html = report(two, tmp_path / "out", invariants=(check(two, "tenants_isolated", spec),))[0]
    assert "not proved" in html.read_text(encoding="utf-8")


def test_a_second_report_replaces_the_first_with_the_same_bytes(world: World, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in report(world, tmp_path / "out", played=PLAYED)]
    assert [path.read_bytes() for path in report(world, tmp_path / "out", played=PLAYED)] == first


def test_the_bytes_do_not_follow_the_hash_seed(template: Path, tmp_path: Path) -> None:
    code = "import sys, cogsim; cogsim.report(cogsim.load('world.yaml'), sys.argv[1])"
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])}
        subprocess.run([sys.executable, "-c", code, seed], cwd=tmp_path, env=environment, check=True)
    for name in FILES:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_bad_targets_and_inputs_write_nothing(world: World, template: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a file"):
        report(world, template)
    with pytest.raises(InputError, match="cannot read the input"):
        report(replace(world, files=("absent.yaml",)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_world_of_nothing_has_a_report(tmp_path: Path) -> None:
    assert len(report(World(), tmp_path / "out")) == 5


def test_what_no_question_was_about_is_listed(world: World, tmp_path: Path) -> None:
    text = TEMPLATE.replace(
        "Action: s3:GetObject, Resource", 'Action: [s3:GetObject, "s3:Put*", "execute-api:Invoke"], Resource'
    )
    text = text.replace("Resources:", 'Metadata: {cogsim: {stack: "s"}}\nResources:', 1)
    (tmp_path / "other.yaml").write_text(text, encoding="utf-8")
    _, _, facts, *_ = report(load(tmp_path / "other.yaml"), tmp_path / "out", played=PLAYED)
    (row,) = json.loads(facts.read_text(encoding="utf-8"))["not_asked"]
    assert (row["on"], row["policy"], row["actions"]) == ("Reader", "read", "s3:Put*, execute-api:Invoke")
    assert row["where"].endswith(":32:25")
    _, _, facts, *_ = report(world, tmp_path / "asked", played=PLAYED)
    assert json.loads(facts.read_text(encoding="utf-8"))["not_asked"] == []


def test_that_nothing_was_played_is_not_that_nothing_succeeded(world: World, tmp_path: Path) -> None:
    refused = (replace(PLAYED[0], finding=None),)
    for played, words in ((refused, "No attack succeeded."), ((), "none was played")):
        html, markdown, *_ = report(world, tmp_path / "out", played=played)
        assert words in html.read_text(encoding="utf-8")
        assert words in markdown.read_text(encoding="utf-8")
