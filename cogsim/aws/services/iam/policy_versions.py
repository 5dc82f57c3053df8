"""The versions of a managed policy: at most five, one of them in force. # ug:policy-versions"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on_arn, save, the_policy
from cogsim.aws.services.iam.answers import Shown, encoded, places, when
from cogsim.aws.services.iam.aws_policies import the_published, version_of_aws
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_attachments import is_aws_managed
from cogsim.decisions.iam_deletion import version_deletable
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_quotas import managed_fits, version_fits
from cogsim.decisions.iam_versions import existing_version, with_default
from cogsim.errors import NotModelled
from cogsim.policy.document import PolicyKind
from cogsim.world.iam import ManagedPolicy, PolicyVersion


def version_shown(policy: ManagedPolicy, version: PolicyVersion) -> Shown:
    """A version as listings show it: without its document."""
    return {
        "VersionId": version.id,
        "IsDefaultVersion": version.id == policy.default_id,
        "CreateDate": when(version.created),
    }


@operation("iam:CreatePolicyVersion", requires=on_arn("CreatePolicyVersion", "PolicyArn"))
def create_policy_version(
    ctx: CallContext, /, *, PolicyArn: str, PolicyDocument: str, SetAsDefault: bool | None = None
) -> Mapping[str, Any]:
    """A version more; set as the default it is in force for everybody who has the policy, and that needs no further
    permission. Numbers are not given twice."""
    policy = the_policy(ctx, PolicyArn)
    located = places(PolicyDocument, "iam:CreatePolicyVersion")
    document = ctx.require(accept_document(PolicyDocument, PolicyKind.IDENTITY, located))
    ctx.require(managed_fits(PolicyDocument))
    ctx.require(version_fits(len(policy.versions)))
    version = PolicyVersion(f"v{policy.made + 1}", document, ctx.now)
    made = replace(policy, others=(*policy.others, version), made=policy.made + 1, updated=ctx.now)
    changed = with_default(made, version) if SetAsDefault else made
    save(ctx, changed)
    return {"PolicyVersion": version_shown(changed, version)}


@operation("iam:GetPolicyVersion", requires=on_arn("GetPolicyVersion", "PolicyArn"), reads_only=True)
def get_policy_version(ctx: CallContext, /, *, PolicyArn: str, VersionId: str) -> Mapping[str, Any]:
    """The version with its document."""
    if is_aws_managed(PolicyArn):
        known = the_published(PolicyArn, "iam:GetPolicyVersion")
        if VersionId != known.version:
            raise NotModelled(f"iam:GetPolicyVersion {VersionId} of {PolicyArn}", hint="only the default one is held")
        return {"PolicyVersion": version_of_aws(PolicyArn, known, document=True)}
    policy = the_policy(ctx, PolicyArn)
    version = ctx.require(existing_version(policy, VersionId))
    return {"PolicyVersion": {"Document": encoded(version.policy), **version_shown(policy, version)}}


@operation("iam:ListPolicyVersions", requires=on_arn("ListPolicyVersions", "PolicyArn"), reads_only=True)
def list_policy_versions(
    ctx: CallContext, /, *, PolicyArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    """The versions, the newest first, without their documents; of AWS's own policies the one in force."""
    if is_aws_managed(PolicyArn):
        known = the_published(PolicyArn, "iam:ListPolicyVersions")
        return {"Versions": [version_of_aws(PolicyArn, known)], "IsTruncated": False}
    policy = the_policy(ctx, PolicyArn)
    newest = sorted(policy.versions, key=lambda version: -version.number)
    shown, more = page(ctx, in_order(newest), by_place, Marker, MaxItems)
    return {"Versions": [version_shown(policy, version) for _, version in shown], **more}


@operation("iam:SetDefaultPolicyVersion", requires=on_arn("SetDefaultPolicyVersion", "PolicyArn"))
def set_default_policy_version(ctx: CallContext, /, *, PolicyArn: str, VersionId: str) -> Mapping[str, Any]:
    """Put another version in force for everybody who has the policy."""
    policy = the_policy(ctx, PolicyArn)
    version = ctx.require(existing_version(policy, VersionId))
    save(ctx, replace(with_default(policy, version), updated=ctx.now))
    return {}


@operation("iam:DeletePolicyVersion", requires=on_arn("DeletePolicyVersion", "PolicyArn"))
def delete_policy_version(ctx: CallContext, /, *, PolicyArn: str, VersionId: str) -> Mapping[str, Any]:
    """Delete a version that is not in force."""
    policy = the_policy(ctx, PolicyArn)
    ctx.require(existing_version(policy, VersionId))
    ctx.require(version_deletable(policy, VersionId))
    others = tuple(version for version in policy.others if version.id != VersionId)
    save(ctx, replace(policy, others=others, updated=ctx.now))
    return {}
