"""From a session on by sts:AssumeRole: the roles that it may become, one after the other.

The plain call is asked: a session name, no tags, no external id, no second factor. What a caller adds can open roles
that ask for it. Tags that the session hands on go along. A chain ends after three roles, or where the same session
comes again.
# ug:role-chaining
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cogsim.analysis.naming import called
from cogsim.analysis.passage import NOW, Hop, Outcome, Passage, Place, default_origin
from cogsim.decision import Refusal, Step, decided
from cogsim.decisions.caller import Caller, FederatedUser, IamUser, RoleSession
from cogsim.decisions.role_request import RoleRequest, may_become
from cogsim.decisions.session import Lineage, assumed_session, duration, lineage
from cogsim.decisions.session_reach import session_reach
from cogsim.policy.document import Effect
from cogsim.world.iam import Role
from cogsim.world.world import World

#: How many roles a chain has beyond the first session.
MOST_HOPS = 3
_SESSION_NAME = "session"


def with_chains(world: World, found: Iterable[Passage]) -> tuple[Passage, ...]:
    """The passages, and after them those that go on from their sessions; of two chains to the same session one."""
    first = tuple(found)
    seen = {_likeness(each.caller) for each in first if each.caller is not None}
    return (*first, *(further for each in first for further in onward(world, each, seen)))


def onward(world: World, passage: Passage, seen: set[object] | None = None) -> Iterator[Passage]:
    """The passages that go on from one, nearest first; `seen` are sessions that need not come again."""
    seen = set() if seen is None else seen
    layer = [passage]
    roles = [role for role in world.roles.values() if _takes_principals(role)]
    for _ in range(MOST_HOPS):
        following = []
        for held in layer:
            for role in roles:
                made = _assumed(world, held, role) if held.caller is not None else None
                if made is not None and made.caller is not None and _likeness(made.caller) not in seen:
                    seen.add(_likeness(made.caller))
                    following.append(made)
        yield from following
        layer = following


def _takes_principals(role: Role) -> bool:
    """Whether the trust policy speaks of principals of AWS at all: for those that do not, nothing needs asking."""
    allowing = (each for each in role.trust.statements if each.effect is Effect.ALLOW and each.principals is not None)
    return any(
        who.everyone or who.negated or any(kind == "AWS" for kind, _ in who.entries)
        for who in (each.principals for each in allowing)
        if who is not None
    )


def _likeness(caller: Caller) -> object:
    """What of a session policies can see; its instants are the same for all."""
    if not isinstance(caller, RoleSession):
        return caller
    return replace(caller, session_name=_SESSION_NAME, issued_at=NOW, expires_at=NOW) if caller.chained else caller


def _assumed(world: World, held: Passage, role: Role) -> Passage | None:
    """The passage on to the role; None where the session may not become it."""
    caller = held.caller
    assert caller is not None
    outcome = assume(world, caller, role)
    if isinstance(outcome.value, Refusal):
        return None
    via = f"{held.via}, then as {called(world, role)}"
    steps = (*held.outcome.steps, *outcome.steps)
    source = place_of(world, caller)
    hop = Hop(source, role_place(world, role), "AssumeRole", steps=outcome.deciding)
    return replace(held, via=via, outcome=decided(outcome.value, *steps), hops=(hop,), identity_pool=None, way=None)


def assume(world: World, caller: Caller, role: Role) -> Outcome:
    """The session that the plain AssumeRole gives, or the refusal: what the door asks, in its order."""
    reach = session_reach(caller, "sts:AssumeRole")
    if reach is not None and reach.value is not None:
        return decided(reach.value, *reach.steps)
    asked = Step(
        "which role does the session ask for next?",
        role.arn,
        "by the plain call: no tags, no external id",
        "ug:role-chaining",
        location=role.origin.at("AssumeRolePolicyDocument"),
        facts=(("chained", role.arn),),
    )
    request = RoleRequest(role.arn, _SESSION_NAME)
    trusted = may_become(world, request, caller, origin=default_origin(world), now=NOW)
    if trusted.value is not None:
        return decided(trusted.value, *trusted.steps, after=(asked,))
    lasting = duration(None, role, chained=isinstance(caller, RoleSession))
    carried = lineage(caller, (), (), None)
    steps = (asked, *trusted.steps, *lasting.steps, *carried.steps)
    for part in (lasting, carried):
        if isinstance(part.value, Refusal):
            return decided(part.value, *steps)
    assert isinstance(lasting.value, int)
    assert isinstance(carried.value, Lineage)
    session = assumed_session(role, _SESSION_NAME, carried.value, None, now=NOW, seconds=lasting.value)
    return decided(session, *steps)


def role_place(world: World, role: Role) -> Place:
    """The role as the graph draws it."""
    return Place(role.arn, "role", called(world, role), role.origin.location)


def place_of(world: World, caller: Caller) -> Place:
    """The caller as the graph draws it."""
    match caller:
        case RoleSession() if caller.role_arn in world.roles:
            return role_place(world, world.roles[caller.role_arn])
        case RoleSession():
            return Place(caller.role_arn, "role", f"{caller.role_arn} (not in the world)")
        case IamUser() if caller.arn in world.users:
            user = world.users[caller.arn]
            return Place(user.arn, "iam-user", called(world, user), user.origin.location)
        case FederatedUser():
            return Place(caller.arn, "federated-user", caller.name)
        case _:
            return Place(str(caller), "principal", str(caller))
