"""May this caller do this action on this resource: the policies of every layer, gathered, and the language's answer.

1. Whose resource is it? Its account decides whether one account or both must allow. A bucket that is not in the world
   has no known owner: whose it is taken for is a switch, and the answer names it.
2. Which policies bear on the request? The caller's own, its groups', its boundary, its session's, the resource's. A
   policy that is attached but whose document is not in the world grants nothing here, and the answer names it.
3. What is in the request's context?
4. The language decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.aws_managed_policies import aws_managed_policy
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import (
    Caller,
    FederatedUser,
    IamUser,
    RoleSession,
    Root,
    caller_account,
    principal_of,
)
from cogsim.decisions.iam_keys import resource_tag_keys
from cogsim.decisions.request_context import ContextValue, context_steps, mentions, request_context
from cogsim.errors import Location
from cogsim.persistent import Map
from cogsim.policy.aws_owned import shown_to_every_account
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.layers import Layers, NamedPolicy, Result
from cogsim.policy.parse import parse
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Request
from cogsim.world.bucket import Bucket
from cogsim.world.iam import Role, User
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.rest_api import RestApi
from cogsim.world.table import Table
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: Services whose requests go to one Region whatever the caller's is. # ug:condition-keys §requestedregion
_GLOBAL_SERVICES = frozenset({"iam", "organizations", "account", "route53", "cloudfront"})


#: What the root user may: everything that nothing else forbids. # ug:eval-logic §root
_ALL_OF_ROOT = NamedPolicy(
    "rights of the root user",
    parse(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
        PolicyKind.IDENTITY,
    ),
)

#: Stands for the account of whoever owns a resource that nothing is known of.
_UNKNOWN_ACCOUNT = "unknown"


def authorise(
    world: World,
    caller: Caller,
    action: str,
    resource: str,
    *,
    origin: CallOrigin,
    now: float,
    context: Mapping[str, ContextValue] | None = None,
    resource_account: str | None = None,
    wildcard_only: bool = False,
) -> Decision[Result]:
    """Whether `caller` may do `action` (`s3:GetObject`) on `resource` (an ARN, or `*`) at `now` (seconds).

    `context` holds the service's own condition keys of this request; `resource_account` the owner where the ARN does
    not say; `wildcard_only` marks an action without resource types. See `unresolved` for what could change the answer.
    """
    layers, request, before = gathered(
        world, caller, action, resource, origin=origin, now=now, context=context, resource_account=resource_account,
        wildcard_only=wildcard_only,
    )  # fmt: skip
    answer = decide(layers, request)
    return decided(answer.value, *answer.steps, after=before)


def gathered(
    world: World,
    caller: Caller,
    action: str,
    resource: str,
    *,
    origin: CallOrigin,
    now: float,
    context: Mapping[str, ContextValue] | None = None,
    resource_account: str | None = None,
    wildcard_only: bool = False,
) -> tuple[Layers, Request, tuple[Step, ...]]:
    """What `authorise` lets the language decide, and the steps that say what of it is not sure."""
    if shown_to_every_account(action, resource):
        resource_account = resource_account or caller_account(caller)
    owner, owner_steps = resource_owner(world, caller, resource, resource_account)
    layers = gather(world, caller, resource)
    passed_on = action.casefold() == "iam:passrole"  # sar:iam §PassRole: it reads no tags of the role
    keys: dict[str, ContextValue] = {} if passed_on else dict(resource_keys(world, resource))
    if action.partition(":")[0].casefold() in _GLOBAL_SERVICES and origin.partition == "aws":
        keys["aws:RequestedRegion"] = "us-east-1"
    keys.update(context or {})
    known_owner = None if owner == _UNKNOWN_ACCOUNT else owner
    request = Request(
        principal_of(caller),
        action,
        resource,
        owner,
        request_context(world, caller, origin=origin, now=now, extra=keys, resource_account=known_owner),
        wildcard_only,
    )
    steps = (*owner_steps, *unknown_policy_steps(world, caller), *context_steps(world, caller, layers, origin))
    return layers, request, steps


#: The keys whose values follow the instant of a request, folded. # ug:condition-keys
_TIMES = ("aws:currenttime", "aws:epochtime", "aws:multifactorauthage")


def reads_time(world: World, caller: Caller, resource: str) -> bool:
    """Whether a policy that bears on the caller's requests for `resource` speaks of when they are made."""
    layers = gather(world, caller, resource)
    return any(mentions(layers, key) for key in _TIMES)


def unresolved(decision: Decision[Any]) -> tuple[str, ...]:
    """What the world does not tell and could change the answer: policy ARNs, principals, buckets; each once, sorted.
    Nothing changes an explicit deny."""
    if decision.value is Result.EXPLICITLY_DENIED:
        return ()
    found = {value for step in decision.steps for name, value in step.facts if name == "unresolved"}
    return tuple(sorted(found))


def resource_owner(
    world: World, caller: Caller, resource: str, known: str | None = None
) -> tuple[str | None, tuple[Step, ...]]:
    """The account that owns `resource`, and the steps to say so where it had to be assumed."""
    if known is not None:
        return known, ()
    own = caller_account(caller) or world.home.account
    arn = Arn.try_parse(resource)
    if arn is None:
        return own, ()
    if arn.account:
        return arn.account, ()
    bucket = bucket_of(world, arn)
    if bucket is not None:
        return bucket.account, ()
    answer = choice("authorization.unknownOwner")
    return own if answer == "caller" else _UNKNOWN_ACCOUNT, (
        Step(
            "which account owns the resource?",
            f"unknown: taken for {answer}",
            f"{resource} is not in the world",
            "ug:cross-account",
            Basis.ASSUMED,
            assumption="authorization.unknownOwner",
            facts=(("unresolved", resource),),
        ),
    )


def bucket_of(world: World, arn: Arn) -> Bucket | None:
    """The bucket that an S3 ARN is about, its own or an object's."""
    if arn.service != "s3" or arn.account:
        return None
    bucket = world.buckets.get(arn.resource.partition("/")[0])
    return bucket if bucket is not None and bucket.partition == arn.partition else None


def table_of(world: World, arn: Arn) -> Table | None:
    """The table that a DynamoDB ARN is about, its own or an index's."""
    if arn.service != "dynamodb":
        return None
    name = "/".join(arn.resource.split("/")[:2])
    return world.tables.get(f"arn:{arn.partition}:dynamodb:{arn.region}:{arn.account}:{name}")


def user_pool_of(world: World, arn: Arn) -> UserPool | None:
    """The user pool that the ARN names."""
    pool = world.user_pools.get(arn.resource.removeprefix("userpool/")) if arn.service == "cognito-idp" else None
    return pool if pool is not None and pool.arn == str(arn) else None


def identity_pool_of(world: World, arn: Arn) -> IdentityPool | None:
    """The identity pool that the ARN names."""
    found = arn.service == "cognito-identity"
    pool = world.identity_pools.get(arn.resource.removeprefix("identitypool/")) if found else None
    return pool if pool is not None and pool.arn == str(arn) else None


def resource_keys(world: World, resource: str) -> dict[str, ContextValue]:
    """The keys that the resource itself brings: its tags, where its service supports them in conditions."""
    arn = Arn.try_parse(resource)
    if arn is None:
        return {}
    if arn.service == "iam":
        return dict(resource_tag_keys(world, arn))
    bucket = bucket_of(world, arn)
    if bucket is not None:
        counts = bucket.attribute_based and "/" not in arn.resource  # s3:abac
        return {f"aws:ResourceTag/{name}": value for name, value in bucket.tags.items()} if counts else {}
    noun = table_of(world, arn) or user_pool_of(world, arn) or identity_pool_of(world, arn)
    return {f"aws:ResourceTag/{name}": value for name, value in noun.tags.items()} if noun is not None else {}


def gather(world: World, caller: Caller, resource: str) -> Layers:
    """Every policy of the world that bears on a request of `caller` for `resource`.

    A boundary whose document is unknown stands as one that allows nothing; `unknown_policy_steps` names it.
    """
    arn = Arn.try_parse(resource)
    bucket = bucket_of(world, arn) if arn else None
    holder = _holder(world, caller)
    return Layers(
        identity=_identity_policies(world, caller, holder),
        resource=_resource_policy(world, arn) if arn else None,
        boundary=_boundary(world, holder),
        session=caller.session_policies if isinstance(caller, RoleSession | FederatedUser | Root) else None,
        block_public_access=bucket.public_access_block if bucket else frozenset(),
    )


def _identity_policies(world: World, caller: Caller, holder: Role | User | None) -> tuple[NamedPolicy, ...]:
    """The policies of the caller's role, or of its user and the user's groups, whose documents are known."""
    if isinstance(caller, FederatedUser) and caller.of_root:
        # sts:GetFederationToken: what the root user may, as far as the session policy passes it on
        return (_ALL_OF_ROOT,)
    if holder is None:
        return ()
    found = []
    for name, inline, managed in _sources(world, holder):
        if len(inline):
            found += [NamedPolicy(f"{name} inline {title}", policy) for title, policy in inline.items()]
        for arn in managed:
            known = managed_policy(world, arn)
            if known is not None:
                found.append(known)
    return tuple(found)


def managed_policy(world: World, arn: str) -> NamedPolicy | None:
    """The managed policy behind an ARN: the world's own, or one of AWS's whose document is held."""
    own = world.managed_policies.get(arn)
    policy = own.policy if own is not None else aws_managed_policy(arn)
    return NamedPolicy(arn, policy) if policy is not None else None


def unknown_policy_steps(world: World, caller: Caller) -> tuple[Step, ...]:
    """A step for every policy attached to the caller whose document is not in the world, and for an unknown caller."""
    holder = _holder(world, caller)
    if holder is None:
        return _unknown_holder(caller)
    steps = []
    for name, _, managed in _sources(world, holder):
        for arn in managed:
            if managed_policy(world, arn) is None:
                place = holder.origin.at("ManagedPolicyArns")
                steps.append(_unknown(f"what does {arn}, attached to {name}, grant?", arn, place))
    if holder.boundary is not None and managed_policy(world, holder.boundary) is None:
        question = f"what does the permissions boundary {holder.boundary} allow?"
        steps.append(_unknown(question, holder.boundary, holder.origin.at("PermissionsBoundary")))
    return tuple(steps)


def _unknown(question: str, arn: str, place: Location | None) -> Step:
    return Step(
        question,
        "unknown: its document is not in the world, so it grants nothing here",
        arn,
        "ug:policies",
        location=place,
        facts=(("unresolved", arn),),
    )


def _unknown_holder(caller: Caller) -> tuple[Step, ...]:
    match caller:
        case RoleSession():
            arn = caller.role_arn
        case FederatedUser() if not caller.of_root:
            arn = caller.user_arn
        case IamUser():
            arn = caller.arn
        case _:
            return ()
    question = "which policies has the caller?"
    return (Step(question, "unknown: not in the world", arn, "ug:policies", facts=(("unresolved", arn),)),)


def _holder(world: World, caller: Caller) -> Role | User | None:
    """The role or user whose policies the caller carries."""
    match caller:
        case RoleSession():
            return world.roles.get(caller.role_arn)
        case IamUser():
            return world.users.get(caller.arn)
        case FederatedUser():
            return world.users.get(caller.user_arn)
        case _:
            return None


def _sources(world: World, holder: Role | User) -> Iterator[tuple[str, Map[str, Policy], tuple[str, ...]]]:
    """What carries policies for `holder`: itself, then its groups, each with inline and managed policies."""
    kind = "role" if isinstance(holder, Role) else "user"
    yield f"{kind}/{holder.name}", holder.inline, holder.managed
    if isinstance(holder, User) and holder.groups:
        account = Arn.parse(holder.arn).account
        for arn, group in world.groups.items():
            if group.name in holder.groups and Arn.parse(arn).account == account:
                yield f"group/{group.name}", group.inline, group.managed


def _boundary(world: World, holder: Role | User | None) -> tuple[NamedPolicy, ...] | None:
    if holder is None or holder.boundary is None:
        return None
    known = managed_policy(world, holder.boundary)
    return (known,) if known is not None else ()


def _resource_policy(world: World, arn: Arn) -> NamedPolicy | None:
    """The policy that the resource itself carries."""
    bucket = bucket_of(world, arn)
    if bucket is not None:
        return NamedPolicy(f"policy of {bucket.arn}", bucket.policy) if bucket.policy else None
    table = table_of(world, arn)
    if table is not None and table.policy is not None:
        return NamedPolicy(f"policy of {table.arn}", table.policy)
    api = rest_api_of(world, arn)
    return api_policy(api) if api is not None else None


def rest_api_of(world: World, arn: Arn) -> RestApi | None:
    """The REST API that an ARN of a route is about."""
    api = world.rest_apis.get(arn.resource.partition("/")[0]) if arn.service == "execute-api" else None
    return api if api is not None and str(arn).startswith(f"{api.arn}/") else None


def api_policy(api: RestApi) -> NamedPolicy | None:
    """The policy of a REST API, its resources written out: `execute-api:/stage/…` is the API's own.
    # apigw:resource-policies"""
    return NamedPolicy(f"policy of {api.arn}", _written_out(api.policy, api.arn)) if api.policy is not None else None


def _written_out(policy: Policy, arn: str) -> Policy:
    statements = []
    for statement in policy.statements:
        held = statement.resources
        if held is not None and any(value.startswith("execute-api:/") for value in held.values):
            values = tuple(re.sub("^execute-api:/", f"{arn}/", value) for value in held.values)
            statement = replace(statement, resources=replace(held, values=values))
        statements.append(statement)
    return replace(policy, statements=tuple(statements))
