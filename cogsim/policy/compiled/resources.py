"""Resource patterns as expressions: one text compared where that is exact, field by field or by the rule elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.policy.compiled.globs import fits, fitting_any
from cogsim.policy.compiled.source import Source, all_of, any_of
from cogsim.policy.compiled.switches import Switches
from cogsim.policy.compiled.tokens import Tokens, Variable, Wild, arn_fields, joined, literal, split_arn, tokens
from cogsim.policy.document import PolicyKind
from cogsim.policy.request import Values

_CALLER_SIDE = frozenset({PolicyKind.IDENTITY, PolicyKind.BOUNDARY, PolicyKind.SESSION})
_ALL_BUCKETS = ("arn", "aws", "s3", "", "", "*")


def named(
    written: tuple[str, ...], kind: PolicyKind, variables: bool, switches: Switches, out: Source, seldom: bool
) -> str:
    """An expression: whether one of the patterns names the resource `r`, which is of some type; `seldom` where few
    requests are about what they name."""
    if "*" in written:
        return "True"
    whole: list[Tokens] = []
    others: list[str] = []
    for text in written:
        fields = split_arn(text)
        header = [tokens(field, variables=False, wildcards=True) for field in fields[:-1]]
        plain = [literal(field) for field in header]
        front = ":".join((*fields[:-1], ""))
        if len(fields) == 6 and plain[0] == "arn" and None not in plain and "«" not in front and "${" not in front:
            # a resource that begins with the literal fields has the same first five colons
            tail = tokens(fields[-1], variables=variables, wildcards=True)
            whole.append(joined([front, *tail]))
        elif len(fields) == 6 and "«" not in text and not (switches.star_across_colons and _open_ended(header)):
            others.append(_by_field(header, tokens(fields[-1], variables=variables, wildcards=True), out))
        else:
            others.append(f"{out.constant(_Rule(text, kind, variables, switches))}(r, one, full)")
    return any_of([fitting_any("r", whole, out, seldom), *others])


def named_without_type(written: tuple[str, ...], action: str, switches: Switches) -> bool:
    """Whether the patterns name what an action without resource types acts on: `*` alone does. # ug:resource"""
    if "*" in written:
        return True
    if action != "s3:listallmybuckets" or not switches.list_all_buckets:
        return False
    return any(_covers_all_buckets(split_arn(text)) for text in written)


def _covers_all_buckets(fields: list[str]) -> bool:
    pairs = zip(fields, _ALL_BUCKETS, strict=False)
    return len(fields) == 6 and all(fits(tokens(one, variables=False, wildcards=True), text) for one, text in pairs)


def _open_ended(header: list[Tokens]) -> bool:
    return any(field and field[-1] is Wild.RUN for field in header)


def _by_field(header: list[Tokens], tail: Tokens, out: Source) -> str:
    """Six fields against the resource's six: a wildcard stays in its field. # ug:resource §wildcards"""
    if not fits(header[0], "arn"):
        return "False"
    known = _literal_fields(header)
    begins = [f"r.startswith({out.constant(':'.join((*known, '')))})"] if known else []
    local = out.fresh()
    rest = [fitting_any(f"{local}[{place}]", [(*header, tail)[place]], out) for place in range(len(known), 6)]
    return all_of([*begins, f"({local} := {out.constant(arn_fields)}(r)) is not None", *rest])


def _literal_fields(header: list[Tokens]) -> list[str]:
    """The fields in front of the first that holds a wildcard."""
    found: list[str] = []
    for field in header:
        text = literal(field)
        if text is None:
            break
        found.append(text)
    return found


class _Rule:
    """One pattern asked by the whole rule: unresolved references, short ARNs, wildcards that run over colons."""

    __slots__ = ("_fields", "_header", "_kind", "_switches", "_tail", "_whole")

    def __init__(self, text: str, kind: PolicyKind, variables: bool, switches: Switches) -> None:
        fields = split_arn(text)
        self._fields, self._kind, self._switches = fields, kind, switches
        self._header = [tokens(field, variables=False, wildcards=True) for field in fields[:-1]]
        self._tail = tokens(fields[-1], variables=variables and len(fields) == 6, wildcards=True)
        self._whole = tokens(text, variables=variables, wildcards=True) if _has_mark(text) else None

    def __call__(self, resource: str, one: object, full: Mapping[str, Values]) -> bool:
        target = arn_fields(resource)
        tail = expanded(self._tail, full)
        if tail is None:  # ug:variables §no-value: such an entry names nothing
            return False
        if target is None:
            whole = None if self._whole is None else expanded(self._whole, full)
            return whole is not None and fits(whole, resource)
        if len(self._fields) < 6:
            return self._short(tail, target)
        if self._switches.star_across_colons and _open_ended(self._header):
            return _fits_across(self._header, tail, resource)
        return all(map(fits, (*self._header, tail), target))

    def _short(self, tail: Tokens, target: list[str]) -> bool:
        """Fewer than six fields: a last `*` takes the rest in; elsewhere the caller's policies leave it open."""
        count = len(self._header)
        if self._fields[0] != "arn" or not all(map(fits, self._header, target)):
            return False
        if self._fields[-1].endswith("*"):
            return self._switches.star_takes_rest and fits(tail, ":".join(target[count:]))
        return self._switches.short_arn and self._kind in _CALLER_SIDE and fits(tail, target[count])


def _has_mark(text: str) -> bool:
    return "«" in text and "»" in text[text.index("«") :]


def expanded(written: Tokens, full: Mapping[str, Values]) -> Tokens | None:
    """`written` with its variables' values; None where one has none. # ug:variables §no-value"""
    found: list[str | Wild] = []
    for token in written:
        value = _value(token, full) if isinstance(token, Variable) else token
        if value is None:
            return None
        found.append(value)  # type: ignore[arg-type]
    return joined(list(found))


def _value(variable: Variable, full: Mapping[str, Values]) -> str | None:
    values = full.get(variable.key)
    if values is None:
        return variable.default
    return values.values[0] if len(values.values) == 1 and not values.multivalued else None


def _fits_across(header: list[Tokens], tail: Tokens, resource: str) -> bool:
    """The looser reading: a `*` that ends a field runs over colons too, other wildcards of the fields do not."""
    pieces: list[tuple[str | Wild, bool]] = []  # with whether it may take a colon
    for field in header:
        for place, token in enumerate(field):
            last = place == len(field) - 1 and token is Wild.RUN
            pieces += _spread(token, last)
        pieces.append((":", True))
    for token in tail:
        pieces += _spread(token, True)
    return _accepts(pieces, resource)


def _spread(token: object, over_colons: bool) -> list[tuple[str | Wild, bool]]:
    if isinstance(token, Wild):
        return [(token, over_colons)]
    return [(character, True) for character in str(token)]


def _accepts(pieces: list[tuple[str | Wild, bool]], text: str) -> bool:
    """Row by row over the pieces: which ends of the text so far each piece can reach."""
    reached = [True] + [False] * len(text)
    for piece, over_colons in pieces:
        after = [piece is Wild.RUN and reached[0]]
        for place, character in enumerate(text):
            free = over_colons or character != ":"
            if piece is Wild.RUN:
                after.append(reached[place + 1] or (after[place] and free))
            else:
                after.append(reached[place] and (piece == character or (piece is Wild.ONE and free)))
        reached = after
    return reached[-1]
