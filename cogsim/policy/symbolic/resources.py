"""Whether a Resource pattern names a resource, in a context that says all its variables need.

# ug:resource
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.policy.document import PolicyKind
from cogsim.policy.request import Context
from cogsim.policy.symbolic.wildcards import Pieces, Wild, fields, fits, pattern, substituted

_WITHIN = {Wild.RUN: Wild.RUN_WITHIN, Wild.ONE: Wild.ONE_WITHIN}
_CALLER_SIDE = (PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION)


def fits_no_type(written: str, action: str) -> bool:
    """For an action without resource types: only `*` does, and for one action the ARN of all buckets."""
    if action.casefold() != "s3:listallmybuckets" or choice("policy.listAllMyBuckets") != "covers":
        return written == "*"
    asked = ("arn", "aws", "s3", "", "", "*")
    own = fields(written)
    named = len(own) == 6 and all(fits(pattern(one), text) for one, text in zip(own, asked, strict=True))
    return written == "*" or named


def fits_arn(written: str, resource: str, kind: PolicyKind, context: Context, variables: bool) -> bool:
    """Whether the pattern `written` of a policy of `kind` names `resource`."""
    if written == "*":
        return True
    own, target = fields(written), fields(resource)
    tail = _tail(own[-1], context, variables and len(own) == 6)
    if tail is None:
        return False
    if len(target) != 6 or target[0] != "arn":  # an unresolved reference in place of an ARN: compared as one text
        whole = _tail(written, context, variables)
        return whole is not None and fits(whole, resource)
    header = [pattern(part) for part in own[:-1]]
    if len(own) < 6:
        return own[0] == "arn" and _fits_short(own[-1], header, target, kind)
    strict = all(fits(one, text) for one, text in zip((*header, tail), target, strict=True))
    if choice("policy.starAcrossColons") != "any-field" or not any(part and part[-1] is Wild.RUN for part in header):
        return strict
    return fits(_running_on(header, tail), resource)


def _tail(text: str, context: Context, variables: bool) -> Pieces | None:
    return substituted(text, context, wildcards=True) if variables else pattern(text)


def _running_on(header: list[Pieces], tail: Pieces) -> Pieces:
    """The looser reading: a `*` that ends a field may run over the colons that follow."""
    pieces: list[str | Wild] = []
    for part in header:
        kept = [_WITHIN.get(piece, piece) if isinstance(piece, Wild) else piece for piece in part]
        pieces += [*kept[:-1], Wild.RUN, ":"] if part and part[-1] is Wild.RUN else [*kept, ":"]
    return (*pieces, *tail)


def _fits_short(last: str, header: list[Pieces], target: list[str], kind: PolicyKind) -> bool:
    """Fewer than six fields: a last `*` takes in the rest; without one the rest is any, on the caller's side."""
    if not all(fits(one, text) for one, text in zip(header, target, strict=False)):
        return False
    if last.endswith("*"):
        return choice("policy.starAcrossColons") != "never" and fits(pattern(last), ":".join(target[len(header) :]))
    left_out = kind in _CALLER_SIDE and choice("policy.shortArn") == "by-kind"
    return left_out and fits(pattern(last), target[len(header)])
