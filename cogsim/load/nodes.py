"""What a YAML or JSON file holds before it means anything: raw scalars, series and records, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cogsim.errors import InputError, Location

#: How deep a file may nest, how many nodes it may hold with its aliases written out, how many bytes it may have.
MAX_DEPTH = 100
MAX_NODES = 1_000_000
MAX_BYTES = 10_000_000

#: The words YAML 1.1 reads as truth values and as nothing, in the spellings it knows. # yaml:bool # yaml:null
TRUE_WORDS = frozenset(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"))
FALSE_WORDS = frozenset(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"))
NULL_WORDS = frozenset(("", "~", "null", "Null", "NULL"))


@dataclass(slots=True, eq=False)
class Node:
    """A value at a place. `size` counts the nodes of it with every alias written out, `height` the levels below it."""

    file: str
    line: int
    column: int

    @property
    def location(self) -> Location:
        return Location(self.file, self.line, self.column)

    def error(self, message: str, suggestion: str | None = None) -> InputError:
        return InputError(message, self.location, suggestion)


@dataclass(slots=True, eq=False)
class Scalar(Node):
    """A raw scalar: its text, and whether it stood without quotation marks, where YAML and AWS give types."""

    text: str = ""
    plain: bool = False
    size: int = 1
    height: int = 0

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in NULL_WORDS

    @property
    def truth(self) -> bool | None:
        """The truth value that the text is as YAML 1.1 reads it, quoted or not; None for other texts."""
        if self.text in TRUE_WORDS:
            return True
        return False if self.text in FALSE_WORDS else None


@dataclass(slots=True, eq=False)
class Series(Node):
    """A list."""

    items: tuple[Node, ...] = ()
    size: int = 1
    height: int = 0


@dataclass(slots=True, eq=False)
class Record(Node):
    """A mapping with text keys, in the order written; each entry keeps the key's own place."""

    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    size: int = 1
    height: int = 0

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry[1] if entry else None

    def key(self, key: str) -> Scalar:
        return self.entries[key][0]

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return ((key, value) for key, (_, value) in self.entries.items())


def kind_of(node: Node) -> str:
    """What a message calls the node."""
    if isinstance(node, Series):
        return "a list"
    if isinstance(node, Record):
        return "a mapping"
    return "nothing" if isinstance(node, Scalar) and node.is_null else "a scalar"


def plain(node: Node) -> object:
    """The node as dicts, lists and scalars; truth values and null where unquoted, numbers as text."""
    if isinstance(node, Series):
        return [plain(item) for item in node.items]
    if isinstance(node, Record):
        return {key: plain(value) for key, value in node}
    assert isinstance(node, Scalar)
    if not node.plain:
        return node.text
    if node.is_null:
        return None
    return node.text if node.truth is None else node.truth


def same(one: Node, other: Node) -> bool:
    """Whether two nodes say the same, wherever they stand."""
    return plain(one) == plain(other)


def find(node: Node, path: tuple[str | int, ...]) -> Location:
    """The place of `path` inside `node`: an entry's key, an item, or the nearest thing around it that there is."""
    location = node.location
    for step in path:
        if isinstance(node, Record) and isinstance(step, str) and step in node.entries:
            key, node = node.entries[step]
            location = key.location
        elif isinstance(node, Series) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            location = node.location
        else:
            break
    return location
