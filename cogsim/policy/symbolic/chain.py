"""What must be true of the open keys for each of the three answers: the layers, in AWS's order.

1. A Deny that applies, in any layer that bears on the caller, refuses. # ug:eval-logic §explicit-deny
2. Filters must allow: RCPs, SCPs at every level, an endpoint policy. # org:scp-evaluation
3. How closely the resource's policy names the caller says which others must allow. # ug:eval-logic §same-account
4. Across accounts both sides must allow. # ug:cross-account
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.policy.document import Effect, Patterns, Policy, PolicyKind, Statement
from cogsim.policy.layers import Layers, Level, NamedPolicy, ResourceRule
from cogsim.policy.request import PrincipalKind, Request
from cogsim.policy.symbolic import principals, resources
from cogsim.policy.symbolic.atoms import Fits
from cogsim.policy.symbolic.conditions import Open, condition_formula
from cogsim.policy.symbolic.formula import Formula, conjunction, disjunction, negation
from cogsim.policy.symbolic.principals import ACCOUNT, DIRECT, ENTITY, NONE, OF_ACCOUNTS, SESSION
from cogsim.policy.symbolic.public import is_public
from cogsim.policy.symbolic.wildcards import fields, fits, pattern, variables


@dataclass(frozen=True, slots=True)
class Chain:
    """A request under its layers; the context holds what is known, `open_keys` names what is not."""

    layers: Layers
    request: Request
    open_keys: Open

    def answers(self) -> tuple[Formula, Formula]:
        """When the request is allowed, and when it is explicitly denied; else it is implicitly denied."""
        action = self.request.action.casefold()
        free = choice("policy.getSessionTokenDeny") == "allowed"
        if action == "sts:getcalleridentity" or (action == "sts:getsessiontoken" and free):
            return True, False
        denied = disjunction(self._speaking(policy, Effect.DENY, NONE) for policy in self._all())
        allowed = True if action == "sts:getsessiontoken" else conjunction((self._filters(), self._granted()))
        return conjunction((allowed, negation(denied))), denied

    # Which policies bear on the request

    @property
    def _scps(self) -> tuple[Level, ...]:
        caller = self.request.principal  # org:scps §not-affected
        return self.layers.scps if caller.kind in OF_ACCOUNTS and not caller.service_linked else ()

    @property
    def _rcps(self) -> tuple[Level, ...]:
        spared = self.request.principal.service_linked or self.request.action.casefold() == "kms:retiregrant"
        return () if spared else self.layers.rcps  # org:rcps §not-affected

    def _all(self) -> Iterator[NamedPolicy]:
        layers = self.layers
        yield from layers.identity
        yield from (layers.resource,) if layers.resource else ()
        for further in (layers.boundary, layers.session, layers.endpoint):
            yield from further or ()
        for level in (*self._scps, *self._rcps):
            yield from level.policies

    # What must allow

    def _filters(self) -> Formula:
        parts = [self._allows(level.policies) for level in self._scps]
        for level in self._rcps:  # org:rcps: RCPFullAWSAccess is there where no Allow is listed
            lists_allow = any(one.effect is Effect.ALLOW for named in level.policies for one in named.policy.statements)
            parts.append(self._allows(level.policies) if lists_allow else True)
        parts.append(self._filter(self.layers.endpoint))
        return conjunction((self._in_one_partition(), *parts))

    def _in_one_partition(self) -> bool:
        own, target = fields(self.request.principal.arn), fields(self.request.resource)
        if self.request.principal.kind not in OF_ACCOUNTS or len(own) != 6 or len(target) != 6:
            return True
        return own[1] == target[1] or "«" in own[1] + target[1]

    def _granted(self) -> Formula:
        caller, layers = self.request.principal, self.layers
        boundary = True if caller.kind is PrincipalKind.ROOT else self._filter(layers.boundary)
        session = self._filter(layers.session, absent=caller.kind is not PrincipalKind.FEDERATED_USER)
        identity = True if caller.kind is PrincipalKind.ROOT else self._allows(layers.identity)
        own = conjunction((identity, boundary, session))
        if caller.kind not in OF_ACCOUNTS:
            return self._named_at_least(ACCOUNT)
        if not self._is_same_account():
            return conjunction((own, self._named_at_least(ACCOUNT)))
        for_entity = conjunction((boundary, session)) if self._limits_entity() else True
        limited = layers.session is not None and choice("policy.sessionArnGrant") == "limited"
        by_account = (
            own if layers.resource_rule is ResourceRule.UNION else conjunction((own, self._named_at_least(ACCOUNT)))
        )
        answer = by_account
        for strength, need in ((ENTITY, for_entity), (SESSION, session if limited else True), (DIRECT, True)):
            named = self._named_at_least(strength)
            answer = disjunction((conjunction((named, need)), conjunction((negation(named), answer))))
        return answer

    def _limits_entity(self) -> bool:
        layers = self.layers
        filtered = layers.boundary is not None or layers.session is not None
        doubtful = layers.resource_rule is ResourceRule.TRUST and filtered
        return not doubtful or choice("policy.boundaryOnTrust") == "limited"

    def _is_same_account(self) -> bool:
        target = fields(self.request.resource)
        owner = self.request.resource_account or (target[4] if len(target) == 6 else "")
        return owner in ("", self.request.principal.account)

    def _named_at_least(self, strength: int) -> Formula:
        """The resource's policy allows, and names the caller so closely or closer."""
        resource = self.layers.resource
        if resource is None or self._is_shut_to_the_public(resource.policy):
            return False
        return self._speaking(resource, Effect.ALLOW, strength)

    def _is_shut_to_the_public(self, policy: Policy) -> bool:
        """RestrictPublicBuckets: a public policy grants nothing to strangers. # s3:block-public-access §settings"""
        kind = self.request.principal.kind
        stranger = kind is not PrincipalKind.SERVICE and not (kind in OF_ACCOUNTS and self._is_same_account())
        return "RestrictPublicBuckets" in self.layers.block_public_access and stranger and is_public(policy)

    def _filter(self, policies: tuple[NamedPolicy, ...] | None, absent: bool = True) -> Formula:
        return absent if policies is None else self._allows(policies)

    def _allows(self, policies: tuple[NamedPolicy, ...]) -> Formula:
        return disjunction(self._speaking(named, Effect.ALLOW, NONE) for named in policies)

    # One policy, one statement

    def _speaking(self, named: NamedPolicy, effect: Effect, strength: int) -> Formula:
        """A statement of `effect` applies that names the caller at least as closely as `strength`."""
        statements = (one for one in named.policy.statements if one.effect is effect)
        return disjunction(self._applies(one, named.policy, strength) for one in statements)

    def _applies(self, statement: Statement, policy: Policy, strength: int) -> Formula:
        bounded, caller = self.layers.boundary is not None, self.request.principal
        gateway = self.layers.endpoint_is_gateway and policy.kind is PolicyKind.ENDPOINT
        close = principals.closeness(statement.principals, caller, policy.kind, statement.effect, bounded, gateway)
        if close < max(strength, ACCOUNT) or not self._names_action(statement.actions):
            return False
        conditions = (
            condition_formula(one, self.request.context, self.open_keys, policy.has_variables)
            for one in statement.conditions
        )
        return conjunction((self._names_resource(statement.resources, policy), *conditions))

    def _names_action(self, patterns: Patterns) -> bool:
        asked = self.request.action.casefold()
        named = any(_names(written.casefold(), asked) for written in patterns.values)
        return named is not patterns.negated

    def _names_resource(self, patterns: Patterns | None, policy: Policy) -> Formula:
        if patterns is None:  # kms:key-policies: there the element cannot be left out
            return policy.kind is not PolicyKind.KMS_KEY
        named = disjunction(self._fits(written, policy) for written in patterns.values)
        return negation(named) if patterns.negated else named

    def _fits(self, written: str, policy: Policy) -> Formula:
        request = self.request
        if written == "*":
            return True
        if request.wildcard_only:
            return resources.fits_no_type(written, request.action)
        inside = sorted(variables(written) & set(self.open_keys)) if policy.has_variables else []
        if inside:
            return Fits(self.open_keys[inside[0]], written, request.resource, policy.kind)
        return resources.fits_arn(written, request.resource, policy.kind, request.context, policy.has_variables)


def _names(written: str, action: str) -> bool:
    """Whether an action pattern names `action`, both folded: the service prefix as a whole. # ug:action"""
    if written in ("*", "*:*"):
        return True
    vendor, _, name = written.partition(":")
    own_vendor, _, own_name = action.partition(":")
    return fits(pattern(vendor), own_vendor) and fits(pattern(name), own_name)
