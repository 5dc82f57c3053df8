"""Customer managed policies. # iam:api §CreatePolicy"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import asked_tags, creating, on_arn, on_everything, owner, save, the_policy
from cogsim.aws.services.iam.answers import Shown, places, tags_shown, when
from cogsim.aws.services.iam.aws_policies import all_published, shown_of_aws, the_published
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_attachments import Entity, bounded, holders, is_aws_managed, kind_of
from cogsim.decisions.iam_deletion import policy_deletable
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_entities import existing_policy, held, policy_name_free
from cogsim.decisions.iam_quotas import managed_fits, room_for
from cogsim.decisions.iam_tags import tag_pairs, tagged
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.world.iam import ManagedPolicy


def policy_shown(ctx: CallContext, policy: ManagedPolicy) -> Shown:
    """A policy with how often it is used, as listings show it: without description and tags."""
    account = owner(ctx)
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_id,
        "AttachmentCount": len(list(holders(ctx.world, account, policy.arn))),
        "PermissionsBoundaryUsageCount": len(list(bounded(ctx.world, account, policy.arn))),
        "IsAttachable": True,
        "CreateDate": when(policy.created),
        "UpdateDate": when(policy.updated),
    }


def _described(ctx: CallContext, policy: ManagedPolicy) -> Shown:
    description = {"Description": policy.description} if policy.description else {}
    tags = {"Tags": tags_shown(policy.tags)} if policy.tags else {}
    return {**policy_shown(ctx, policy), **description, **tags}


@operation("iam:CreatePolicy", requires=creating("policy", "CreatePolicy", "PolicyName", asked_tags))
def create_policy(
    ctx: CallContext,
    /,
    *,
    PolicyName: str,
    PolicyDocument: str,
    Path: str | None = None,
    Description: str | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A policy with its first version, attached to nobody."""
    account, path = owner(ctx), Path or "/"
    located = places(PolicyDocument, "iam:CreatePolicy")
    document = ctx.require(accept_document(PolicyDocument, PolicyKind.IDENTITY, located))
    ctx.require(managed_fits(PolicyDocument))
    ctx.require(policy_name_free(ctx.world, account, PolicyName))
    ctx.require(room_for("PoliciesPerAccount", len(held(ctx.world.managed_policies, account))))
    arn = account.arn("policy", f"{path[1:]}{PolicyName}")
    policy = ManagedPolicy(
        arn=arn,
        name=PolicyName,
        policy=document,
        path=path,
        description=Description or "",
        tags=ctx.require(tagged(Map(), tag_pairs(Tags))),
        unique_id="ANPA" + ctx.draw("iam/unique-id", arn).base32(17),
        created=ctx.now,
        updated=ctx.now,
        default_created=ctx.now,
    )
    save(ctx, policy)
    return {"Policy": _described(ctx, policy)}


@operation("iam:GetPolicy", requires=on_arn("GetPolicy", "PolicyArn"), reads_only=True)
def get_policy(ctx: CallContext, /, *, PolicyArn: str) -> Mapping[str, Any]:
    """The policy, without its document."""
    if is_aws_managed(PolicyArn):
        return {"Policy": shown_of_aws(ctx, PolicyArn, the_published(PolicyArn, "iam:GetPolicy"))}
    return {"Policy": _described(ctx, the_policy(ctx, PolicyArn))}


@operation("iam:DeletePolicy", requires=on_arn("DeletePolicy", "PolicyArn"))
def delete_policy(ctx: CallContext, /, *, PolicyArn: str) -> Mapping[str, Any]:
    """Delete a policy that nobody has, with its only version."""
    policy = the_policy(ctx, PolicyArn)
    ctx.require(policy_deletable(ctx.world, owner(ctx), policy))
    ctx.update_world(lambda world: world.without_managed_policy(policy.arn))
    return {}


@operation("iam:ListPolicies", requires=on_everything("ListPolicies"), reads_only=True)
def list_policies(
    ctx: CallContext,
    /,
    *,
    Scope: str | None = None,
    OnlyAttached: bool | None = None,
    PathPrefix: str | None = None,
    PolicyUsageFilter: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The account's own policies (`Scope: Local`), those of AWS that cogsim holds (`AWS`), or both."""
    own = [] if Scope == "AWS" else held(ctx.world.managed_policies, owner(ctx))
    of_aws = {} if Scope == "Local" else all_published(ctx)
    shown = [policy_shown(ctx, policy) for policy in own if policy.path.startswith(PathPrefix or "/")]
    shown += [shown_of_aws(ctx, arn, each) for arn, each in of_aws.items() if each.path.startswith(PathPrefix or "/")]
    filtered = OnlyAttached or PolicyUsageFilter is not None
    found = [entry for entry in shown if not filtered or _used(entry, PolicyUsageFilter)]
    entries, more = page(ctx, found, lambda entry: f"{entry['PolicyName']} {entry['Arn']}", Marker, MaxItems)
    return {"Policies": entries, **more}


def _used(entry: Shown, usage: str | None) -> bool:
    """Whether anybody has the policy, as a permissions policy or as a boundary where `usage` says which."""
    attached, bounding = bool(entry["AttachmentCount"]), bool(entry["PermissionsBoundaryUsageCount"])
    return {"PermissionsPolicy": attached, "PermissionsBoundary": bounding}.get(usage or "", attached or bounding)


@operation("iam:ListEntitiesForPolicy", requires=on_arn("ListEntitiesForPolicy", "PolicyArn"), reads_only=True)
def list_entities_for_policy(
    ctx: CallContext,
    /,
    *,
    PolicyArn: str,
    EntityFilter: str | None = None,
    PathPrefix: str | None = None,
    PolicyUsageFilter: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """Who has the policy: attached, as a boundary, or either where the filter does not say."""
    account = owner(ctx)
    if not is_aws_managed(PolicyArn):
        ctx.require(existing_policy(ctx.world, account, PolicyArn))
    found: dict[str, Entity] = {}
    if PolicyUsageFilter != "PermissionsBoundary":
        found.update((entity.arn, entity) for entity in holders(ctx.world, account, PolicyArn))
    if PolicyUsageFilter != "PermissionsPolicy":
        found.update((entity.arn, entity) for entity in bounded(ctx.world, account, PolicyArn))
    wanted = [entity for entity in found.values() if entity.path.startswith(PathPrefix or "/")]
    if EntityFilter is not None:
        wanted = [entity for entity in wanted if kind_of(entity) == EntityFilter.lower()]
    entities, more = page(ctx, wanted, lambda entity: f"{kind_of(entity)}/{entity.name}", Marker, MaxItems)
    lists: dict[str, list[Shown]] = {"PolicyGroups": [], "PolicyUsers": [], "PolicyRoles": []}
    for entity in entities:
        word = kind_of(entity).capitalize()
        lists[f"Policy{word}s"].append({f"{word}Name": entity.name, f"{word}Id": entity.unique_id})
    return {**lists, **more}
