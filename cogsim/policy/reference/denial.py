"""The sentence with which AWS refuses.

# ug:access-denied
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Decision
from cogsim.policy.layers import Result
from cogsim.policy.reference.decide import same_account
from cogsim.policy.request import PrincipalKind, Request

_IMPLICIT = {
    "identity": "identity-based policy", "resource": "resource-based policy", "boundary": "permissions boundary",
    "session": "session policy", "scp": "service control policy", "rcp": "resource control policy",
    "vpc-endpoint": "VPC endpoint policy", "trust": "role trust policy",
}  # fmt: skip
_EXPLICIT = {
    layer: f"{'an' if name[0] == 'i' else 'a'} {name}" for layer, name in _IMPLICIT.items() if layer != "trust"
} | {"trust": "the role trust policy"}


def access_denied_message(decision: Decision[Result], request: Request) -> str:
    """AWS's sentence for a refused `decision` on `request`; raises ValueError for one that allows.

    One kind of policy is named even where several refuse; across accounts none is, as AWS usually does.
    """
    if decision.value.allowed:
        raise ValueError("the request is allowed")
    anonymous = request.principal.kind is PrincipalKind.ANONYMOUS
    caller = "anonymous" if anonymous else request.principal.arn
    sentence = f"User: {caller} is not authorized to perform: {request.action} on resource: {request.resource}"
    reason = _reason(decision, request)
    return f"{sentence} {reason}" if reason else sentence


def _reason(decision: Decision[Result], request: Request) -> str:
    if not same_account(request) and choice("policy.crossAccountDenialText") == "silent":
        return ""
    layer = dict(decision.deciding[0].facts).get("layer", "")
    if layer not in _IMPLICIT:
        return ""
    if decision.value is Result.EXPLICITLY_DENIED:
        return f"with an explicit deny in {_EXPLICIT[layer]}"
    return f"because no {_IMPLICIT[layer]} allows the {request.action} action"
