"""What only AWS may change: service-linked roles, the roles AWS reserves, and paths of its own.

Whatever policies say, these stay as they are; AWS's own managed policies belong to no account, so that no identity
policy of ours reaches them. # ug:service-linked-roles
"""

from __future__ import annotations

from cogsim.decision import Refusal
from cogsim.decisions.iam_entities import unseen
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.iam import Role

_SERVICE_LINKED = "/aws-service-role/"
_RESERVED = ("/aws-reserved/", _SERVICE_LINKED)


def role_changeable(role: Role, *, grants: bool = True) -> Check:
    """Whether an account may change the role; of a service-linked one what grants nothing: description and tags."""
    question = "is the role one that only AWS changes?"
    linked = role.path.startswith(_SERVICE_LINKED)
    if role.path.startswith(_RESERVED) and not (linked and not grants):
        text = f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS"
        refusal = Refusal("UnmodifiableEntity", text)
        return refused(refusal, question, role.arn, "ug:service-linked-roles", answer="yes")
    return passed(question, role.arn, "ug:service-linked-roles", answer="no")


def path_free(path: str) -> Check:
    """Whether an account may make a role under the path."""
    question = "is the path reserved to AWS?"
    if path.startswith(_RESERVED):
        text = f"The path {path} is reserved to AWS"
        return unseen("InvalidInput", text, question, path, "ug:service-linked-roles")
    return passed(question, path, "ug:service-linked-roles", answer="no")
