"""The token that GitHub Actions gives a job: who it is, in the claims that trust policies test.

1. `sub` begins with the repository, and says either the environment, or that a pull request made the job run, or the
   ref: whoever trusts less of it trusts other jobs too.
2. A repository's owner may put other claims into `sub`, which then are all that stands there.
3. An environment is one that the repository has: its protection rules are what makes it worth trusting.

# github:oidc
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.world.external_oidc import OidcIssuer, Repository

_BEFORE, _LIFETIME = 600, 300


@dataclass(frozen=True, slots=True)
class Job:
    """A job that asks for a token. `ref` is a full one (`refs/heads/main`); `workflow_file` the file that ran, and
    `called_workflow` the reusable workflow that the job is part of, as `owner/repository/path@ref`."""

    repository: str
    ref: str = "refs/heads/main"
    environment: str | None = None
    event: str = "push"
    workflow: str = "deploy"
    workflow_file: str = ".github/workflows/deploy.yml"
    called_workflow: str | None = None
    actor: str = "octocat"
    audience: str | None = None
    run_id: str = "1"


def workload_claims(issuer: OidcIssuer, job: Job, *, now: float, serial: str) -> Decision[Mapping[str, Any] | Refusal]:
    """The claims of the job's token at `now` (seconds), or why GitHub gives none."""
    repository, place = issuer.repositories.get(job.repository), issuer.origin.at("Repositories")
    question = "does the job run in a repository that GitHub has?"
    if repository is None:
        step = Step(question, "no", job.repository, "github:oidc", location=place, decides=True)
        return decided(Refusal("not_found", f"no repository {job.repository}"), step)
    steps: tuple[Step, ...] = (Step(question, "yes", job.repository, "github:oidc", location=place),)
    question = "is the environment one of the repository's?"
    if job.environment is not None and job.environment not in repository.environments:
        step = Step(question, "no", job.environment, "github:oidc", location=place, decides=True)
        return decided(Refusal("not_found", f"no environment {job.environment}"), step, after=steps)
    if job.environment is not None:
        steps += (Step(question, "yes", job.environment, "github:oidc", location=place),)
    claims = _claims(issuer, repository, job, now, serial)
    step = Step("what is the subject?", claims["sub"], ", ".join(repository.subject_keys), "github:oidc", decides=True)
    return decided(claims, step, after=steps)


def _claims(issuer: OidcIssuer, repository: Repository, job: Job, now: float, serial: str) -> dict[str, Any]:
    at = f"{job.repository}/{job.workflow_file}@{job.ref}"
    claims: dict[str, Any] = {
        "jti": serial,
        "aud": job.audience or f"https://github.com/{repository.owner}",
        "ref": job.ref,
        "ref_type": "tag" if job.ref.startswith("refs/tags/") else "branch",
        "repository": repository.name,
        "repository_id": repository.id,
        "repository_owner": repository.owner,
        "repository_owner_id": repository.owner_id,
        "repository_visibility": repository.visibility,
        "actor": job.actor,
        "event_name": job.event,
        "workflow": job.workflow,
        "workflow_ref": at,
        "job_workflow_ref": job.called_workflow or at,
        "run_id": job.run_id,
        "run_attempt": "1",
        "runner_environment": "github-hosted",
    }
    if job.environment is not None:
        claims["environment"] = job.environment
    if repository.enterprise is not None:
        claims["enterprise"] = repository.enterprise
    claims["sub"] = _subject(repository, job, claims)
    return {**claims, "iss": issuer.url, "nbf": int(now) - _BEFORE, "iat": int(now), "exp": int(now) + _LIFETIME}


def _subject(repository: Repository, job: Job, claims: Mapping[str, Any]) -> str:
    """Rules 1 and 2; colons within a value are written out, since they separate. # github:oidc §subject"""
    if job.environment is not None:
        context = f"environment:{_escaped(job.environment)}"
    elif job.event == "pull_request":
        context = "pull_request"
    else:
        context = f"ref:{job.ref}"
    pieces = {"repo": f"repo:{repository.name}", "context": context}
    keys = repository.subject_keys or ("repo", "context")
    return ":".join(pieces.get(key) or f"{key}:{_escaped(str(claims.get(key, '')))}" for key in keys)


def _escaped(text: str) -> str:
    return text.replace(":", "%3A")
