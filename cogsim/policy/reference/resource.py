"""Whether a Resource pattern names the resource of a request: field by field of the ARN, with case."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from cogsim.assumptions import choice
from cogsim.policy.document import PolicyKind
from cogsim.policy.reference.match import PLACEHOLDER, Pattern, Wild, crossing_glob, fields, glob, pattern
from cogsim.policy.reference.variables import Template, expand, filled, template
from cogsim.policy.request import Context, Request

# ug:resource: AWS's own examples grant this one action without a resource type on the ARN of all buckets
_ALL_BUCKETS_ACTION, _ALL_BUCKETS = "s3:listallmybuckets", "arn:aws:s3:::*"

_LEFT_OUT_IS_ANY = frozenset({PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION})

Fields = tuple[str, ...]


class Fit(NamedTuple):
    """Whether the pattern fits, the variable that had no value, and the assumption the answer rests on."""

    fits: bool
    missing: str | None = None
    assumption: str | None = None


FITS, FITS_NOT = Fit(True), Fit(False)


class Header(NamedTuple):
    """The fields of a pattern in front of its last one; `literal` where no wildcard stands in them."""

    written: Fields
    patterns: tuple[Pattern, ...]
    literal: bool
    open_ended: bool


@lru_cache(maxsize=16_384)
def _taken_apart(written: str, variables: bool) -> tuple[Header, str, Template]:
    """The header, the last field as written, and that as a template: variables stand in the sixth field only."""
    *front, last = fields(written)
    patterns = tuple(map(pattern, front))
    literal = not any(isinstance(piece, Wild) for field in patterns for piece in field)
    open_ended = any(part.endswith("*") for part in front)
    header = Header(tuple(front), patterns, literal, open_ended)
    return header, last, template(last, variables and len(front) == 5, True)


def fits(written: str, request: Request, kind: PolicyKind, variables: bool) -> Fit:
    """Whether the pattern `written` names the request's resource; `variables` where the policy's version has them."""
    if written == "*":
        return FITS
    if request.wildcard_only:
        return _without_resource_type(written, request)
    header, last, unfilled = _taken_apart(written, variables)
    target = fields(request.resource)
    tail = filled(unfilled, request.context)
    if tail.missing:  # ug:variables §no-value: such an entry names nothing
        return Fit(False, missing=tail.missing)
    if len(target) != 6 or target[0] != "arn":
        return Fit(_flat(written, request.resource, request.context, variables))
    if len(header.written) == 5:
        return _whole(header, tail.pattern, target, request.resource)
    return _short(header, last, target, kind)


def _whole(header: Header, tail: Pattern, target: Fields, resource: str) -> Fit:
    """Six fields against six: a wildcard stays in its field. # ug:resource §wildcards"""
    strict = _header_fits(header, target) and glob(tail, target[-1])
    if strict or not header.open_ended:
        return FITS if strict else FITS_NOT  # the looser reading takes in whatever the strict one does
    loose = crossing_glob(_crossing(header.patterns, tail), resource)
    if loose == strict:
        return Fit(strict)
    answer = loose if choice("policy.starAcrossColons") == "any-field" else strict
    return Fit(answer, assumption="policy.starAcrossColons")


def _header_fits(header: Header, target: Fields) -> bool:
    """Whether the fields in front of the last one fit."""
    if header.literal:
        return header.written == target[:5]
    return all(map(glob, header.patterns, target))


def _crossing(header: tuple[Pattern, ...], tail: Pattern) -> Pattern:
    """The looser reading: a `*` at the end of a field runs over the colons that follow."""
    kept: dict[str | Wild, Wild] = {Wild.RUN: Wild.RUN_IN_FIELD, Wild.ONE: Wild.ONE_IN_FIELD}
    pieces: list[str | Wild] = []
    for field in header:
        within = [kept.get(piece, piece) for piece in field]
        if field and field[-1] is Wild.RUN:
            within[-1] = Wild.RUN
        pieces += [*within, ":"]
    return (*pieces, *tail)


def _short(header: Header, last: str, target: Fields, kind: PolicyKind) -> Fit:
    """Fewer than six fields: a last `*` takes the rest in; without one the documents do not say."""
    count = len(header.written)
    if (header.written[0] if count else last) != "arn":
        return Fit(False)
    before = all(map(glob, header.patterns, target))
    if last.endswith("*"):
        runs_on = before and glob(pattern(last), ":".join(target[count:]))
        answer = runs_on and choice("policy.starAcrossColons") != "never"
        return Fit(answer, assumption="policy.starAcrossColons" if runs_on else None)
    any_tail = before and glob(pattern(last), target[count])
    answer = any_tail and kind in _LEFT_OUT_IS_ANY and choice("policy.shortArn") == "by-kind"
    return Fit(answer, assumption="policy.shortArn" if any_tail else None)


def _flat(written: str, resource: str, context: Context, variables: bool) -> bool:
    """A resource that is no ARN because a reference in it stayed unresolved is compared as one text."""
    if not PLACEHOLDER.search(written):
        return False
    whole = expand(written, context, substitute=variables, wildcards=True)
    return whole.missing is None and glob(whole.pattern, resource)


def _without_resource_type(written: str, request: Request) -> Fit:
    """An action without resource types wants the literal `*`. # ug:resource"""
    if request.action.casefold() != _ALL_BUCKETS_ACTION:
        return Fit(False)
    named = all(map(glob, map(pattern, fields(written)), fields(_ALL_BUCKETS))) and len(fields(written)) == 6
    answer = named and choice("policy.listAllMyBuckets") == "covers"
    return Fit(answer, assumption="policy.listAllMyBuckets" if named else None)
