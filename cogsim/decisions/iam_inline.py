"""Inline policies by name. # iam:api §GetRolePolicy"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import NO_SUCH_ENTITY
from cogsim.decisions.refusals import refused
from cogsim.policy.document import Policy


def inline_policy(kind: str, inline: Mapping[str, Policy], name: str) -> Decision[Policy | Refusal]:
    """The inline policy of that name, or the refusal; `kind` is user, role or group."""
    question = f"has the {kind} an inline policy of that name?"
    if name in inline:
        return decided(inline[name], Step(question, "yes", name, "iam:api"))
    refusal = Refusal(NO_SUCH_ENTITY, f"The {kind} policy with name {name} cannot be found.")
    return refused(refusal, question, name, "iam:api")
