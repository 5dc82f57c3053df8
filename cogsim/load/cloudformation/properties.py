"""Typed reading of a resource's properties: each raw scalar is read by the type of the property it stands at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar, overload

from cogsim.clock import instant
from cogsim.errors import InputError, InvalidValue, suggest
from cogsim.load.cloudformation.documents import read_policy
from cogsim.load.cloudformation.intrinsics import words_of
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.nodes import Node, Record, Scalar, Series, find, kind_of
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.world.origin import is_placeholder

T = TypeVar("T")

#: The end of the year 9999, in seconds since the epoch.
_LAST_INSTANT = 253_402_300_800


@dataclass(frozen=True, slots=True)
class Properties:
    """A mapping of properties. `path` is the dotted path of the mapping in its ledger, without list positions; `known`
    says what each path may be followed by, `ignored` which properties AWS knows and the model does not."""

    node: Record
    notes: Notes
    logical_id: str
    known: Mapping[str, frozenset[str]]
    ignored: frozenset[str] = frozenset()
    path: str = ""

    def check(self) -> None:
        """Hold every name against the ledger: an unknown one is an InputError, an ignored one is listed."""
        names = self.known.get(self.path)
        if names is None:
            return
        for name, _ in self.node:
            full = self.full(name)
            if full in self.ignored:
                self.notes.properties[self.logical_id, full] = None
            elif name not in names:
                where = f"{self.path} of {self.logical_id}" if self.path else self.logical_id
                raise self.node.key(name).error(f"{where} has an unknown property {name!r}", suggest(name, names))

    def full(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def get(self, name: str) -> Node | None:
        """The property's node; None where it is absent or null, which AWS does not accept."""
        node = self.node.get(name)
        if isinstance(node, Scalar) and node.is_null:
            self.notes.warn(node.location, f"{self.full(name)} is null, which AWS refuses; it is read as absent")
            return None
        return node

    def has(self, name: str) -> bool:
        return self.node.get(name) is not None

    def error(self, name: str, message: str, suggestion: str | None = None) -> InputError:
        """An error about a property, at its value, or at the mapping where it is absent."""
        node = self.node.get(name) or self.node
        return node.error(f"{self.full(name)} of {self.logical_id} {message}", suggestion)

    def _scalar(self, name: str, wanted: str) -> Scalar | None:
        node = self.get(name)
        if node is None or isinstance(node, Scalar):
            return node
        raise self.error(name, f"is {kind_of(node)}, and must be {wanted}")

    # Scalars

    @overload
    def text(self, name: str) -> str | None: ...
    @overload
    def text(self, name: str, default: str) -> str: ...
    def text(self, name: str, default: str | None = None) -> str | None:
        """The property as text. Where YAML 1.1 would read an unquoted word as a truth value, the word is kept."""
        node = self._scalar(name, "a text")
        return default if node is None else self._words(name, node)

    def _words(self, name: str, node: Scalar) -> str:
        if node.plain and node.truth is not None and node.text.lower() not in ("true", "false"):
            read = "true" if node.truth else "false"
            self.notes.warn(node.location, f"{self.full(name)}: AWS reads the unquoted {node.text} as {read}; quote it")
            return node.text
        if node.plain and len(node.text) > 1 and node.text[0] == "0" and set(node.text) <= set("01234567"):
            self.notes.warn(node.location, f"{self.full(name)}: AWS reads the unquoted {node.text} as octal; quote it")
        return words_of(node)

    def needed(self, name: str) -> str:
        text = self.text(name)
        if text is None:
            raise self.error(name, "is required")
        return text

    def hexadecimal(self, name: str) -> str | None:
        """The property as hexadecimal digits."""
        text = self.text(name)
        if text is not None and not (text and set(text) <= set("0123456789abcdefABCDEF")):
            raise self.error(name, "must be hexadecimal digits")
        return text

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the words `allowed`; something unresolved is read as the default, with a warning."""
        text = self.text(name, default)
        if is_placeholder(text):
            return self._assumed(name, text, default)
        if text not in allowed:
            raise self.error(name, f"is {text!r}, and must be one of {', '.join(allowed)}", suggest(text, allowed))
        return text

    def _assumed(self, name: str, found: str, default: T) -> T:
        node = self.node.get(name) or self.node
        self.notes.warn(node.location, f"{self.full(name)} is {found}, which is not known; it is read as {default}")
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value, in YAML 1.1's words, quoted or not."""
        node = self._scalar(name, "true or false")
        if node is None:
            return default
        if is_placeholder(node.text):
            return self._assumed(name, node.text, default)
        if node.truth is None:
            raise self.error(name, f"is {node.text!r}, and must be true or false")
        return node.truth

    @overload
    def number(self, name: str) -> int | None: ...
    @overload
    def number(self, name: str, default: int) -> int: ...
    def number(self, name: str, default: int | None = None) -> int | None:
        """A whole number, quoted or not."""
        node = self._scalar(name, "a whole number")
        if node is None:
            return default
        if is_placeholder(node.text):
            return self._assumed(name, node.text, default)
        try:
            if len(node.text) > 30 or not node.text.isascii():
                raise ValueError
            return int(node.text.removesuffix(".0"))
        except ValueError:
            raise self.error(name, f"is {node.text[:40]!r}, and must be a whole number") from None

    def instant(self, name: str, default: float = 0.0) -> float:
        """Seconds since the epoch, written as a number or as an ISO 8601 instant."""
        text = self.text(name)
        if text is None:
            return default
        try:
            seconds = float(text)
        except ValueError:
            pass
        else:
            if not 0 <= seconds < _LAST_INSTANT:
                raise self.error(name, f"is {text!r}, and must be an instant from 1970 to 9999")
            return seconds
        try:
            return instant(text)
        except InputError as error:
            raise self.error(name, error.message) from None

    # Lists and mappings

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; a lone placeholder stands for a list that is not known."""
        node = self.get(name)
        if node is None:
            return ()
        if isinstance(node, Scalar) and is_placeholder(node.text):
            return (node.text,)
        if not isinstance(node, Series):
            raise self.error(name, f"is {kind_of(node)}, and must be a list")
        found = []
        for item in node.items:
            if not isinstance(item, Scalar):
                raise item.error(f"{self.full(name)} of {self.logical_id} holds {kind_of(item)}, and must hold texts")
            found.append(self._words(name, item))
        return tuple(found)

    def words(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """A list of words among `allowed`; what is unresolved is left out, with a warning."""
        found = []
        for text in self.texts(name):
            if is_placeholder(text):
                self._assumed(name, text, "absent")
            elif text in allowed:
                found.append(text)
            else:
                raise self.error(name, f"holds {text!r}, not one of {', '.join(allowed)}", suggest(text, allowed))
        return tuple(found)

    def map(self, name: str) -> Map[str, str]:
        """A mapping with keys of the user's own to texts."""
        node = self._record(name)
        found: dict[str, str] = {}
        for key, value in node or ():
            if not isinstance(value, Scalar):
                raise value.error(f"{self.full(name)}.{key} is {kind_of(value)}, and must be a text")
            found[key] = words_of(value)
        return Map(found)

    def tags(self, name: str) -> Map[str, str]:
        """A list of Key and Value, as a map."""
        return Map({tag.needed("Key"): tag.text("Value", "") for tag in self.children(name)})

    def _record(self, name: str) -> Record | None:
        node = self.get(name)
        if isinstance(node, Scalar) and is_placeholder(node.text):
            self._assumed(name, node.text, "absent")
            return None
        if node is not None and not isinstance(node, Record):
            raise self.error(name, f"is {kind_of(node)}, and must be a mapping")
        return node

    def child(self, name: str) -> Properties:
        """The nested mapping; an absent one reads as empty."""
        node = self._record(name)
        return self._inner(name, node or Record(self.node.file, self.node.line, self.node.column))

    def children(self, name: str) -> Iterator[Properties]:
        """The mappings of a list."""
        node = self.get(name)
        if isinstance(node, Scalar) and is_placeholder(node.text):
            self._assumed(name, node.text, "empty")
            return
        if node is not None and not isinstance(node, Series):
            raise self.error(name, f"is {kind_of(node)}, and must be a list")
        for item in node.items if node else ():
            if isinstance(item, Scalar) and is_placeholder(item.text):
                self._assumed(name, item.text, "absent")
            elif not isinstance(item, Record):
                raise item.error(f"{self.full(name)} of {self.logical_id} holds {kind_of(item)}, not mappings")
            else:
                yield self._inner(name, item)

    def entries(self, name: str) -> Iterator[tuple[str, Properties]]:
        """The mappings of a mapping with keys of the user's own."""
        for key, value in self._record(name) or ():
            if isinstance(value, Scalar) and is_placeholder(value.text):
                self._assumed(name, value.text, "absent")
            elif not isinstance(value, Record):
                raise value.error(f"{self.full(name)}.{key} is {kind_of(value)}, and must be a mapping")
            else:
                yield key, self._inner(name, value)

    def _inner(self, name: str, node: Record) -> Properties:
        inner = Properties(node, self.notes, self.logical_id, self.known, self.ignored, self.full(name))
        inner.check()
        return inner

    # Whole values

    def policy(self, name: str, kind: PolicyKind, saved: bool = False) -> Policy | None:
        """A policy document, as a mapping or as JSON text."""
        node = self.get(name)
        return None if node is None else read_policy(node, kind, self.notes, f"{self.full(name)}", saved)

    def make(self, constructor: Callable[[], T]) -> T:
        """What the constructor makes; the rule it broke, if any, at the place of the property."""
        try:
            return constructor()
        except InvalidValue as error:
            path = error.path if "." in error.path else self.full(error.path)
            inner = path.removeprefix(f"{self.path}.") if self.path else path
            place = find(self.node, tuple(inner.split(".")))
            raise InputError(f"{path} of {self.logical_id}: {error.rule}", place) from None
