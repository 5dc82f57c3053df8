"""GetFederationToken: who may federate, whom, and with which tags.

1. The keys are long-term: a session makes no session of a user.
2. The permission is asked on the federated user's ARN, so that a policy can bound the names a broker gives out.
3. Tags are a second permission, and none of them is handed on: a federated user becomes no role.

# sts:GetFederationToken
"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal
from cogsim.decisions.caller import Caller, IamUser, Root, caller_account
from cogsim.decisions.iam_keys import request_tag_keys
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.decisions.session import Lineage, lineage
from cogsim.persistent import Map
from cogsim.policy.request import Values


def check_long_term(caller: Caller, operation: str) -> Check:
    """Whether long-term keys of a user or of root signed the call of `operation` (its bare name)."""
    question = "are these long-term keys?"
    if isinstance(caller, IamUser | Root) and caller.issued_at is None:
        found = "of a user" if isinstance(caller, IamUser) else "of the root user"
        return passed(question, found, "ug:temp-credentials")
    refusal = Refusal("AccessDenied", f"Cannot call {operation} with session credentials")
    return refused(refusal, question, type(caller).__name__, "ug:temp-credentials")


def federated_arn(caller: Caller, name: str, partition: str) -> str:
    """The ARN of the federated user that the call would make."""
    return f"arn:{partition}:sts::{caller_account(caller) or ''}:federated-user/{name}"


def federation_keys(tags: tuple[tuple[str, str], ...]) -> dict[str, str | Values]:
    """The condition keys of the tags that the call passes. # ug:session-tags"""
    return request_tag_keys(tags)


def tags_of_federation(caller: IamUser | Root, tags: tuple[tuple[str, str], ...]) -> Decision[Map[str, str] | Refusal]:
    """The session tags, or STS's refusal of them. # ug:session-tags"""
    carried = lineage(caller, tags)
    return Decision(carried.value.tags if isinstance(carried.value, Lineage) else carried.value, carried.steps)
