"""The API of load balancers as administrators call it: boto3 over the portal's world, with people of several rights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cogsim
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.world import World

WORLDS = Path(__file__).resolve().parents[4] / "scenarios" / "worlds"
REGION = "eu-west-1"

PEOPLE = """
Metadata: {cogsim: {partition: aws, account: "111122223333", region: eu-west-1, stack: portal}}
Resources:
"""
USER = """
  NAME:
    Type: AWS::IAM::User
    Properties:
      UserName: NAME
      Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: STATEMENTS}}]
  NAMEKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref NAME}}
"""
ALLOWED = {
    "admin": '[{Effect: Allow, Action: ["elasticloadbalancing:*", "cognito-idp:Describe*"], Resource: "*"}]',
    "blind": '[{Effect: Allow, Action: "elasticloadbalancing:*", Resource: "*"}]',
    "reader": '[{Effect: Allow, Action: "elasticloadbalancing:Describe*", Resource: "*"}]',
    "untagged": (
        '[{Effect: Allow, Action: "elasticloadbalancing:*", Resource: "*"}, '
        '{Effect: Deny, Action: "elasticloadbalancing:AddTags", Resource: "*"}]'
    ),
    "ours": (
        '[{Effect: Allow, Action: "elasticloadbalancing:*", Resource: "*", '
        'Condition: {StringEquals: {"aws:ResourceTag/team": ours}}}]'
    ),
    "secured": (
        '[{Effect: Allow, Action: "elasticloadbalancing:*", Resource: "*"}, '
        '{Effect: Deny, Action: ["elasticloadbalancing:CreateListener", "elasticloadbalancing:ModifyListener"], '
        'Resource: "*", Condition: {StringNotEqualsIfExists: {"elasticloadbalancing:ListenerProtocol": HTTPS}}}]'
    ),
    "inner": (
        '[{Effect: Allow, Action: "elasticloadbalancing:CreateLoadBalancer", '
        'Resource: "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/inner-*", '
        'Condition: {StringEquals: {"elasticloadbalancing:Scheme": internal}}}]'
    ),
}


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> World:
    text = PEOPLE + "".join(USER.replace("NAME", name).replace("STATEMENTS", ALLOWED[name]) for name in ALLOWED)
    path = tmp_path_factory.mktemp("elbv2") / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return load(WORLDS / "load-balancer.yaml", path)


class Desk:
    """An administrator's desk: clients of the API by who sits there, and browsers in front of the load balancer."""

    def __init__(self, world: World) -> None:
        self.sim = Simulation(world, seed="desk")
        self.balancer = next(iter(world.load_balancers))
        self.secure = next(each.arn for each in world.listeners.values() if each.port == 443)
        self.plain = next(each.arn for each in world.listeners.values() if each.port == 80)
        self.group = next(each.arn for each in world.target_groups.values() if each.name == "news")
        self.forward = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.pool = next(iter(world.user_pools.values()))
        self.client = next(iter(world.clients.values()))

    def api(self, who: str = "admin", region: str = REGION) -> Any:
        return cogsim.boto3(self.sim, who, region).client("elbv2")

    def code(self, operation: str, who: str = "admin", **params: Any) -> str:
        """The error that the call is answered with; `ok` without one."""
        name = "".join(part.capitalize() for part in operation.split("_"))
        error = self.sim.submit(f"elbv2:{name}", params, who).error
        self.message = error.message if error is not None else ""
        return error.code if error is not None else "ok"

    def ask(self, url: str, **more: Any) -> Any:
        asked = {"Url": url if "://" in url else f"https://portal.example{url}", **more}
        return self.sim.call("load-balancer:Request", asked)

    def rule(self, priority: int = 77, path: str = "/new", **more: Any) -> dict[str, Any]:
        """The parameters of a rule that forwards."""
        conditions = [{"Field": "path-pattern", "Values": [path]}]
        stated = {"ListenerArn": self.secure, "Priority": priority, "Conditions": conditions, "Actions": self.forward}
        return {**stated, **more}

    def cognito(self, **changed: Any) -> dict[str, Any]:
        """An action that authenticates at the portal's pool."""
        config = {
            "UserPoolArn": self.pool.arn,
            "UserPoolClientId": self.client.id,
            "UserPoolDomain": "portal-people",
            **changed,
        }
        return {"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": config}

    def last(self) -> list[dict[str, Any]]:
        """The forwarding action as the last of two."""
        return [{**self.forward[0], "Order": 2}]


@pytest.fixture
def desk(peopled: World) -> Desk:
    return Desk(peopled)
