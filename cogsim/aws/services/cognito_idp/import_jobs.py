"""User import: jobs, the file that is put for one, and the users it makes. # idp:import

The file goes by an HTTP PUT to the job's PreSignedUrl, which is no operation of AWS's API: `cogsim:PutUserImportFile`
stands for it, and the URL carries no signature here. An import takes no time: it is over when it has started. AWS
writes to CloudWatch what became of each row; here the steps of StartUserImportJob's decision tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, pool_arn
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.records import IMPORT_JOBS
from cogsim.aws.services.cognito_idp.users import change_user, new_user
from cogsim.clock import at
from cogsim.decision import Refusal
from cogsim.decisions import refusals, registration, user_import, usernames
from cogsim.decisions.app_client import find_pool
from cogsim.decisions.refusals import NOT_FOUND, UNSEEN_TEXTS, refused
from cogsim.decisions.user_import import ImportedRow, ImportJob
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import UserPool


def _create_requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The job on the pool, and the role that its log is written with."""
    own = Requirement("cognito-idp:CreateUserImportJob", pool_arn(ctx, params["UserPoolId"]))
    passed_to = {"iam:PassedToService": "cognito-idp.amazonaws.com"}
    return (own, Requirement("iam:PassRole", params["CloudWatchLogsRoleArn"], passed_to))


@operation("cognito-idp:GetCSVHeader", requires=on_pool("GetCSVHeader"), reads_only=True)
def get_csv_header(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """The columns that the file must have."""
    pool = operators_pool(ctx, UserPoolId)
    return {"UserPoolId": pool.id, "CSVHeader": list(user_import.header(pool))}


@operation("cognito-idp:CreateUserImportJob", requires=_create_requires)
def create_user_import_job(
    ctx: CallContext, /, *, UserPoolId: str, JobName: str, CloudWatchLogsRoleArn: str
) -> Mapping[str, Any]:
    """A job that waits for its file and for its start, for a day. Whether the role can write a log is not looked at."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(user_import.check_room(len(_jobs(ctx, pool))))
    job_id = f"import-{ctx.draw('cognito-idp/import-job', pool.id).alnum(10)}"
    bucket = f"aws-cognito-idp-user-import-{pool.region}.s3.{pool.region}.amazonaws.com"
    url = f"https://{bucket}/{Arn.parse(pool.arn).account}/{pool.id}/{job_id}"
    return _kept(ctx, ImportJob(pool.id, job_id, JobName, CloudWatchLogsRoleArn, url, ctx.now))


@operation("cognito-idp:DescribeUserImportJob", requires=on_pool("DescribeUserImportJob"), reads_only=True)
def describe_user_import_job(ctx: CallContext, /, *, UserPoolId: str, JobId: str) -> Mapping[str, Any]:
    """How far the job has come."""
    return {"UserImportJob": _described(_job(ctx, operators_pool(ctx, UserPoolId), JobId))}


@operation("cognito-idp:ListUserImportJobs", requires=on_pool("ListUserImportJobs"), reads_only=True)
def list_user_import_jobs(
    ctx: CallContext, /, *, UserPoolId: str, MaxResults: int, PaginationToken: str | None = None
) -> Mapping[str, Any]:
    """The pool's jobs, the latest first."""
    jobs = _jobs(ctx, operators_pool(ctx, UserPoolId))
    listed, following = page(
        ctx, jobs, lambda job: (-job.created, job.id), PaginationToken, MaxResults, member="PaginationToken"
    )
    return {"UserImportJobs": [_described(job) for job in listed]} | following


@operation("cogsim:PutUserImportFile")
def put_user_import_file(ctx: CallContext, /, *, UserPoolId: str, JobId: str, Csv: str) -> Mapping[str, Any]:
    """What a PUT to the job's PreSignedUrl does; a second file takes the place of the first."""
    pool = ctx.require(find_pool(ctx.world, UserPoolId, ctx.region))
    job = _job(ctx, pool, JobId)
    ctx.require(user_import.check_uploadable(job))
    _kept(ctx, replace(job, csv=Csv))
    return {}


@operation("cognito-idp:StartUserImportJob", requires=on_pool("StartUserImportJob"))
def start_user_import_job(ctx: CallContext, /, *, UserPoolId: str, JobId: str) -> Mapping[str, Any]:
    """Import the users of the job's file; the answer is the one that AWS gives before the first of them."""
    pool = operators_pool(ctx, UserPoolId)
    job = _job(ctx, pool, JobId)
    ctx.require(user_import.check_startable(pool, job))
    started = replace(job, status="Pending", started=ctx.now)
    read = user_import.read_file(pool, job.csv or "")
    if read is None:
        final = ctx.take(user_import.unreadable(started))
    else:
        columns, rows = read
        made = [_import(ctx, pool, columns, row, number) for number, row in enumerate(rows, 2)]
        counts = (made.count("imported"), made.count("skipped"), made.count("failed"))
        final = ctx.take(user_import.ended(started, *counts))
    _kept(ctx, replace(final, completed=ctx.now))
    return {"UserImportJob": _described(started)}


@operation("cognito-idp:StopUserImportJob", requires=on_pool("StopUserImportJob"))
def stop_user_import_job(ctx: CallContext, /, *, UserPoolId: str, JobId: str) -> Mapping[str, Any]:
    """Stop a job that has not started; one that has is over already."""
    job = _job(ctx, operators_pool(ctx, UserPoolId), JobId)
    ctx.require(user_import.check_stoppable(job))
    return _kept(ctx, replace(job, status="Stopped", completed=ctx.now, csv=None))


def _import(ctx: CallContext, pool: UserPool, columns: tuple[str, ...], row: str, number: int) -> str:
    """What became of a row: imported, skipped or failed."""
    read = ctx.take(user_import.read_row(pool, columns, row, number))
    if isinstance(read, Refusal):
        return "failed"
    sub = ctx.draw("cognito-idp/sub", pool.id, read.name).uuid()
    name = ctx.take(usernames.name_user(pool, read.name, read.attributes, sub))
    if isinstance(name, Refusal):
        return "failed"
    if ctx.take(usernames.check_free(ctx.world, pool, name, refusals.USERNAME_EXISTS)) is not None:
        return "skipped"
    names = registration.check_operators_names(ctx.world, pool, name.username, name.attributes, False)
    if ctx.take(names) is not None:
        return "failed"
    _make(ctx, pool, name, sub, read)
    return "imported"


def _make(ctx: CallContext, pool: UserPool, name: usernames.NewName, sub: str, row: ImportedRow) -> None:
    user = new_user(ctx, pool, name, sub, UserStatus.RESET_REQUIRED, None)
    if row.mfa:
        change_user(ctx, user, factors=("SMS_MFA",))


def _jobs(ctx: CallContext, pool: UserPool) -> list[ImportJob]:
    rows = IMPORT_JOBS.rows(ctx.state)
    return [job.at(ctx.now) for (pool_id, _), job in rows.items() if pool_id == pool.id]


def _job(ctx: CallContext, pool: UserPool, job_id: str) -> ImportJob:
    job = IMPORT_JOBS.get(ctx.state, (pool.id, job_id))
    if job is None:
        refusal = Refusal(NOT_FOUND, f"User import job {job_id} does not exist.")
        ctx.require(refused(refusal, "is there such a job?", job_id, "idp:import", assumption=UNSEEN_TEXTS))
    assert job is not None
    return job.at(ctx.now)


def _kept(ctx: CallContext, job: ImportJob) -> Mapping[str, Any]:
    ctx.update_state(lambda state: IMPORT_JOBS.put(state, (job.pool_id, job.id), job))
    return {"UserImportJob": _described(job)}


def _described(job: ImportJob) -> dict[str, Any]:
    instants = {"StartDate": job.started, "CompletionDate": job.completed}
    shown: dict[str, Any] = {
        "JobName": job.name,
        "JobId": job.id,
        "UserPoolId": job.pool_id,
        "PreSignedUrl": job.url,
        "CreationDate": at(job.created),
        "Status": job.status,
        "CloudWatchLogsRoleArn": job.role_arn,
        "ImportedUsers": job.imported,
        "SkippedUsers": job.skipped,
        "FailedUsers": job.failed,
        **{name: at(value) for name, value in instants.items() if value is not None},
    }
    return shown if job.message is None else shown | {"CompletionMessage": job.message}
