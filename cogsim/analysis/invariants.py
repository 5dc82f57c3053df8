"""What must never be: a property asked of every identity and every resource that the world holds.

An answer here is a check and not a proof: it says over how many identities and resources it was made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from cogsim.analysis.actions import check_action
from cogsim.analysis.answers import Answer, ask
from cogsim.analysis.outside import AccountHolder, DirectoryPerson
from cogsim.analysis.passage import Passage
from cogsim.analysis.probes import PROBE
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import BrokerClient, Person, Who, ways
from cogsim.arn import Arn
from cogsim.errors import InputError, suggest
from cogsim.markup import step_text
from cogsim.policy.reference.match import glob
from cogsim.policy.reference.match import pattern as compiled
from cogsim.world.world import World

_DEFAULT_ACTIONS = ("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
_TENANT = "${tenant}"


@dataclass(frozen=True, slots=True)
class InvariantResult:
    """Whether an invariant holds of the identities and resources that were asked about, with the first
    counterexample where it does not; `text` says it in a sentence."""

    name: str
    holds: bool
    identities: int
    resources: int
    counterexample: Answer | None
    text: str

    def __str__(self) -> str:
        return self.text


def check(world: World, name: str, spec: Mapping[str, object]) -> InvariantResult:
    """Check the invariant `name` with its parameters `spec`. InputError for a name or parameter that there is not, and
    where there is nothing to check: no identity or no resource."""
    if name not in _INVARIANTS:
        raise InputError(f"unknown invariant {name!r}", suggestion=suggest(name, _INVARIANTS))
    keys, run = _INVARIANTS[name]
    for key in spec:
        if key not in keys:
            raise InputError(f"{name} has no parameter {key!r}", suggestion=suggest(str(key), keys))
    return run(world, name, spec)


def _tenants_isolated(world: World, name: str, spec: Mapping[str, object]) -> InvariantResult:
    """No session of a person of one tenant may touch another tenant's resources.

    `by` is the attribute that names a person's tenant, `resources` an ARN pattern with `${tenant}`, `actions` what must
    be refused. Tenants are the values that people have; a tenant's resources are the objects there are, and one more.
    People of a broker have the tenant of its directory, people of an AD FS or another provider that of their attribute
    or claim; a tenant whose name holds a wildcard has no resources.
    """
    by, pattern, actions = _text(name, spec, "by"), _text(name, spec, "resources"), _actions(name, spec)
    if _TENANT not in pattern:
        raise InputError(f"{name}: resources needs a {_TENANT} in its pattern, and {pattern!r} has none")
    people = list(_tenants_people(world, by))
    if not people:
        raise InputError(f"{name}: nobody has the attribute {by!r}", suggestion=suggest(by, _attributes(world)))
    tenants = sorted({tenant for tenant, _ in people})
    if len(tenants) < 2:
        raise InputError(f"{name}: nothing to check, all {len(people)} people belong to {tenants[0]!r}")
    named = [tenant for tenant in tenants if not {"*", "?"} & set(tenant)]
    resources = {tenant: tuple(_concrete(world, pattern.replace(_TENANT, tenant))) for tenant in named}
    identities, count, broken = 0, sum(map(len, resources.values())), None
    for tenant, who in people:
        others = [resource for other in named if other != tenant for resource in resources[other]]
        found = passages(world, who)
        identities += any(passage.caller is not None for passage in found)
        broken = broken or _first_allowed(world, found, actions, others)
    if not identities:
        raise InputError(f"{name}: nothing to check, nobody with the attribute {by!r} can have a session")
    return _result(name, identities, count, broken)


def _tenants_people(world: World, by: str) -> Iterator[tuple[str, Who]]:
    """Everybody who has a tenant, with it; a broker's directory calls it `tenant`, or has an attribute of that name, as
    an AD FS and the claims of other providers may have."""
    for user in world.pool_users.values():
        if user.attributes.get(by):
            yield user.attributes[by], Person(user, ways(world, user.pool_id))
    bare = by.removeprefix("custom:")
    for broker in world.brokers.values():
        for person in broker.people.values():
            tenant = person.tenant if bare == "tenant" else person.attributes.get(bare)
            if tenant:
                yield tenant, BrokerClient(broker, person)
    for provider in world.ad_fs.values():
        for each in provider.users.values():
            yield from ((value, DirectoryPerson(provider, each)) for value in each.attributes.get(bare, ()))
    for issuer in world.oidc_issuers.values():
        for account in issuer.users.values():
            claim = account.claims.get(bare)
            if isinstance(claim, str) and claim:
                yield claim, AccountHolder(issuer, account)


def _first_allowed(
    world: World, found: tuple[Passage, ...], actions: tuple[str, ...], resources: list[str]
) -> Answer | None:
    for passage in found:
        if passage.caller is None:
            continue
        for resource in resources:
            for action in actions:
                answer = ask(world, passage, action, resource)
                if answer.allowed:
                    return answer
    return None


def _result(name: str, identities: int, resources: int, broken: Answer | None) -> InvariantResult:
    extent = f"checked on {identities} identities × {resources} resources, not proved"
    if broken is None:
        return InvariantResult(name, True, identities, resources, None, f"{name} holds: {extent}")
    because = "; ".join(step_text(step) for step in broken.deciding)
    text = f"{name} is broken: {broken.who} may {broken.action} on {broken.resource}: {because} ({extent})"
    return InvariantResult(name, False, identities, resources, broken, text)


def _concrete(world: World, pattern: str) -> Iterator[str]:
    """The objects under the pattern, and one resource that is not there: its first `*` or its end made up."""
    made_up = pattern.replace("*", PROBE).replace("?", "x")
    arn = Arn.try_parse(pattern)
    if arn is None:
        raise InputError(f"tenants_isolated: resources is an ARN with {_TENANT}, not {pattern!r}")
    if arn.service == "s3" and not arn.account:
        bucket, _, keys = arn.resource.partition("/")
        for key in world.objects.get(bucket) or ():
            resource = f"arn:{arn.partition}:s3:::{bucket}/{key}"
            if resource != made_up and glob(compiled(keys), key):
                yield resource
    yield made_up


def _attributes(world: World) -> list[str]:
    people = [person for broker in world.brokers.values() for person in broker.people.values()]
    of_brokers = {name for person in people for name in (*person.attributes, *(("tenant",) if person.tenant else ()))}
    outside = {name for each in world.ad_fs.values() for user in each.users.values() for name in user.attributes}
    outside |= {name for each in world.oidc_issuers.values() for user in each.users.values() for name in user.claims}
    of_pools = {name for pool in world.user_pools.values() for name in pool.attribute_names}
    return sorted(of_pools | of_brokers | outside)


def _text(name: str, spec: Mapping[str, object], key: str) -> str:
    value = spec.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(f"{name} needs {key}: a text")
    return value


def _actions(name: str, spec: Mapping[str, object]) -> tuple[str, ...]:
    given = spec.get("actions", _DEFAULT_ACTIONS)
    if not isinstance(given, list | tuple) or not given or not all(isinstance(action, str) for action in given):
        raise InputError(f"{name}: actions is a list of actions")
    for action in given:
        check_action(action)
    return tuple(given)


_Check = Callable[[World, str, Mapping[str, object]], InvariantResult]

#: Every invariant: its parameters, and how it is checked.
_INVARIANTS: dict[str, tuple[tuple[str, ...], _Check]] = {
    "tenants_isolated": (("by", "resources", "actions"), _tenants_isolated),
}
