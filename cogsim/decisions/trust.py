"""May this party become that role: the role's trust policy, the party's own policies, and STS's own rules.

1. A root user may not, whatever the policies say.
2. A role that does not exist is answered like one that trusts nobody: the error must not tell which roles exist.
3. An AWS principal is held to the trust policy *and*, where that only names its account or stands in another account,
   to its own policies. A bearer of a token has no policies: the trust policy alone decides. # ug:eval-logic
4. Passing tags is a second action, sts:TagSession, and a source identity a third: each must be allowed as well, or
   whoever may assume a role could give itself any tag that other policies believe.
5. A token of an identity pool in another account is accepted only by a statement that tests its audience: otherwise
   anybody's identity pool would be good enough (the confused deputy).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.authorization import gather, unknown_policy_steps
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, RoleSession, Root, principal_of
from cogsim.decisions.request_context import (
    ContextValue,
    context_steps,
    environment_keys,
    merged_tags,
    request_context,
)
from cogsim.persistent import Map
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.policy.document import Effect, Policy, PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy, ResourceRule, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values
from cogsim.world.iam import Role
from cogsim.world.origin import is_placeholder
from cogsim.world.world import World

#: The principal of every identity pool of the partition `aws`, and the prefix of their condition keys.
COGNITO = COGNITO_PRINCIPALS["aws"]


@dataclass(frozen=True, slots=True)
class FederatedBearer:
    """Whoever holds an accepted token. `provider` is the Federated principal, `keys` the condition keys that the token
    gives (`cognito-identity.amazonaws.com:aud`); `account` owns the identity pool that made it, where one did."""

    provider: str
    keys: Map[str, Values]
    subject: str = ""
    audience: str = ""
    account: str | None = None
    tags: Map[str, str] = field(default_factory=Map)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    kind: PrincipalKind = PrincipalKind.WEB_IDENTITY

    @property
    def shows_provider(self) -> bool:
        """Whether aws:FederatedProvider tells of the provider. # ug:iam-condition-keys"""
        return self.kind is not PrincipalKind.SAML or choice("sts.samlFederatedProvider") == "present"


def assume_keys(
    session_name: str,
    *,
    tags: Mapping[str, str] | None = None,
    transitive_tag_keys: tuple[str, ...] = (),
    source_identity: str | None = None,
    external_id: str | None = None,
    mfa: bool = False,
) -> dict[str, ContextValue]:
    """The condition keys that the parameters of an AssumeRole* call put into its context; `mfa` where a second factor
    was given with it. # ug:iam-condition-keys"""
    keys: dict[str, ContextValue] = {"sts:RoleSessionName": session_name}
    for name in tags or {}:
        keys[f"aws:RequestTag/{name}"] = (tags or {})[name]
    if tags:
        keys["aws:TagKeys"] = tuple(tags)
    if transitive_tag_keys:
        keys["sts:TransitiveTagKeys"] = transitive_tag_keys
    if source_identity is not None:
        keys["sts:SourceIdentity"] = source_identity
    if external_id is not None:
        keys["sts:ExternalId"] = external_id
    if mfa:
        keys["aws:MultiFactorAuthPresent"], keys["aws:MultiFactorAuthAge"] = "true", "0"
    return keys


def service_origin(origin: CallOrigin, service: str) -> CallOrigin:
    """The origin of a call that a service makes: its name stands where the address and the agent would."""
    return replace(
        origin, source_ip=service, user_agent=service, vpc_endpoint=None, source_vpc=None, vpc_source_ip=None
    )


def may_assume(
    world: World,
    role: Role | str,
    assumer: Caller | FederatedBearer,
    action: str,
    *,
    origin: CallOrigin,
    now: float,
    context: Mapping[str, ContextValue] | None = None,
) -> Decision[Refusal | None]:
    """None where `assumer` may do `action` (`sts:AssumeRole`) on `role` (itself or its ARN), else STS's refusal.

    `context` holds the keys of `assume_keys`; tags and a source identity in it make sts:TagSession and
    sts:SetSourceIdentity part of the question.
    """
    arn = role if isinstance(role, str) else role.arn
    if isinstance(assumer, Root):
        return root_refused(assumer)
    if Arn.try_parse(arn) is None:
        facts = (("unresolved", arn),) if is_placeholder(arn) else ()
        return decided(
            Refusal("ValidationError", f"{arn} is invalid"),
            Step("is it the ARN of a role?", "no", arn, "sts:AssumeRole", facts=facts, decides=True),
        )
    found = world.roles.get(arn) if isinstance(role, str) else role
    keys = held_keys(assumer, context or {})
    needs = needed_actions(action, keys)
    steps: tuple[Step, ...] = (_role_step(arn, found, needs), *_caller_steps(world, assumer, arn, origin))
    for needed in needs:
        layers, request, guard = _question(world, arn, found, assumer, needed, origin, now, keys)
        answer = decide(layers, request)
        steps += (*guard, *answer.steps)
        if not answer.value.allowed:
            return Decision(_refusal(answer, assumer, request), steps)
    return Decision(None, steps)


def root_refused(root: Root) -> Decision[Refusal | None]:
    """STS's answer to a root user who would become a role."""
    return decided(
        Refusal("AccessDenied", "Roles may not be assumed by root accounts."),
        Step("is the caller a root user?", "yes", root.account, "sts:AssumeRole", decides=True),
    )


def held_keys(assumer: Caller | FederatedBearer, context: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """`context` with the source identity that the caller's session hands on: it must be allowed as one that is given.
    # ug:source-identity"""
    keys = dict(context)
    if isinstance(assumer, RoleSession) and assumer.source_identity is not None:
        keys.setdefault("sts:SourceIdentity", assumer.source_identity)
    return keys


def trust_of(role: Role | None) -> Policy:
    """The role's trust policy; a role that is not there trusts nobody."""
    return role.trust if role is not None else _TRUSTS_NOBODY


def needed_actions(action: str, keys: Mapping[str, ContextValue]) -> tuple[str, ...]:
    """The action itself and those that its parameters add. # ug:session-tags, ug:source-identity"""
    actions = [action]
    if any(key.startswith("aws:RequestTag/") for key in keys):
        actions.append("sts:TagSession")
    if "sts:SourceIdentity" in keys:
        actions.append("sts:SetSourceIdentity")
    return tuple(actions)


def _role_step(arn: str, role: Role | None, needs: tuple[str, ...]) -> Step:
    """Its facts name the actions that are asked of the policies, each in turn."""
    question, facts = "does the role exist?", tuple(("asks", action) for action in needs)
    if role is None:
        answer = "no: answered like a role that trusts nobody"
        return Step(question, answer, arn, "sts:AssumeRole", facts=facts)
    place = role.origin.at("AssumeRolePolicyDocument")
    return Step(question, "yes", arn, "sts:AssumeRole", location=place, facts=facts)


def _caller_steps(world: World, assumer: Caller | FederatedBearer, arn: str, origin: CallOrigin) -> tuple[Step, ...]:
    if isinstance(assumer, FederatedBearer):
        return ()
    layers = gather(world, assumer, arn)
    return (*unknown_policy_steps(world, assumer), *context_steps(world, assumer, layers, origin))


_TRUSTS_NOBODY = Policy((), kind=PolicyKind.TRUST)


def _question(
    world: World,
    arn: str,
    role: Role | None,
    assumer: Caller | FederatedBearer,
    action: str,
    origin: CallOrigin,
    now: float,
    keys: Mapping[str, ContextValue],
) -> tuple[Layers, Request, tuple[Step, ...]]:
    """What the language is asked for one action: the layers, the request, and how STS itself narrowed them."""
    account = Arn.parse(arn).account
    trust = trust_of(role)
    extra = {**role_tag_keys(role, assumer), **keys}
    guard: tuple[Step, ...] = ()
    if isinstance(assumer, FederatedBearer):
        trust, guard = _guarded(trust, assumer, account)
        principal = Principal(assumer.kind, assumer.provider)
        context = _bearer_context(assumer, account, origin, now, extra)
        layers = Layers()
    else:
        principal = principal_of(assumer)
        context = request_context(world, assumer, origin=origin, now=now, extra=extra, resource_account=account)
        layers = gather(world, assumer, arn)
    layers = replace(layers, resource=NamedPolicy(f"trust policy of {arn}", trust), resource_rule=ResourceRule.TRUST)
    return layers, Request(principal, action, arn, account, context), guard


def _bearer_context(
    bearer: FederatedBearer, account: str, origin: CallOrigin, now: float, extra: Mapping[str, ContextValue]
) -> Context:
    """A bearer is no AWS principal: no key of principals is there, the token's are. # ug:iam-condition-keys"""
    keys: dict[str, ContextValue] = environment_keys(origin, now)
    keys["aws:ResourceAccount"] = account
    if bearer.shows_provider:
        keys["aws:FederatedProvider"] = bearer.provider
    keys.update(bearer.keys)
    keys.update(extra)
    return Context(dict(keys))


def role_tag_keys(role: Role | None, assumer: Caller | FederatedBearer) -> dict[str, ContextValue]:
    """The role's tags as aws:ResourceTag; tags that the caller's session hands on replace them. # ug:session-tags"""
    if role is None:
        return {}
    inherited = assumer.session_tags if isinstance(assumer, RoleSession) else Map()
    handed_on = {name.casefold() for name in _transitive(assumer)}
    replaced = handed_on & {name.casefold() for name in role.tags}
    tags = merged_tags(role.tags, Map({name: inherited[name] for name in inherited if name.casefold() in replaced}))
    keys: dict[str, ContextValue] = {f"aws:ResourceTag/{name}": value for name, value in tags.items()}
    keys.update({f"iam:ResourceTag/{name}": value for name, value in tags.items()})
    return keys


def _transitive(assumer: Caller | FederatedBearer) -> tuple[str, ...]:
    return assumer.transitive_tag_keys if isinstance(assumer, RoleSession) else ()


def _guarded(trust: Policy, bearer: FederatedBearer, account: str) -> tuple[Policy, tuple[Step, ...]]:
    """The trust policy as STS lets a foreign identity pool see it: only allowances that test the audience."""
    if bearer.provider not in COGNITO_PRINCIPALS.values() or bearer.account in (None, account):
        return trust, ()
    guarded = choice("sts.cognitoCrossAccountGuard") == "on"
    step = Step(
        "does a pool of another account need a statement that tests its audience?",
        "yes: allowances without it are passed over" if guarded else "no",
        f"identity pool of {bearer.account}, role of {account}",
        "ci:iam-roles",
        Basis.ASSUMED,
        assumption="sts.cognitoCrossAccountGuard",
    )
    if not guarded:
        return trust, (step,)
    audience = f"{bearer.provider}:aud"
    kept = tuple(
        statement
        for statement in trust.statements
        if statement.effect is Effect.DENY or any(c.key.casefold() == audience for c in statement.conditions)
    )
    return replace(trust, statements=kept), (step,)


def _refusal(answer: Decision[Result], assumer: Caller | FederatedBearer, request: Request) -> Refusal:
    if isinstance(assumer, FederatedBearer):
        # sts:AssumeRoleWithWebIdentity: the same words whatever is missing, the role included
        return Refusal("AccessDenied", f"Not authorized to perform {request.action}")
    return Refusal("AccessDenied", access_denied_message(answer, request))
