"""A published template with an API behind IAM: which role may call which route, as its own statements say."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.analysis.can import can
from cogsim.analysis.sessions import passages
from cogsim.decision import Decision
from cogsim.decisions.authorization import unresolved
from cogsim.decisions.caller import RoleSession
from cogsim.load import load
from cogsim.policy.layers import Result
from cogsim.world.world import World

TEMPLATE = Path(__file__).parents[2] / "../shared/real_inputs/cfn/sam-cognito-apigw-angular.yaml"
pytestmark = pytest.mark.skipif(not TEMPLATE.exists(), reason="the published templates are not beside the checkout")


#: A person in the group of the template, in the same stack.
PERSON = """
Resources:
  Carol:
    Type: AWS::Cognito::UserPoolUser
    Properties: {UserPoolId: !Ref CognitoUserPool, Username: carol}
  CarolInGroup:
    Type: AWS::Cognito::UserPoolUserToGroupAttachment
    Properties: {UserPoolId: !Ref CognitoUserPool, Username: !Ref Carol, GroupName: !Ref CognitoCIPGroup}
"""

#: The attachment that the template's author would write to let groups choose the role.
BY_TOKEN = """
Resources:
  Pool2:
    Type: AWS::Cognito::IdentityPool
    Properties:
      AllowUnauthenticatedIdentities: false
      CognitoIdentityProviders:
        - {ClientId: !Ref CognitoUserPoolClient, ProviderName: !GetAtt CognitoUserPool.ProviderName}
  Pool2Roles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId: !Ref Pool2
      Roles: {authenticated: !GetAtt GoogleRole.Arn}
      RoleMappings:
        people:
          IdentityProvider: !Sub "${CognitoUserPool.ProviderName}:${CognitoUserPoolClient}"
          Type: Token
          AmbiguousRoleResolution: Deny
"""


def _world(tmp_path: Path, *fragments: str) -> World:
    paths = [TEMPLATE]
    for number, text in enumerate(fragments):
        paths.append(tmp_path / f"ours-{number}.yaml")
        paths[-1].write_text(text, encoding="utf-8")
    return load(*paths)


def _invoke(world: World, who: str, route: str) -> Decision[Result]:
    (api,) = world.rest_apis.values()
    return can(world, who, "execute-api:Invoke", f"{api.arn}/demo/{route}")


@pytest.mark.parametrize(
    ("who", "allowed", "refused"), [("GoogleRole", "google", "cip"), ("CUPGroupRole", "cip", "google")]
)
def test_each_role_may_call_its_own_routes_only(tmp_path: Path, who: str, allowed: str, refused: str) -> None:
    world = _world(tmp_path)
    for method in ("GET", "POST"):
        assert _invoke(world, who, f"{method}/{allowed}").value is Result.ALLOWED
        assert _invoke(world, who, f"{method}/{refused}").value is Result.IMPLICITLY_DENIED
    assert _invoke(world, who, f"DELETE/{allowed}").value is Result.IMPLICITLY_DENIED


def test_the_line_of_the_template_is_named(tmp_path: Path) -> None:
    location = _invoke(_world(tmp_path), "GoogleRole", "GET/google").deciding[-1].location
    assert location is not None
    lines = TEMPLATE.read_text(encoding="utf-8").splitlines()
    assert "*/GET/google" in " ".join(lines[location.line - 1 : location.line + 4])


def test_a_guest_is_refused_where_the_pool_says_so(tmp_path: Path) -> None:
    answer = _invoke(_world(tmp_path), "guest(CognitoIdPool)", "GET/google")
    assert answer.value is Result.IMPLICITLY_DENIED
    (step,) = answer.deciding
    assert step.question == "does the pool admit guests?"
    assert step.location is not None
    assert "AllowUnauthenticatedIdentities" in TEMPLATE.read_text(encoding="utf-8").splitlines()[step.location.line - 1]


def test_the_role_of_a_group_is_not_used_without_a_mapping(tmp_path: Path) -> None:
    world = _world(tmp_path, PERSON)
    (passage,) = passages(world, "carol")
    assert isinstance(passage.caller, RoleSession)
    assert "GoogleRole" in passage.caller.role_arn
    asked = [step for step in passage.outcome.steps if step.question == "how does the pool choose the role?"]
    assert [step.answer for step in asked] == ["by its default"]
    assert _invoke(world, "carol", "GET/google").value is Result.ALLOWED
    assert _invoke(world, "carol", "GET/cip").value is Result.IMPLICITLY_DENIED


def test_the_role_of_a_group_is_used_by_a_token_mapping_if_it_trusts_the_pool(tmp_path: Path) -> None:
    world = _world(tmp_path, PERSON, BY_TOKEN)
    answer = _invoke(world, "carol via Pool2", "GET/cip")
    facts = [dict(step.facts) for step in answer.steps if ("claim", "cognito:preferred_role") in step.facts]
    assert "CUPGroupRole" in facts[0]["role"]
    # the role's trust policy names the template's own identity pool, so another pool gets no session of it
    assert answer.value is Result.IMPLICITLY_DENIED
    assert any(step.question == "does STS give the identity pool a session?" for step in answer.steps)


def test_the_routes_and_what_guards_them_are_read(tmp_path: Path) -> None:
    (api,) = _world(tmp_path).rest_apis.values()
    guards = {f"{verb} {api.path_of(place)}": method.authorization for (place, verb), method in api.methods.items()}
    assert {route: kind for route, kind in guards.items() if kind != "NONE"} == {
        "GET /cip": "AWS_IAM",
        "POST /cip": "AWS_IAM",
        "GET /cip/info": "COGNITO_USER_POOLS",
        "GET /cup": "COGNITO_USER_POOLS",
        "POST /cup": "COGNITO_USER_POOLS",
        "GET /google": "AWS_IAM",
        "POST /google": "AWS_IAM",
    }
    assert {route.partition(" ")[0] for route, kind in guards.items() if kind == "NONE"} == {"OPTIONS"}
    assert sorted(api.stages) == ["Stage", "demo"]


def test_the_stage_that_the_transform_adds_is_outside_the_roles(tmp_path: Path) -> None:
    world = _world(tmp_path)
    (api,) = world.rest_apis.values()
    route = f"{api.arn}/Stage/GET/google"
    answer = can(world, "GoogleRole", "execute-api:Invoke", route)
    assert answer.value is Result.ALLOWED  # its statements name every stage by a wildcard
    assert unresolved(answer) == ()
