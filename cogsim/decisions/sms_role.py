"""May a user pool send text messages as the role it names?

1. The role's trust policy must let the user pools' service become it, under the pool's ExternalId: without that id any
   account could have the service send at this role's expense (the confused deputy).
2. The role's own policies must let it publish to phone numbers, which no ARN names.
3. A role that is not in the world, or whose policies are not, is believed unless assumed otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal
from cogsim.decisions.authorization import gather, unknown_policy_steps
from cogsim.decisions.caller import RoleSession, principal_of
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.policy.layers import Layers, NamedPolicy, ResourceRule
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values
from cogsim.world.iam import Role
from cogsim.world.world import World

_SERVICE = "cognito-idp.amazonaws.com"
_SOURCE = "idp:mfa§sms"
_UNKNOWN = "cognito.smsRoleUnknown"
_NO_TRUST = Refusal(
    "InvalidSmsRoleTrustRelationshipException",
    "Role does not have a trust relationship allowing Cognito to assume the role",
)
_NO_ACCESS = Refusal("InvalidSmsRoleAccessPolicyException", "Role does not have permission to publish with SNS")


def check_sms_role(world: World, pool_arn: str, sms: Mapping[str, Any]) -> Check:
    """Whether the pool may send as SnsCallerArn of its SmsConfiguration. # idp:mfa §sms"""
    question, arn = "may the pool send text messages as this role?", str(sms.get("SnsCallerArn") or "")
    if not arn:
        return passed(question, "it names none", _SOURCE, answer="it names none")
    role = world.roles.get(arn)
    if role is None:
        found = f"{arn} is not in the world"
        if choice(_UNKNOWN) == "believed":
            return passed(question, found, _SOURCE, assumption=_UNKNOWN)
        return refused(_NO_TRUST, question, found, _SOURCE, assumption=_UNKNOWN)
    trusts = _trusts(role, pool_arn, sms.get("ExternalId"))
    if not trusts.value:
        return _with(refused(_NO_TRUST, question, f"{arn} does not trust {_SERVICE}", _SOURCE), trusts)
    publishes = _publishes(world, role)
    if not publishes.value:
        return _with(refused(_NO_ACCESS, question, f"{arn} may not publish", _SOURCE), trusts, publishes)
    return _with(passed(question, arn, _SOURCE), trusts, publishes)


def _with(check: Check, *before: Decision[bool]) -> Check:
    return Decision(check.value, (*(step for each in before for step in each.steps), *check.steps))


def _trusts(role: Role, pool_arn: str, external_id: str | None) -> Decision[bool]:
    """Argument 1."""
    account = Arn.parse(role.arn).account
    keys = {"aws:SourceArn": pool_arn, "aws:SourceAccount": Arn.parse(pool_arn).account}
    given = keys | ({"sts:ExternalId": external_id} if external_id else {})
    context = Context({name: Values((value,)) for name, value in given.items()})
    trust = NamedPolicy(f"trust policy of {role.arn}", role.trust)
    asked = Request(Principal(PrincipalKind.SERVICE, _SERVICE), "sts:AssumeRole", role.arn, account, context)
    answer = decide(Layers(resource=trust, resource_rule=ResourceRule.TRUST), asked)
    return Decision(answer.value.allowed, answer.steps)


def _publishes(world: World, role: Role) -> Decision[bool]:
    """Argument 2."""
    session = RoleSession(role.arn, role.unique_id, "cognito-idp")
    asked = Request(principal_of(session), "sns:Publish", "*", Arn.parse(role.arn).account, wildcard_only=True)
    answer = decide(gather(world, session, "*"), asked)
    unknown = unknown_policy_steps(world, session)
    believed = bool(unknown) and choice(_UNKNOWN) == "believed"
    return Decision(answer.value.allowed or believed, (*unknown, *answer.steps))
