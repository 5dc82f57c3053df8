"""The answer of one stack of layers to one action, for one kind of caller, as one generated function.

1. Statements that cannot name the action or the caller are left out before; what is left reads resource and context.
2. No expression has an effect, so those of one layer may be joined in any order; a Deny is asked first.
3. The truth tables need no strength at run time: a closer naming needs a subset of what a looser one needs, so the
   answer is a disjunction over strengths. # ug:eval-logic §resource-based
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from cogsim.policy.compiled.conditions import holding
from cogsim.policy.compiled.principals import WITH_ACCOUNT, Strength
from cogsim.policy.compiled.public import is_public
from cogsim.policy.compiled.resources import named, named_without_type
from cogsim.policy.compiled.source import Source, all_of, any_of, function, negation
from cogsim.policy.compiled.switches import Switches
from cogsim.policy.compiled.tokens import split_arn
from cogsim.policy.document import Effect, PolicyKind, Statement
from cogsim.policy.layers import Layers, ResourceRule, Result
from cogsim.policy.request import PrincipalKind, Request

Answer = Callable[[Request], Result]

SPECIAL = frozenset({"sts:getcalleridentity", "sts:getsessiontoken", "kms:retiregrant", "s3:listallmybuckets"})
"""The actions that some rule of AWS's knows by name."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement with its layer (`identity`, `scp`, …) and the number of its level there."""

    layer: str
    level: int
    statement: Statement
    kind: PolicyKind
    variables: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What answers depend on of a caller: callers of one profile share their functions.

    `partition` is None where it is not known; `strengths` has the closeness of each rule's Principal element.
    """

    kind: PrincipalKind
    linked: bool
    account: str | None
    partition: str | None
    strengths: tuple[Strength, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What answers depend on of an action: the rules that name it, and its own name where a rule of AWS's does."""

    rules: frozenset[int]
    special: str
    wildcard_only: bool


def rules(layers: Layers) -> tuple[Rule, ...]:
    """Every statement of every layer."""
    resource = "trust" if layers.resource_rule is ResourceRule.TRUST else "resource"
    found = [
        ("identity", 0, layers.identity),
        (resource, 0, (layers.resource,) if layers.resource else ()),
        ("boundary", 0, layers.boundary or ()),
        ("session", 0, layers.session or ()),
        *(("scp", number, level.policies) for number, level in enumerate(layers.scps)),
        *(("rcp", number, level.policies) for number, level in enumerate(layers.rcps)),
        ("endpoint", 0, layers.endpoint or ()),
    ]
    return tuple(
        Rule("resource" if layer == "trust" else layer, level, statement, one.policy.kind, one.policy.has_variables)
        for layer, level, policies in found
        for one in policies
        for statement in one.policy.statements
    )


def answer(layers: Layers, every: Sequence[Rule], switches: Switches, profile: Profile, asked: Asked) -> Answer:
    """The function that answers a request of a caller of `profile` for an action of `asked`."""
    if asked.special == "sts:getcalleridentity":  # sts:GetCallerIdentity: no policy bears on it
        return _always(Result.ALLOWED)
    if asked.special == "sts:getsessiontoken" and switches.session_token_free:
        return _always(Result.ALLOWED)
    return _Program(layers, every, switches, profile, asked).function()


def _always(result: Result) -> Answer:
    return lambda request: result


class _Program:
    """Writes one function."""

    def __init__(
        self, layers: Layers, every: Sequence[Rule], switches: Switches, profile: Profile, asked: Asked
    ) -> None:
        self.layers, self.every, self.switches, self.profile, self.asked = layers, every, switches, profile, asked
        self.out = Source()
        # org:scps §not-affected; org:rcps §not-affected
        self.under_scps = profile.kind in WITH_ACCOUNT and not profile.linked
        self.under_rcps = not profile.linked and asked.special != "kms:retiregrant"
        self.bearing = [(place, every[place]) for place in sorted(asked.rules) if self.bears(place)]

    def function(self) -> Answer:
        allowed, denied, refused = (
            self.out.constant(result) for result in (Result.ALLOWED, Result.EXPLICITLY_DENIED, Result.IMPLICITLY_DENIED)
        )
        denying = any_of(self.applies(one) for one in self.relevant(Effect.DENY))
        body = [f"if {denying}:", f"    return {denied}"] if denying != "False" else []
        if self.asked.special == "sts:getsessiontoken":  # reached where only a Deny stops it
            return self.finished([*body, f"return {allowed}"])
        for filtering in self.filters():
            if filtering != "True":
                body += [f"if {negation(filtering)}:", f"    return {refused}"]
        same = self.same_account()
        if self.profile.kind not in WITH_ACCOUNT:  # ug:principal: the caller has no policies of its own
            return self.finished([*body, f"return {allowed} if {self.granted(same)} else {refused}"])
        own = all_of([self.identity(), self.boundary(), self.session()])
        others = any_of([all_of([same, self.word()]), self.granted(same)])
        # most that is granted is granted by the caller's own policies: they are asked first
        granted = any_of([all_of([own, others]), all_of([self.closest(), same])])
        return self.finished([*body, f"return {allowed} if {granted} else {refused}"])

    def finished(self, body: list[str]) -> Answer:
        # `r` and `one` are asked by nearly every request, `full` by few
        lines = [re.sub(r"\bfull\b", "request.context.folded", line) for line in body]
        lines = self.looked_up_once(lines)
        used = set(re.findall(r"\b(?:r|one)\b", "\n".join(lines)))
        known = {"r": "request.resource", "one": "request.context.singles.get"}
        return function([*(f"{name} = {known[name]}" for name in sorted(used)), *lines], self.out.constants)

    def looked_up_once(self, lines: list[str]) -> list[str]:
        """`lines` after one line more for each key whose single value they ask for twice."""
        asked = Counter(re.findall(r"\bone\(k\d+\)", "\n".join(lines)))
        for look_up in sorted(text for text, count in asked.items() if count > 1):
            name = self.out.fresh()
            lines = [f"{name} = {look_up}", *(line.replace(look_up, name) for line in lines)]
        return lines

    # Statements

    def relevant(self, effect: Effect) -> Iterable[int]:
        """The rules of `effect` that name action and caller, in the layers that bear on the request."""
        return [place for place, rule in self.bearing if rule.statement.effect is effect]

    def bears(self, place: int) -> bool:
        """Whether a rule that names the action names the caller too, in a layer that bears on the request."""
        layer = self.every[place].layer
        left_out = (layer == "scp" and not self.under_scps) or (layer == "rcp" and not self.under_rcps)
        return self.profile.strengths[place] > Strength.NONE and not left_out

    def applies(self, place: int) -> str:
        rule = self.every[place]
        conditions = [holding(one, rule.variables, self.switches, self.out) for one in rule.statement.conditions]
        resource = self.names_resource(rule)
        # of a Deny the condition is what seldom holds, of an Allow the resource
        denies = rule.statement.effect is Effect.DENY
        return all_of([*conditions, resource] if denies else [resource, *conditions])

    def names_resource(self, rule: Rule) -> str:
        patterns = rule.statement.resources
        if patterns is None:  # kms:key-policies: a statement without Resource speaks of no key
            return str(rule.kind is not PolicyKind.KMS_KEY)
        if self.asked.wildcard_only:
            found = str(named_without_type(patterns.values, self.asked.special, self.switches))
        else:
            denies = rule.statement.effect is Effect.DENY
            found = named(patterns.values, rule.kind, rule.variables, self.switches, self.out, seldom=denies)
        return negation(found) if patterns.negated else found

    def allows(self, layer: str, level: int = 0, strength: Strength | None = None) -> str:
        """An expression: whether a statement of the layer allows; of that strength alone where one is given."""
        found = [
            self.applies(place)
            for place in self.relevant(Effect.ALLOW)
            if (self.every[place].layer, self.every[place].level) == (layer, level)
            and strength in (None, self.profile.strengths[place])
        ]
        return any_of(sorted(found, key=len))  # what asks less is asked first

    # Layers

    def filters(self) -> Iterable[str]:
        """What must hold whatever grants: partitions, RCPs, SCPs, the endpoint policy. # ug:eval-logic"""
        partition = self.profile.partition
        # ug:cross-account §partitions
        if self.profile.kind in WITH_ACCOUNT and partition is not None and not self.stays_within(partition):
            known = self.out.constant(partition)
            yield f"r.startswith({self.out.constant(f'arn:{partition}:')}) or {self.out.constant(_reaches)}(r, {known})"
        for number in range(len(self.layers.rcps) if self.under_rcps else 0):
            # org:rcps: a level that lists no Allow has AWS's own
            if any(rule.layer == "rcp" and rule.level == number and rule.statement.effect is Effect.ALLOW
                   for rule in self.every):  # fmt: skip
                yield self.allows("rcp", number)
        for number in range(len(self.layers.scps) if self.under_scps else 0):
            yield self.allows("scp", number)
        if self.layers.endpoint is not None:
            yield self.allows("endpoint")

    def stays_within(self, partition: str) -> bool:
        """Whether nothing grants but what is written with the partition in front."""
        grants = [
            self.every[place].statement.resources
            for place in self.relevant(Effect.ALLOW)
            if self.every[place].layer in ("identity", "resource")
        ]
        return self.profile.kind is not PrincipalKind.ROOT and all(
            written is not None
            and not (written.negated or self.asked.wildcard_only)
            and all(text.startswith(f"arn:{partition}:") and "«" not in text for text in written.values)
            for written in grants
        )

    def closest(self) -> str:
        """What the resource's policy grants by naming more than the account. # ug:eval-logic §resource-based"""
        boundary, session = self.boundary(), self.session()
        filtered = self.layers.boundary is not None or self.layers.session is not None
        by_trust = self.layers.resource_rule is ResourceRule.TRUST and filtered
        limited = self.switches.trust_grant_limited or not by_trust
        session_limits = self.switches.session_grant_limited and self.layers.session is not None
        return any_of(
            [
                self.allows("resource", strength=Strength.DIRECT),
                all_of([self.allows("resource", strength=Strength.SESSION), session if session_limits else "True"]),
                all_of([self.allows("resource", strength=Strength.ENTITY), *((boundary, session) if limited else ())]),
            ]
        )

    def word(self) -> str:
        """What the resource's policy must say within one account where it names no more than that."""
        if self.layers.resource_rule is ResourceRule.UNION:
            return "True"
        # kms:key-policies §enable-iam; ug:principal §trust: without it the caller's own policies are void
        return self.allows("resource", strength=Strength.ACCOUNT)

    def granted(self, same: str) -> str:
        """What the resource's policy must say to a caller of another account, or of none. # ug:cross-account"""
        blocked = (
            "RestrictPublicBuckets" in self.layers.block_public_access
            and self.profile.kind is not PrincipalKind.SERVICE
            and self.layers.resource is not None
            and is_public(self.layers.resource.policy)
        )
        granted = self.allows("resource")
        return all_of([same, granted]) if blocked else granted

    def identity(self) -> str:
        return "True" if self.profile.kind is PrincipalKind.ROOT else self.allows("identity")

    def boundary(self) -> str:
        unlimited = self.layers.boundary is None or self.profile.kind is PrincipalKind.ROOT
        return "True" if unlimited else self.allows("boundary")

    def session(self) -> str:
        """A federated user has nothing but what a session policy passes on. # ug:policies §session"""
        if self.layers.session is None:
            return str(self.profile.kind is not PrincipalKind.FEDERATED_USER)
        return self.allows("session")

    def same_account(self) -> str:
        if self.profile.account is None:
            return "False"
        account, owned = self.out.constant(self.profile.account), self.out.constant(_owned)
        return f"w0 == {account} if (w0 := request.resource_account) else {owned}(r, {account})"


def _owned(resource: str, account: str) -> bool:
    """Whether the resource's ARN names the account, or none."""
    fields = split_arn(resource)
    return len(fields) < 6 or fields[4] in ("", account)


def _reaches(resource: str, partition: str) -> bool:
    """Whether the resource may be in the partition: accounts of different ones never trust one another."""
    fields = split_arn(resource)
    return len(fields) < 6 or fields[1] == partition or "«" in fields[1]
