"""The credential report: every user of the account, and what each can sign in with. # ug:credential-report"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on_everything, owner
from cogsim.aws.services.iam.answers import when
from cogsim.aws.services.iam.documents import find, make
from cogsim.decisions.iam_access_keys import existing_key_of_account
from cogsim.decisions.iam_credential_report import report, report_there, still_new
from cogsim.world.account_document import CREDENTIAL_REPORT


@operation("iam:GenerateCredentialReport", requires=on_everything("GenerateCredentialReport"))
def generate_credential_report(ctx: CallContext, /) -> Mapping[str, Any]:
    """Start a report, where there is none of the last four hours; it is done when it is asked for again."""
    if ctx.take(still_new(find(ctx, CREDENTIAL_REPORT), ctx.now)):
        return {"State": "COMPLETE"}
    make(ctx, CREDENTIAL_REPORT, "", {"Text": report(ctx.world, owner(ctx))})
    description = "No report exists. Starting a new report generation task"
    return {"State": "STARTED", "Description": description}


@operation("iam:GetCredentialReport", requires=on_everything("GetCredentialReport"), reads_only=True)
def get_credential_report(ctx: CallContext, /) -> Mapping[str, Any]:
    """The report as it was made, as comma-separated values."""
    kept = ctx.require(report_there(ctx.world, owner(ctx), ctx.now))
    return {"Content": kept.content["Text"].encode(), "ReportFormat": "text/csv", "GeneratedTime": when(kept.created)}


@operation("iam:GetAccessKeyLastUsed", requires=on_everything("GetAccessKeyLastUsed"), reads_only=True)
def get_access_key_last_used(ctx: CallContext, /, *, AccessKeyId: str) -> Mapping[str, Any]:
    """Whose key it is. When keys were last used is not kept: as of a key of before 2015, nothing is said of it."""
    user = ctx.require(existing_key_of_account(ctx.world, owner(ctx), AccessKeyId))
    return {"UserName": user.name, "AccessKeyLastUsed": {"Region": "N/A", "ServiceName": "N/A"}}
