"""What happens to the roles whose credentials somebody holds: policies, trust, sessions revoked, deletion."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cogsim.clock import iso
from cogsim.lab.lifetimes.holding import Holding, NotHere
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.simulation import Simulation


def on_roles(change: Callable[[Simulation, str], None]) -> Callable[[Simulation, Holding], None]:
    """The change, made to every role whose credentials the person holds."""

    def happen(sim: Simulation, held: Holding) -> None:
        arns = dict.fromkeys(each.role_arn for each in held.sessions if each.role_arn in sim.world.roles)
        if not arns:
            raise NotHere("the person holds no AWS credentials of a role")
        for arn in arns:
            change(sim, arn)

    return happen


def _iam(sim: Simulation, role_arn: str, operation: str, **params: Any) -> Mapping[str, Any]:
    asked = {"RoleName": sim.world.roles[role_arn].name, **params}
    return sim.call(f"iam:{operation}", asked, operator_for(role_arn))


def _deny(sim: Simulation, role_arn: str, name: str, condition: Mapping[str, Any]) -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", **condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _iam(sim, role_arn, "PutRolePolicy", PolicyName=name, PolicyDocument=document)


def deny_everything(sim: Simulation, role_arn: str) -> None:
    """An inline policy denies everything."""
    _deny(sim, role_arn, "DenyEverything", {})


def revoke_older(sim: Simulation, role_arn: str) -> None:
    """What "Revoke active sessions" in the console writes. # ug:revoke-sessions"""
    older = {"DateLessThan": {"aws:TokenIssueTime": iso(sim.now)}}
    _deny(sim, role_arn, "AWSRevokeOlderSessions", {"Condition": older})


def trust_nobody(sim: Simulation, role_arn: str) -> None:
    """The trust policy denies everybody."""
    actions = ["sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]
    statement = {"Effect": "Deny", "Principal": "*", "Action": actions}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _iam(sim, role_arn, "UpdateAssumeRolePolicy", PolicyDocument=document)


def delete_role(sim: Simulation, role_arn: str) -> None:
    """The role is deleted with its policies."""
    role = sim.world.roles[role_arn]
    for name in role.inline:
        _iam(sim, role_arn, "DeleteRolePolicy", PolicyName=name)
    for arn in role.managed:
        _iam(sim, role_arn, "DetachRolePolicy", PolicyArn=arn)
    _iam(sim, role_arn, "DeleteRole")
