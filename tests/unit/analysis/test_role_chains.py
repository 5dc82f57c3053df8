"""Role chains in static answers: on from a session by AssumeRole, tags handed on, an end to it."""

from __future__ import annotations

from pathlib import Path

import pytest

import cogsim
from cogsim import load
from cogsim.analysis.role_chains import MOST_HOPS
from cogsim.analysis.sessions import passages
from cogsim.decisions.caller import RoleSession
from cogsim.world.world import World

_TEMPLATE = """
Metadata: {{cogsim: {{account: "111122223333", region: eu-west-1, stack: chain}}}}
Resources:
  Acme:
    Type: Cogsim::OidcIssuer
    Properties:
      Url: https://login.acme.example
      Clients: [{{Id: app, Secret: s, RedirectUris: [https://app.example/back]}}]
      Users:
        - Username: cat
          Subject: c-1
          Password: Password-of-cat-1!
          Claims:
            https://aws.amazon.com/tags: {{principal_tags: {{team: [blue]}}, transitive_tag_keys: {transitive}}}
            https://aws.amazon.com/source_identity: cat
  InIam: {{Type: AWS::IAM::OIDCProvider, Properties: {{Url: !Ref Acme, ClientIdList: [app]}}}}
  First:
    Type: AWS::IAM::Role
    Properties:
      RoleName: first
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{Federated: !Ref InIam}}
            Action: [sts:AssumeRoleWithWebIdentity, sts:TagSession, sts:SetSourceIdentity]
            Condition: {{StringEquals: {{"login.acme.example:aud": app}}}}
      Policies: &goes-on
        - PolicyName: on
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - {{Effect: Allow, Action: "sts:*", Resource: "*"}}
              - {{Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::d/${{aws:PrincipalTag/team}}/*"}}
"""
_LINK = """
  Link{number}:
    Type: AWS::IAM::Role
    Properties:
      RoleName: link{number}
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {{AWS: !GetAtt {before}.Arn}}
            Action: [sts:AssumeRole, sts:TagSession, sts:SetSourceIdentity]
      Policies: *goes-on
"""


def chain(tmp_path: Path, links: int, transitive: str = "[team]") -> World:
    names = ["First", *(f"Link{number}" for number in range(1, links + 1))]
    text = _TEMPLATE.format(transitive=transitive)
    text += "".join(_LINK.format(number=number, before=names[number - 1]) for number in range(1, links + 1))
    (tmp_path / "chain.yaml").write_text(text, encoding="utf-8")
    return load(tmp_path / "chain.yaml")


def test_a_session_goes_on_to_every_role_that_admits_it_and_no_further_than_the_bound(tmp_path: Path) -> None:
    found = passages(chain(tmp_path, MOST_HOPS + 2), "cat@Acme")
    roles = [each.caller.role_arn.rpartition("/")[2] for each in found if isinstance(each.caller, RoleSession)]
    assert roles == ["first", "link1", "link2", "link3"]
    assert found[2].via == "Acme for app, straight, as First, then as Link1, then as Link2"
    assert [step.location for step in found[2].outcome.steps if tuple(name for name, _ in step.facts) == ("chained",)]


@pytest.mark.parametrize(("transitive", "allowed"), [("[team]", True), ("[]", False)])
def test_a_tag_goes_along_where_it_is_handed_on(tmp_path: Path, transitive: str, allowed: bool) -> None:
    world = chain(tmp_path, 1, transitive)
    (_, linked) = passages(world, "cat@Acme")
    assert isinstance(linked.caller, RoleSession)
    assert linked.caller.chained
    assert linked.caller.source_identity == "cat"
    assert (dict(linked.caller.session_tags) == {"team": "blue"}) is allowed
    table = cogsim.who_can(world, "s3:GetObject", "arn:aws:s3:::d/blue/x")
    (row,) = table[(table.who == "cat@Acme") & table.via.str.endswith("then as Link1")].to_dict("records")
    assert (row["answer"] == "Allowed") is allowed
