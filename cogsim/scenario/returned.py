"""What a step was expected to give back of data, and to leak, held against what it gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cogsim.analysis.leak import Kind, Leak
from cogsim.markup import step_text
from cogsim.scenario.document import Expectation, Leakage
from cogsim.scenario.expect import ValueOf, same
from cogsim.scenario.references import evaluate


def misplaced(
    expect: Expectation,
    leaks: Sequence[Leak],
    leakage: Leakage | None,
    response: Mapping[str, Any],
    value_of: ValueOf,
) -> tuple[str, ...]:
    """A sentence for everything that came back, or leaked, and should not, or the other way round; where the scenario
    says what leaks in all of it, `unheard` holds that against the run."""
    found: list[str] = []
    if leakage is None or expect.leaks is not None:
        found += _leaks(expect, [each for each in leaks if each.kind != Kind.WITHHELD])
    if leakage is None and expect.error is None and expect.allowed is not False and not expect.either:
        found += [_said(each) for each in leaks if each.kind == Kind.WITHHELD]
    if expect.items is not None:
        wanted = [evaluate(each, value_of) for each in expect.items]
        found += _items(wanted, [_plain(each) for each in _returned(response)])
    if expect.objects is not None:
        wanted = [evaluate(each, value_of) for each in expect.objects]
        keys = [each.get("Key", each.get("Prefix")) for each in _listed(response)]
        if wanted != keys:
            found.append(f"expected the objects {_shown(wanted)}, and got {_shown(keys)}")
    return tuple(found)


def refused(leaks: Sequence[Leak], leakage: Leakage | None) -> bool:
    """Whether the step is one that the scenario says refuses people their own."""
    own = [each for each in leaks if each.kind == Kind.WITHHELD]
    return leakage is not None and any(_is(each, text) for each in own for text in leakage.refused)


def unheard(leakage: Leakage | None, leaks: Sequence[Leak]) -> tuple[str, ...]:
    """A sentence for each thing that leaks, or is refused, in a run and should not, and the other way round."""
    if leakage is None:
        return ()
    out = [each for each in leaks if each.kind != Kind.WITHHELD]
    found = [_said(leak) for leak in out if not any(_is(leak, text) for text in leakage.leaks)]
    found += [
        f"expected {text} to leak, and it did not" for text in leakage.leaks if not any(_is(leak, text) for leak in out)
    ]
    own = [each for each in leaks if each.kind == Kind.WITHHELD]
    found += [
        f"expected {text} to be refused to its owner, and it was not"
        for text in leakage.refused
        if not any(_is(leak, text) for leak in own)
    ]
    return tuple(dict.fromkeys(found))


def _said(leak: Leak) -> str:
    return f"{leak}; {step_text(leak.because)}" if leak.because is not None else str(leak)


def _leaks(expect: Expectation, leaks: Sequence[Leak]) -> Iterator[str]:
    match expect.leaks:
        case None:
            yield from (_said(each) for each in leaks)
        case int():
            if len(leaks) != expect.leaks:
                told = "".join(f"; {each}" for each in leaks)
                yield f"expected {expect.leaks} leak{'' if expect.leaks == 1 else 's'}, and found {len(leaks)}{told}"
        case wanted:
            for leak in leaks:
                if not any(_is(leak, text) for text in wanted):
                    yield _said(leak)
            for text in wanted:
                if not any(_is(leak, text) for leak in leaks):
                    yield f"expected {text} to leak, and it did not"


def _is(leak: Leak, text: str) -> bool:
    """A thing is named in full, or without its bucket or table."""
    inner = leak.thing.partition("[")[2].removesuffix("]")
    return text in (leak.thing, leak.thing.partition("/")[2], inner)


def _returned(response: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The items of an answer, in its order: of one table after the other in a batch."""
    if response.get("Item") is not None:
        yield response["Item"]
    yield from response.get("Items") or ()
    several = response.get("Responses") or ()
    if isinstance(several, Mapping):
        yield from (item for name in sorted(several) for item in several[name])
    else:
        yield from (each["Item"] for each in several if each.get("Item") is not None)
    if response.get("Attributes"):
        yield response["Attributes"]


def _listed(response: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for member in ("Contents", "CommonPrefixes", "Versions", "DeleteMarkers", "Uploads"):
        yield from response.get(member) or ()


def _plain(value: Any) -> Any:
    """DynamoDB's typed values as scenarios write them plainly."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, held),) = value.items()
        match kind:
            case "M":
                return {name: _plain(held[name]) for name in held}
            case "L":
                return [_plain(each) for each in held]
            case "NULL":
                return None
            case "S" | "N" | "B" | "BOOL" | "SS" | "NS" | "BS":
                return held
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in value}
    return value


def _items(wanted: Sequence[Any], got: Sequence[Any]) -> Iterator[str]:
    """Each item agrees on the attributes that are stated of it; there is none beside them."""
    if len(wanted) != len(got):
        yield f"expected {len(wanted)} items, and got {len(got)}: {_shown(got)}"
        return
    for number, (one, other) in enumerate(zip(wanted, got, strict=True)):
        stated = one if isinstance(one, Mapping) else {}
        wrong = [name for name in stated if name not in other or not same(stated[name], other[name])]
        if wrong or not stated:
            yield f"expected the item {number} to have {_shown(one)}, and it is {_shown(other)}"


def _shown(value: Any) -> str:
    return repr(value) if value else "none"
