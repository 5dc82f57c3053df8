"""The policy simulator: what policies would answer, asked without making the call. # iam:SimulateCustomPolicy"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.iam.account import on_everything, owner
from cogsim.aws.services.iam.answers import places
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.aws.services.iam.simulator_results import results
from cogsim.decisions.caller import Caller
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_entities import INVALID_INPUT
from cogsim.decisions.iam_quotas import policy_text
from cogsim.decisions.iam_simulated_principal import (
    Held,
    attached_boundary,
    caller_keys,
    policies_of,
    simulated_caller,
    source_entity,
    source_there,
)
from cogsim.decisions.iam_simulation import Simulation
from cogsim.decisions.iam_simulation_inputs import (
    accept_context,
    actions_acceptable,
    caller_acceptable,
    one_boundary,
    owner_account,
    resources_acceptable,
)
from cogsim.load import service_data
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.layers import Level, NamedPolicy


@dataclass(slots=True)
class _Documents:
    """The documents of one simulation: each under a name of its own, with its text."""

    ctx: CallContext
    sources: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def given(self, texts: Iterable[str] | None, member: str, kind: PolicyKind) -> tuple[NamedPolicy, ...]:
        """Documents that the call brings, called `member.1`, `member.2`, …"""
        return tuple(self.one(text, f"{member}.{number}", kind) for number, text in enumerate(texts or (), 1))

    def one(self, text: str, name: str, kind: PolicyKind, source_type: str = "none") -> NamedPolicy:
        policy: Policy = self.ctx.require(accept_document(text, kind, places(text, name), INVALID_INPUT))
        self.sources[name] = (name, source_type, text)
        return NamedPolicy(name, policy)

    def stored(self, found: Iterable[Held]) -> tuple[NamedPolicy, ...]:
        """Documents that an entity has, called as an explanation calls them."""
        named = []
        for each in found:
            self.sources[each.named.name] = (each.title, each.source_type, policy_text(each.named.policy))
            named.append(each.named)
        return tuple(named)


@operation("iam:SimulateCustomPolicy", requires=on_everything("SimulateCustomPolicy"), reads_only=True)
def simulate_custom_policy(
    ctx: CallContext,
    /,
    *,
    PolicyInputList: list[str],
    ActionNames: list[str],
    PermissionsBoundaryPolicyInputList: list[str] | None = None,
    OrderedOrganizationPolicyInputList: list[Mapping[str, list[str]]] | None = None,
    ResourceArns: list[str] | None = None,
    ResourcePolicy: str | None = None,
    ResourceOwner: str | None = None,
    CallerArn: str | None = None,
    ContextEntries: list[Mapping[str, Any]] | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
) -> Mapping[str, Any]:
    """What the given policies answer, attached to nobody."""
    documents = _Documents(ctx)
    _check(ctx, CallerArn, ResourcePolicy, ActionNames, ResourceArns)
    identity = documents.given(PolicyInputList, "PolicyInputList", PolicyKind.IDENTITY)
    bounds = _boundary(ctx, documents, PermissionsBoundaryPolicyInputList)
    levels = tuple(
        Level(
            f"level {number}",
            documents.given(level.get("ServiceControlPolicyInputList"), f"Organization.{number}", PolicyKind.SCP),
        )
        for number, level in enumerate(OrderedOrganizationPolicyInputList or (), 1)
    )
    caller, principal, account = simulated_caller(ctx.world, CallerArn, owner(ctx).account)
    resource_owner = None if ResourceOwner is None else ctx.require(owner_account(ResourceOwner))
    simulation = Simulation(
        principal=principal,
        account=account,
        identity=identity,
        context=_context(ctx, caller, ContextEntries),
        boundary=bounds,
        scps=levels or None,
        resource_policy=_resource_policy(documents, ResourcePolicy),
        owner=resource_owner,
    )
    found = results(simulation, documents.sources, ActionNames, ResourceArns or ["*"])
    shown, more = page(ctx, in_order(found), by_place, Marker, MaxItems)
    return {"EvaluationResults": [result for _, result in shown], **more}


def _on_source(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (Requirement("iam:SimulatePrincipalPolicy", params["PolicySourceArn"]),)


@operation("iam:SimulatePrincipalPolicy", requires=_on_source, reads_only=True)
def simulate_principal_policy(
    ctx: CallContext,
    /,
    *,
    PolicySourceArn: str,
    ActionNames: list[str],
    PolicyInputList: list[str] | None = None,
    PermissionsBoundaryPolicyInputList: list[str] | None = None,
    ResourceArns: list[str] | None = None,
    ResourcePolicy: str | None = None,
    ResourceOwner: str | None = None,
    CallerArn: str | None = None,
    ContextEntries: list[Mapping[str, Any]] | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
) -> Mapping[str, Any]:
    """What the policies of a user, group or role answer, with those given besides; a boundary given takes the place of
    the one attached. Service control policies are not gathered: no organization is in the world."""
    documents = _Documents(ctx)
    ctx.require(source_there(ctx.world, owner(ctx), PolicySourceArn))
    source = source_entity(ctx.world, PolicySourceArn)
    assert source is not None
    _check(ctx, CallerArn or PolicySourceArn, ResourcePolicy, ActionNames, ResourceArns)
    attached = documents.stored(policies_of(ctx.world, owner(ctx), source))
    given = documents.given(PolicyInputList, "PolicyInputList", PolicyKind.IDENTITY)
    bounds = _boundary(ctx, documents, PermissionsBoundaryPolicyInputList)
    caller, principal, account = simulated_caller(ctx.world, CallerArn or PolicySourceArn, owner(ctx).account)
    resource_owner = None if ResourceOwner is None else ctx.require(owner_account(ResourceOwner))
    simulation = Simulation(
        principal=principal,
        account=account,
        identity=(*attached, *given),
        context=_context(ctx, caller, ContextEntries),
        boundary=bounds or attached_boundary(ctx.world, source),
        resource_policy=_resource_policy(documents, ResourcePolicy),
        owner=resource_owner,
    )
    found = results(simulation, documents.sources, ActionNames, ResourceArns or ["*"])
    shown, more = page(ctx, in_order(found), by_place, Marker, MaxItems)
    return {"EvaluationResults": [result for _, result in shown], **more}


def _check(
    ctx: CallContext,
    caller_arn: str | None,
    resource_policy: str | None,
    actions: list[str],
    resources: list[str] | None,
) -> None:
    """What can be refused without reading a document."""
    ctx.require(caller_acceptable(caller_arn, resource_policy))
    ctx.require(actions_acceptable(actions, lambda action: service_data.action(action) is not None))
    ctx.require(resources_acceptable(resources or [], resource_policy))


def _boundary(ctx: CallContext, documents: _Documents, texts: list[str] | None) -> NamedPolicy | None:
    ctx.require(one_boundary(texts or []))
    found = documents.given(texts, "PermissionsBoundaryPolicyInputList", PolicyKind.IDENTITY)
    return found[0] if found else None


def _resource_policy(documents: _Documents, text: str | None) -> NamedPolicy | None:
    return None if text is None else documents.one(text, "ResourcePolicy", PolicyKind.RESOURCE, "resource")


def _context(ctx: CallContext, caller: Caller | None, entries: list[Mapping[str, Any]] | None) -> Any:
    given = ctx.require(accept_context(entries))
    return ctx.take(caller_keys(ctx.world, caller, ctx.now, given))
