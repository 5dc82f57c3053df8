"""A question put to a session, and everybody to whom it can be put."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cogsim.analysis.actions import acts_on_nothing
from cogsim.analysis.gaps import not_modelled
from cogsim.analysis.outside_crowds import outside_crowds
from cogsim.analysis.passage import NOW, Passage, default_origin
from cogsim.analysis.placeholders import placeholder_steps
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import Anybody, BrokerClient, Guest, NamedUser, Person, RoleHolder, Who, label, ways
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.authorization import gather
from cogsim.decisions.caller import Caller, IamUser, RoleSession, caller_arn
from cogsim.decisions.permission import is_trusts, may_do, trust_policy
from cogsim.decisions.request_context import ContextValue
from cogsim.decisions.trigger_walk import what_triggers_see
from cogsim.errors import Location, NotModelled
from cogsim.markup import step_text
from cogsim.policy.layers import Result
from cogsim.policy.request import Values
from cogsim.world.broker import Broker, BrokerPerson
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World

#: Beyond so many users of a pool, those whom no rule can tell apart are asked about once.
MOST_SHOWN = 20

NO_SESSION, UNKNOWN = "NoSession", "Unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """One cell of a table. `result` is a policy result, `NoSession` where the way ends before any credentials, or
    `Unknown` where it leads through something not modelled; `deciding` are the steps that settled it, `steps` all."""

    who: str
    principal: str
    via: str
    action: str
    resource: str
    result: str
    deciding: tuple[Step, ...]
    steps: tuple[Step, ...]
    #: The condition keys that the question added, as text: (key, value or values joined by commas).
    context: tuple[tuple[str, str], ...] = ()
    #: Where the role or user stands whose policies were asked.
    holder: Location | None = None

    @property
    def allowed(self) -> bool:
        return self.result == Result.ALLOWED

    @property
    def because(self) -> str:
        """The deciding steps in one line each."""
        return "; ".join(_reason(step) for step in self.deciding)

    @property
    def where(self) -> Location | None:
        """The line of configuration that decided; where no statement did, that of the role or user that lacks one."""
        return next((step.location for step in reversed(self.deciding) if step.location), self.holder)

    @property
    def unresolved(self) -> tuple[str, ...]:
        """What the world does not tell and could change the answer."""
        found = {value for step in self.steps for name, value in step.facts if name in ("unresolved", "not-modelled")}
        return () if self.result == Result.EXPLICITLY_DENIED else tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Crowd:
    """Somebody to ask about, and how many others are like him in everything that rules and policies can see."""

    who: Who
    name: str
    alike: int = 0

    @property
    def shown(self) -> str:
        return f"{self.name}{self.others}"

    @property
    def others(self) -> str:
        """The words for those who are alike."""
        return f" and {self.alike} alike" if self.alike else ""


def ask(
    world: World, passage: Passage, action: str, resource: str, context: Mapping[str, ContextValue] | None = None
) -> Answer:
    """The answer for one passage; NotModelled where the question leads through something cogsim does not know."""
    caller = passage.caller
    before = passage.outcome.steps
    if caller is None:
        stopped = passage.outcome
        known = not any(name == "not-modelled" for step in stopped.steps for name, _ in step.facts)
        result = NO_SESSION if known else UNKNOWN
        return Answer(passage.who, "", passage.via, action, resource, result, stopped.deciding, before)
    arn = caller_arn(caller)
    decision = may_do(
        world,
        caller,
        action,
        resource,
        origin=default_origin(world),
        now=NOW,
        context=context or {},
        wildcard_only=resource == "*" or acts_on_nothing(action),
    )
    steps = (*before, *decision.steps, *_open(world, caller, action, resource, decision.value))
    keys = _context_text(context or {})
    holder = _holder(world, caller)
    value, deciding = decision.value, decision.deciding
    return Answer(passage.who, arn, passage.via, action, resource, value, deciding, steps, keys, holder)


def _holder(world: World, caller: Caller) -> Location | None:
    if isinstance(caller, RoleSession) and caller.role_arn in world.roles:
        return world.roles[caller.role_arn].origin.location
    if isinstance(caller, IamUser) and caller.arn in world.users:
        return world.users[caller.arn].origin.location
    return None


def _context_text(context: Mapping[str, ContextValue]) -> tuple[tuple[str, str], ...]:
    texts = {key: value.values if isinstance(value, Values) else value for key, value in context.items()}
    return tuple(sorted((key, value if isinstance(value, str) else ",".join(value)) for key, value in texts.items()))


def _open(world: World, caller: Caller, action: str, resource: str, result: Result) -> tuple[Step, ...]:
    """What unresolved references leave open; nothing changes an explicit deny."""
    if result is Result.EXPLICITLY_DENIED:
        return ()
    layers = gather(world, caller, resource)
    narrowing = (*(layers.boundary or ()), *(layers.session or ()))
    own = trust_policy(world, resource) if is_trusts(action, resource) else layers.resource
    held = (*layers.identity, *narrowing, *((own,) if own else ()))
    return placeholder_steps(held, action, resource)


def tried(
    world: World, passage: Passage, action: str, resource: str, context: Mapping[str, ContextValue] | None = None
) -> Answer:
    """Like `ask`, but what is not modelled makes the answer `Unknown`: for tables, where one gap must not hide all."""
    try:
        return ask(world, passage, action, resource, context)
    except NotModelled as gap:
        step = not_modelled(gap)
        principal = caller_arn(passage.caller) if passage.caller else ""
        steps = (*passage.outcome.steps, step)
        keys = _context_text(context or {})
        return Answer(passage.who, principal, passage.via, action, resource, UNKNOWN, (step,), steps, keys)


def walked(world: World, who: Who) -> tuple[Passage, ...]:
    """`passages`, with a way through something not modelled as one passage that says so."""
    try:
        return passages(world, who)
    except NotModelled as gap:
        return (Passage(label(world, who), "", decided(Refusal("NotModelled", str(gap)), not_modelled(gap))),)


def everybody(world: World, most: int | None = None, asked: str | None = None) -> Iterator[Crowd]:
    """Everybody who can ask: users of pools, people of brokers and of providers outside AWS, jobs, developers' users,
    guests, roles, IAM users, anybody.

    With `most`, the users of a pool and the people of a broker that has more are gathered into classes that nothing can
    tell apart; the people of a provider always are, `asked` being the text of the one question that is meant.
    """
    by_pool: dict[str, list[PoolUser]] = {pool: [] for pool in world.user_pools}
    for user in world.pool_users.values():
        by_pool.setdefault(user.pool_id, []).append(user)
    for pool, users in sorted(by_pool.items()):
        found = ways(world, pool)
        for user, alike in _classes(world, pool, users, most):
            person = Person(user, found)
            yield Crowd(person, label(world, person), alike)
    for broker in world.brokers.values():
        for each, alike in _alike(broker, most):
            client = BrokerClient(broker, each)
            yield Crowd(client, label(world, client), alike)
    for outsider, alike in outside_crowds(world, MOST_SHOWN, asked):
        yield Crowd(outsider, label(world, outsider), alike)
    others: list[Who] = [Guest(pool) for pool in world.identity_pools.values()]
    others += [RoleHolder(role) for role in world.roles.values()]
    others += [NamedUser(user) for user in world.users.values()]
    for who in (*others, Anybody()):
        yield Crowd(who, label(world, who))


def _classes(world: World, pool: str, users: list[PoolUser], most: int | None) -> list[tuple[PoolUser, int]]:
    if most is None or len(users) <= most:
        return [(user, 0) for user in users]
    claims = _claims_read(world)
    held = world.user_pools.get(pool)
    members: dict[tuple[object, ...], list[PoolUser]] = {}
    for user in users:
        seen: tuple[object, ...] = tuple(user.attributes.get(claim) for claim in claims)
        if held is not None:
            seen = (*seen, *what_triggers_see(world, held, user))
        key = (user.groups, user.status, user.enabled, user.password is None, user.temporary_password_set_at, seen)
        members.setdefault(key, []).append(user)
    return [(alike[0], len(alike) - 1) for alike in members.values()]


def _alike(broker: Broker, most: int | None) -> list[tuple[BrokerPerson, int]]:
    """The people of a directory; with `most`, where there are more, one for all whom rules cannot tell apart."""
    people = list(broker.people.values())
    if most is None or len(people) <= most:
        return [(person, 0) for person in people]
    members: dict[tuple[object, ...], list[BrokerPerson]] = {}
    for person in people:
        key = (person.tenant, person.groups, person.enabled, person.attributes)
        members.setdefault(key, []).append(person)
    return [(alike[0], len(alike) - 1) for alike in members.values()]


def _claims_read(world: World) -> tuple[str, ...]:
    """The claims that rules and tag maps of identity pools read."""
    found: set[str] = set()
    for pool in world.identity_pools.values():
        found.update(rule.claim for mapping in pool.role_mappings.values() for rule in mapping.rules)
        found.update(claim for tags in pool.principal_tags.values() for claim in tags.tags.values())
    return tuple(sorted(found))


def _reason(step: Step) -> str:
    return step_text(Step(step.question, step.answer, step.found))


def merged(answers: tuple[Answer, ...]) -> Decision[Result]:
    """One decision of the answers for every way of one person: allowed where any way is. Only the steps of ways that
    settle it keep their mark."""
    if len(answers) == 1:
        return _closed(answers[0])
    allowed = [answer for answer in answers if answer.allowed]
    denied = [answer for answer in answers if answer.result == Result.EXPLICITLY_DENIED]
    settle = allowed or answers
    steps: list[Step] = []
    for answer in answers:
        steps.append(Step(f"through {answer.via}?", answer.result, answer.principal, facts=(("via", answer.via),)))
        steps += answer.steps if answer in settle else map(_unmarked, answer.steps)
    found = f"{len(allowed)} of {len(answers)} ways"
    value = Result.ALLOWED if allowed else Result.EXPLICITLY_DENIED if denied else Result.IMPLICITLY_DENIED
    steps.append(Step("does any way lead there?", "yes" if allowed else "no", found))
    return Decision(value, tuple(steps))


def _closed(answer: Answer) -> Decision[Result]:
    if answer.result == NO_SESSION:
        step = Step("has the caller credentials?", "no", answer.deciding[-1].found, facts=(("session", "none"),))
        return Decision(Result.IMPLICITLY_DENIED, (*answer.steps, step))
    return Decision(Result(answer.result), answer.steps)


def _unmarked(step: Step) -> Step:
    return replace(step, decides=False)
