"""Where a noun came from: its stack, its logical id, and the lines that its properties stand at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import Location

_PLACEHOLDER = re.compile("«[^«»]*»")


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a noun that was loaded; nouns made while a simulation runs have the empty one.

    `places` maps a property's path (`WriteAttributes`, `RoleMappings.0.Rules.2`) to its line; `at` falls back to the
    nearest enclosing property and then to the resource itself.
    """

    stack: str = ""
    logical_id: str = ""
    location: Location | None = None
    places: dict[str, Location] = field(default_factory=dict, compare=False, repr=False)

    def at(self, path: str) -> Location | None:
        while path:
            if path in self.places:
                return self.places[path]
            path = path.rpartition(".")[0]
        return self.location


NOWHERE = Origin()


def is_placeholder(text: str) -> bool:
    """Whether `text` holds a reference that could not be resolved, left visible as `«name»`."""
    return "«" in text


def without_placeholders(text: str) -> str:
    """What of `text` is known: the parts between references that could not be resolved."""
    return "".join(_PLACEHOLDER.split(text))


def could_be(written: str, text: str) -> bool:
    """Whether `written`, were the references visible in it known, could turn out to be `text`; it is not yet."""
    pieces = map(re.escape, _PLACEHOLDER.split(written))
    return is_placeholder(written) and re.fullmatch(".*".join(pieces), text, re.DOTALL) is not None


def unresolved_facts(*texts: str) -> tuple[tuple[str, str], ...]:
    """The facts ("unresolved", `«name»`) of a step that read `texts`: each reference left visible in them, once."""
    return tuple(
        ("unresolved", mark) for mark in dict.fromkeys(m for text in texts for m in _PLACEHOLDER.findall(text))
    )


def placeholder(name: str) -> str:
    """The visible stand-in for an unresolved reference: it equals only itself and means nothing to ARNs and globs."""
    cleaned = name.translate({ord(":"): "¦", ord("«"): "", ord("»"): "", **{ord(c): "·" for c in "*?${}"}})
    return f"«{cleaned}»"
