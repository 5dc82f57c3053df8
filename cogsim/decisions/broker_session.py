"""The session that a broker's call gives, without making it: the checks of the service in the order it makes them.

1. The broker signs as the principal whose credentials it holds: an IAM user with an active key, or a role that EC2 may
   run as. Where it holds none, nobody gets anything.
2. The parameters have the forms that the service takes.
3. The caller may make the call, and the role's trust policy agrees; then durations, session policies, tags.

A running cloud makes the same decisions at its door. # sts:AssumeRole, sts:GetFederationToken
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.decision import Decision, Location, Refusal, Step, decided
from cogsim.decisions.authorization import authorise
from cogsim.decisions.broker_call import Grant
from cogsim.decisions.broker_forms import check_forms
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, FederatedUser, IamUser, RoleSession, Service, caller_account, caller_arn
from cogsim.decisions.federation import federated_arn, federation_keys, tags_of_federation
from cogsim.decisions.role_request import RoleRequest, may_become
from cogsim.decisions.session import (
    DEFAULT_DURATION,
    Lineage,
    assumed_session,
    duration,
    federated_user,
    lineage,
    user_session_duration,
)
from cogsim.decisions.session_policies import packed_tags, passed_policies
from cogsim.decisions.session_reach import session_reach
from cogsim.decisions.trust import assume_keys, may_assume, service_origin
from cogsim.errors import NotModelled
from cogsim.policy.document import PolicyKind
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.parse import parse
from cogsim.world.broker import Broker
from cogsim.world.origin import unresolved_facts
from cogsim.world.world import World

#: Who gives a role's credentials to a machine that runs as the role, and what the session is called.
MACHINES, MACHINE_SESSION = "ec2.amazonaws.com", "i-0b0ce70b0ce70b0ce"

#: What an inline session policy is called in explanations.
SESSION_POLICY = "session policy"

_SOURCE = "ug:console-federation"


def broker_caller(world: World, broker: Broker, *, now: float, origin: CallOrigin) -> Decision[Caller | Refusal]:
    """As whom the broker signs, or why it cannot."""
    arn, place = broker.principal_arn, broker.origin.at("Principal")
    question = "whose credentials does the broker hold?"
    if broker.runs_as_role:
        return _machine(world, arn, now=now, origin=origin)
    user = world.users.get(arn)
    if user is None or not any(key.user_arn == arn and key.active for key in world.access_keys.values()):
        found = "no such user" if user is None else "the user has no active access key"
        refusal = Refusal("InvalidClientTokenId", "The security token included in the request is invalid.")
        facts = unresolved_facts(arn)
        return decided(refusal, Step(question, arn, found, _SOURCE, location=place, facts=facts, decides=True))
    return decided(IamUser(arn, user.unique_id), Step(question, arn, "an IAM user's key", _SOURCE, location=place))


def _machine(world: World, arn: str, *, now: float, origin: CallOrigin) -> Decision[Caller | Refusal]:
    """The session that EC2 gives a machine of the role."""
    service, seen = Service(MACHINES), service_origin(origin, MACHINES)
    keys = assume_keys(MACHINE_SESSION)
    trusted = may_assume(world, arn, service, "sts:AssumeRole", origin=seen, now=now, context=keys)
    if trusted.value is not None:
        return Decision(trusted.value, trusted.steps)
    role = world.roles[arn]
    session = assumed_session(role, MACHINE_SESSION, Lineage(), None, now=now, seconds=DEFAULT_DURATION)
    return Decision(session, trusted.steps)


def session_of(
    world: World, broker: Broker, grant: Grant, *, now: float, origin: CallOrigin
) -> Decision[Caller | Refusal]:
    """The session that `grant` gives at `now` (seconds), the second try made where the broker makes one; or the
    refusal. Developer identities are the identity pool's to answer: `NotModelled` here."""
    holder = broker_caller(world, broker, now=now, origin=origin)
    if isinstance(holder.value, Refusal) or grant.operation is None:
        return holder
    made = _answered(world, holder.value, grant.operation, grant.params, now=now, origin=origin)
    if _too_large(made.value) and grant.fallback is not None:
        step = Step(
            "what does the broker do where the policy is too large?",
            "asks again without it",
            "",
            "ug:policies§session",
            location=broker.mistake_at("large-policy-omitted"),
        )
        again = _answered(world, holder.value, grant.operation, grant.fallback, now=now, origin=origin)
        made = decided(again.value, step, *again.steps, after=made.steps)
    return decided(_placed(made.value, broker, grant), *made.steps, after=holder.steps)


def _placed(session: Caller | Refusal, broker: Broker, grant: Grant) -> Caller | Refusal:
    """The session with each statement of its policy at the line of the rule that it was made from."""
    text = grant.params.get("Policy")
    if not isinstance(session, RoleSession | FederatedUser) or not session.session_policies or text is None:
        return session
    if session.session_policies[0].name != SESSION_POLICY:
        return session
    origin = next(rule.origin for rule in broker.rules if rule.name == grant.rule)

    def locate(path: tuple[str | int, ...]) -> Location | None:
        return origin.at(".".join(map(str, ("Policy", *path))))

    placed = NamedPolicy(SESSION_POLICY, parse(text, PolicyKind.SESSION, locate=locate))
    return replace(session, session_policies=(placed, *session.session_policies[1:]))


def _too_large(value: object) -> bool:
    return isinstance(value, Refusal) and value.code == "PackedPolicyTooLarge"


def _answered(
    world: World, caller: Caller, operation: str, params: Mapping[str, Any], *, now: float, origin: CallOrigin
) -> Decision[Caller | Refusal]:
    reach, forms = session_reach(caller, operation), check_forms(params)
    before = (*(reach.steps if reach is not None else ()), *forms.steps)
    for check in (reach, forms):
        if check is not None and check.value is not None:
            return Decision(check.value, before)
    match operation:
        case "sts:AssumeRole":
            made = _assumed(world, caller, params, now=now, origin=origin)
        case "sts:GetFederationToken":
            made = _federated(world, caller, params, now=now, origin=origin)
        case _:
            raise NotModelled(f"the session of {operation}", hint="an identity pool gives it")
    return decided(made.value, *made.steps, after=before)


def _assumed(
    world: World, caller: Caller, params: Mapping[str, Any], *, now: float, origin: CallOrigin
) -> Decision[Caller | Refusal]:
    tags = _tags(params)
    request = RoleRequest(
        params["RoleArn"],
        params["RoleSessionName"],
        tags=dict(tags),
        transitive_tag_keys=tuple(params.get("TransitiveTagKeys", ())),
        source_identity=params.get("SourceIdentity"),
        external_id=params.get("ExternalId"),
    )
    trusted = may_become(world, request, caller, origin=origin, now=now)
    if isinstance(trusted.value, Refusal):
        return Decision(trusted.value, trusted.steps)
    role = world.roles[request.role_arn]
    lasting = duration(params.get("DurationSeconds"), role, chained=isinstance(caller, RoleSession))
    policy, arns = params.get("Policy"), _arns(params)
    passed = passed_policies(world, policy, arns, Arn.parse(role.arn).account)
    carried = lineage(caller, tags, request.transitive_tag_keys, request.source_identity)
    packed = packed_tags(request.tags, policy, arns)
    steps = trusted.steps
    for each in (lasting, passed, carried, packed):
        steps += each.steps
        if isinstance(each.value, Refusal):
            return Decision(each.value, steps)
    assert isinstance(lasting.value, int)
    assert isinstance(carried.value, Lineage)
    assert not isinstance(passed.value, Refusal)
    name = request.session_name
    session = assumed_session(role, name, carried.value, passed.value, now=now, seconds=lasting.value)
    return Decision(session, steps)


def _federated(
    world: World, caller: Caller, params: Mapping[str, Any], *, now: float, origin: CallOrigin
) -> Decision[Caller | Refusal]:
    assert isinstance(caller, IamUser)
    tags, arn = _tags(params), federated_arn(caller, params["Name"], Arn.parse(caller.arn).partition)
    keys = federation_keys(tags)
    steps: tuple[Step, ...] = ()
    for action in ("sts:GetFederationToken", "sts:TagSession") if keys else ("sts:GetFederationToken",):
        asked = authorise(world, caller, action, arn, origin=origin, now=now, context=keys)
        steps += asked.steps
        if not asked.value.allowed:
            text = f"User: {caller_arn(caller)} is not authorized to perform: {action} on resource: {arn}"
            return Decision(Refusal("AccessDenied", text), steps)
    policy, arns = params.get("Policy"), _arns(params)
    lasting = user_session_duration(params.get("DurationSeconds"), caller)
    passed = passed_policies(world, policy, arns, caller_account(caller) or "")
    carried = tags_of_federation(caller, tags)
    packed = packed_tags(dict(tags), policy, arns)
    for each in (lasting, passed, carried, packed):
        steps += each.steps
        if isinstance(each.value, Refusal):
            return Decision(each.value, steps)
    assert not isinstance(carried.value, Refusal)
    assert not isinstance(passed.value, Refusal)
    session = federated_user(caller, params["Name"], carried.value, passed.value, now=now, seconds=lasting.value)
    return Decision(session, steps)


def _tags(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((tag["Key"], tag["Value"]) for tag in params.get("Tags", ()))


def _arns(params: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(entry["arn"] for entry in params.get("PolicyArns", ()))
