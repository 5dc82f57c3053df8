"""What a document says twice: actions and resources that another one covers, and whole statements.

Only wildcards cover anything, so each value is held against the patterns of its own service: the work stays near the
length of the list.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, Element, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load.nodes import plain
from cogsim.policy.reference.match import glob, pattern

#: Beyond so many patterns in one element, only equal values are found.
_MOST_PATTERNS = 200


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """One finding for each element with covered values, and for each statement that stands twice."""
    seen: set[str] = set()
    for statement in draft.statements:
        if statement.actions is not None:
            yield from _covered(statement.actions, "REDUNDANT_ACTION", folded=True)
        if statement.resources is not None:
            yield from _covered(statement.resources, "REDUNDANT_RESOURCE", folded=False)
        content = plain(statement.node) if statement.node is not None else {}
        said = {key: value for key, value in content.items() if key != "Sid"} if isinstance(content, dict) else {}
        text = json.dumps(said, sort_keys=True)
        if text in seen and said:
            message = "Another statement says the same."
            yield statement.name.finding("REDUNDANT_STATEMENT", message, "remove one of them")
        seen.add(text)


def _covered(element: Element, code: str, folded: bool) -> Iterator[PolicyFinding]:
    words = [word for word in element.values if not word.open]
    texts = [word.text.casefold() if folded else word.text for word in words]
    redundant = _redundant(texts)
    if redundant:
        index, by = redundant[0]
        first: Word = words[index]
        more = f", and {len(redundant) - 1} more like it" if len(redundant) > 1 else ""
        message = f"{first.text!r} is covered by {words[by].text!r}{more}."
        yield first.finding(code, message, f"remove {first.text}")


def _redundant(texts: list[str]) -> list[tuple[int, int]]:
    """(index of a covered text, index of one that covers it); of equal texts the later is covered."""
    first: dict[str, int] = {}
    found: dict[int, int] = {}
    for index, text in enumerate(texts):
        if first.setdefault(text, index) != index:
            found[index] = first[text]
    wild = [index for text, index in first.items() if set("*?") & set(text)][:_MOST_PATTERNS]
    for by in wild:
        covering = pattern(texts[by])
        fixed = len(texts[by]) - len(texts[by].lstrip("*?")) == 0 and texts[by].split("*")[0].split("?")[0]
        for text, index in first.items():
            if index == by or index in found or (fixed and not text.startswith(fixed)):
                continue
            # a pattern covers another where it fits it letter by letter, its wildcards included
            if glob(covering, text) and not (by in found and found[by] == index):
                found[index] = by
    return sorted(found.items())
