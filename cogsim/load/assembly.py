"""Nodes put together from a parser's events, without recursion and within bounds."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.errors import InputError, Location
from cogsim.load.nodes import MAX_DEPTH, MAX_NODES, Node, Record, Scalar, Series


@dataclass(slots=True)
class Open:
    """A list or mapping whose end has not been met. `key` waits for its value; `tag` and `anchor` are the parser's."""

    place: Location
    is_record: bool
    tag: str | None = None
    anchor: str | None = None
    items: list[Node] = field(default_factory=list)
    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)
    merged: list[tuple[Scalar, Node]] = field(default_factory=list)
    key: Scalar | None = None
    size: int = 1
    height: int = 0


class Assembly:
    """A stack of open lists and mappings. The nodes made share what an alias names, so `size` is counted, not built.
    Keys that stand again are an error, or go into `repeated` where that is given; the last entry counts then."""

    def __init__(self, file: str, merge_keys: bool, repeated: list[Scalar] | None = None) -> None:
        self.file = file
        self.merge_keys = merge_keys
        self.repeated = repeated
        self.stack: list[Open] = []
        self.root: Node | None = None

    def begin(self, opened: Open) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise InputError(f"nested deeper than {MAX_DEPTH} levels", opened.place)
        if self.stack and self.stack[-1].is_record and self.stack[-1].key is None:
            raise InputError("a key is a scalar here, not a list or a mapping", opened.place)
        self.stack.append(opened)

    def end(self) -> tuple[Open, Node]:
        """Close the innermost list or mapping; the caller may still transform the node before `add`."""
        opened = self.stack.pop()
        file, line, column = self.file, opened.place.line, opened.place.column
        if not opened.is_record:
            return opened, Series(file, line, column, tuple(opened.items), opened.size, opened.height)
        for key, source in opened.merged:
            _merge(opened, key, source)
        return opened, Record(file, line, column, opened.entries, opened.size, opened.height)

    def add(self, node: Node) -> None:
        """Put a finished node where it belongs: as an item, a key, a value, or the root."""
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        assert isinstance(node, Scalar | Series | Record)
        if top.is_record and top.key is None:
            self._add_key(top, node)
            return
        top.size += node.size
        top.height = max(top.height, node.height + 1)
        if top.size > MAX_NODES:
            raise node.error(f"more than {MAX_NODES} values once its aliases are written out")
        if len(self.stack) + node.height >= MAX_DEPTH:
            raise node.error(f"nested deeper than {MAX_DEPTH} levels")
        if not top.is_record:
            top.items.append(node)
            return
        key, top.key = top.key, None
        assert key is not None
        if self.merge_keys and key.plain and key.text == "<<":
            top.merged.append((key, node))
        else:
            top.entries[key.text] = (key, node)

    def _add_key(self, top: Open, node: Node) -> None:
        if not isinstance(node, Scalar):
            raise node.error("a key is a scalar here, not a list or a mapping")
        if node.text in top.entries:
            first = top.entries[node.text][0].location
            if self.repeated is None:
                raise node.error(f"the key {node.text!r} stands twice in one mapping, first at {first}")
            self.repeated.append(node)
        top.key = node


def _merge(opened: Open, key: Scalar, source: Node) -> None:
    """YAML's `<<`: entries of other mappings, which the mapping's own and earlier ones outdo. # yaml:merge"""
    sources = source.items if isinstance(source, Series) else (source,)
    for each in sources:
        if not isinstance(each, Record):
            raise key.error("<< merges mappings only")
        for name, entry in each.entries.items():
            opened.entries.setdefault(name, entry)
