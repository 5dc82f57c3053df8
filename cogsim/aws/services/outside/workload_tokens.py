"""The token that a job of GitHub Actions asks for. # github:oidc"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.outside.oidc import issuer_of
from cogsim.decisions.oidc_issue import signed
from cogsim.decisions.workload_token import Job, workload_claims


@operation("cogsim:WorkloadToken")
def workload_token(
    ctx: CallContext,
    /,
    *,
    Issuer: str,
    Repository: str,
    Audience: str | None = None,
    Ref: str = "refs/heads/main",
    Environment: str | None = None,
    Event: str = "push",
    Workflow: str = "deploy",
    WorkflowFile: str = ".github/workflows/deploy.yml",
    CalledWorkflow: str | None = None,
    Actor: str = "octocat",
) -> Mapping[str, Any]:
    """`value` is the token, as GitHub's own answer names it."""
    issuer = issuer_of(ctx, Issuer)
    serial = ctx.draw("oidc/job", issuer.url, Repository)
    job = Job(
        repository=Repository,
        ref=Ref,
        environment=Environment,
        event=Event,
        workflow=Workflow,
        workflow_file=WorkflowFile,
        called_workflow=CalledWorkflow,
        actor=Actor,
        audience=Audience,
        run_id=str(serial.number + 1),
    )
    return {"value": signed(issuer, ctx.require(workload_claims(issuer, job, now=ctx.now, serial=serial.uuid())))}
