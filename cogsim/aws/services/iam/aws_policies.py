"""AWS's own managed policies as IAM shows them: those that cogsim holds; any other raises NotModelled."""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.iam.account import owner
from cogsim.aws.services.iam.answers import Shown, encoded, when
from cogsim.clock import instant
from cogsim.decisions.aws_managed.published import Published
from cogsim.decisions.aws_managed_policies import aws_managed_policy, held, published
from cogsim.decisions.iam_attachments import bounded, holders
from cogsim.errors import NotModelled
from cogsim.world.iam import unique_id


def the_published(arn: str, name: str) -> Published:
    """What AWS publishes under the ARN; NotModelled, naming the operation, where it is not held."""
    found = published(arn)
    if found is None:
        raise NotModelled(f"{name} of {arn}", hint="what AWS publishes under that name is not held")
    return found


def all_published(ctx: CallContext) -> dict[str, Published]:
    """Every policy of AWS's that is held, by its ARN in the caller's partition; root tasks are no account's to list."""
    prefix = f"arn:{owner(ctx).partition}:iam::aws:policy/"
    return {f"{prefix}{title}": each for title, each in held().items() if not title.startswith("root-task/")}


def shown_of_aws(ctx: CallContext, arn: str, policy: Published) -> Shown:
    """The policy with how often the account uses it."""
    account = owner(ctx)
    return {
        "PolicyName": policy.name,
        "PolicyId": unique_id("ANPA", f"arn:aws:iam::aws:policy/{policy.title}"),
        "Arn": arn,
        "Path": policy.path,
        "DefaultVersionId": policy.version,
        "AttachmentCount": len(list(holders(ctx.world, account, arn))),
        "PermissionsBoundaryUsageCount": len(list(bounded(ctx.world, account, arn))),
        "IsAttachable": True,
        "CreateDate": when(instant(policy.created)),
        "UpdateDate": when(instant(policy.updated)),
    }


def version_of_aws(arn: str, policy: Published, *, document: bool = False) -> Shown:
    """The version in force, the only one that is held; with its document where that is wished."""
    found = aws_managed_policy(arn) if document else None
    text = {"Document": encoded(found)} if found is not None else {}
    dates = {"CreateDate": when(instant(policy.updated))}
    return {**text, "VersionId": policy.version, "IsDefaultVersion": True, **dates}
