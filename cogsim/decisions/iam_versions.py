"""The versions of a managed policy by their ids. # ug:policy-versions"""

from __future__ import annotations

from dataclasses import replace

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import NO_SUCH_ENTITY
from cogsim.decisions.refusals import refused
from cogsim.world.iam import ManagedPolicy, PolicyVersion


def existing_version(policy: ManagedPolicy, version_id: str) -> Decision[PolicyVersion | Refusal]:
    """The version of that id, or the refusal."""
    question = "has the policy such a version?"
    found = next((version for version in policy.versions if version.id == version_id), None)
    if found is not None:
        return decided(found, Step(question, "yes", version_id, "ug:policy-versions"))
    text = f"Policy {policy.arn} version {version_id} does not exist or is not attachable."
    return refused(Refusal(NO_SUCH_ENTITY, text), question, version_id, "ug:policy-versions")


def with_default(policy: ManagedPolicy, version: PolicyVersion) -> ManagedPolicy:
    """The policy with `version`, one of its own, in force."""
    if version.id == policy.default_id:
        return policy
    kept = (policy.default, *(other for other in policy.others if other.id != version.id))
    others = tuple(sorted(kept, key=lambda other: other.number))
    return replace(
        policy,
        policy=version.policy,
        default_id=version.id,
        default_created=version.created,
        others=others,
    )
