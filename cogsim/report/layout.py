"""Where the boxes and lines of a layered graph go: whole numbers only, so that every machine draws the same picture.

The layers are columns, from who asks to what is reached. A node is as tall as its lines are many: each line leaves and
arrives at a row of its own, and its label stands on that row, so that no two labels can meet. A line that passes over
a column holds a row there too. The order within a column is improved by sweeps that put each node at the mean height
of its neighbours (barycentre); ties keep the order of names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

#: A node of the graph, or (source, target, layer): a line where it passes over a column.
Item = str | tuple[str, str, int]

_SWEEPS = 8
ROW = 12  # points: the height of a line of text with its space
GAP = 9  # points between two boxes of a column
PAD = 7  # points between a box's edge and its text
CURVE = 46  # points for a line to bend from one row to another


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points; `x` and `y` are its left and its middle, `y` growing upward."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points, left to right in pairs: out of a box or column, into the next; the label's place."""

    source: str
    target: str
    points: tuple[tuple[int, int], ...]
    label_at: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layout:
    """Every node's box, every edge's line, and the size of it all in points."""

    boxes: Mapping[str, Box]
    lines: tuple[Line, ...]
    width: int
    height: int


@dataclass(slots=True)
class _Columns:
    """The state of a layout under way: columns of items, and each item's neighbours to the left and right."""

    layers: list[list[Item]]
    left: dict[Item, list[Item]] = field(default_factory=dict)
    right: dict[Item, list[Item]] = field(default_factory=dict)

    def join(self, source: Item, target: Item) -> None:
        self.right.setdefault(source, []).append(target)
        self.left.setdefault(target, []).append(source)


def place(
    layers: Sequence[Sequence[str]],
    edges: Iterable[tuple[str, str]],
    text_width: Callable[[str], int],
    label_width: Callable[[tuple[str, str]], int],
) -> Layout:
    """The layout of nodes in `layers` (each sorted as it shall begin) joined by `edges`, which lead to the right.

    `text_width` gives the width in points of a node's text, `label_width` that of an edge's label. An edge that does
    not lead to the right raises ValueError.
    """
    columns = _with_passages([list(layer) for layer in layers if layer], sorted(edges))
    _sweep(columns)
    heights = _heights(columns)
    middles = _middles(columns, heights)
    lefts, widths, labels, total = _horizontally(columns, text_width, label_width)
    boxes = {
        item: Box(lefts[number], middles[item], widths[number], heights[item] - GAP)
        for number, layer in enumerate(columns.layers)
        for item in layer
        if isinstance(item, str)
    }
    lines = _lines(columns, boxes, middles, lefts, widths, labels)
    return Layout(boxes, lines, total, _tallest(columns, heights))


def _with_passages(layers: list[list[str]], edges: list[tuple[str, str]]) -> _Columns:
    """The columns with an item for every column that an edge passes over."""
    layer_of = {node: number for number, layer in enumerate(layers) for node in layer}
    columns = _Columns([list(layer) for layer in layers])
    for source, target in edges:
        first, last = layer_of[source], layer_of[target]
        if first >= last:
            raise ValueError(f"the edge {source} → {target} does not lead to the right")
        before: Item = source
        for number in range(first + 1, last):
            passage: Item = (source, target, number)
            columns.layers[number].append(passage)
            columns.join(before, passage)
            before = passage
        columns.join(before, target)
    return columns


def _sweep(columns: _Columns) -> None:
    for number in range(_SWEEPS):
        forward = number % 2 == 0
        neighbours = columns.left if forward else columns.right
        order = range(1, len(columns.layers)) if forward else range(len(columns.layers) - 2, -1, -1)
        for layer in order:
            reference = columns.layers[layer - 1 if forward else layer + 1]
            rank = {item: place for place, item in enumerate(reference)}
            _reorder(columns.layers[layer], neighbours, rank)
    for layers in columns.layers:
        rank = {item: place for place, item in enumerate(layers)}
        for neighbours in (columns.left, columns.right):
            for items in neighbours.values():
                if items and items[0] in rank:
                    items.sort(key=rank.__getitem__)


def _reorder(layer: list[Item], neighbours: Mapping[Item, list[Item]], rank: Mapping[Item, int]) -> None:
    """Sort a column by the mean rank of neighbours; an item without any keeps its own place."""
    own = {item: Fraction(place) for place, item in enumerate(layer)}

    def mean(item: Item) -> Fraction:
        near = neighbours.get(item)
        return Fraction(sum(rank[other] for other in near), len(near)) if near else own[item]

    layer.sort(key=mean)


def _heights(columns: _Columns) -> dict[Item, int]:
    """Points each item takes of its column, the gap included."""
    heights: dict[Item, int] = {}
    for layer in columns.layers:
        for item in layer:
            ports = max(len(columns.left.get(item, ())), len(columns.right.get(item, ())), 1)
            heights[item] = ROW if not isinstance(item, str) else ports * ROW + PAD + GAP
    return heights


def _tallest(columns: _Columns, heights: Mapping[Item, int]) -> int:
    return max(sum(heights[item] for item in layer) for layer in columns.layers)


def _middles(columns: _Columns, heights: Mapping[Item, int]) -> dict[Item, int]:
    """The middle of each item, columns centred against the tallest one."""
    tallest = _tallest(columns, heights)
    middles = {}
    for layer in columns.layers:
        top = tallest - (tallest - sum(heights[item] for item in layer)) // 2
        for item in layer:
            middles[item] = top - heights[item] // 2
            top -= heights[item]
    return middles


def _horizontally(
    columns: _Columns, text_width: Callable[[str], int], label_width: Callable[[tuple[str, str]], int]
) -> tuple[list[int], list[int], list[int], int]:
    """For each column its left edge, its width, and the room that the labels to its right take; and the whole width."""
    lefts, widths, labels, x = [], [], [], 0
    for layer in columns.layers:
        nodes = [item for item in layer if isinstance(item, str)]
        widths.append(max((text_width(node) for node in nodes), default=0) + 2 * PAD)
        names = [(node, _target(other)) for node in nodes for other in columns.right.get(node, ())]
        labels.append(max((label_width(name) for name in names), default=0) + PAD)
        lefts.append(x)
        x += widths[-1] + labels[-1] + CURVE
    return lefts, widths, labels, x - labels[-1] - CURVE


def _target(item: Item) -> str:
    return item if isinstance(item, str) else item[1]


def _port(columns: _Columns, middles: Mapping[Item, int], item: Item, other: Item, side: str) -> int:
    """The height at which the line between `item` and `other` meets `item`."""
    neighbours = (columns.left if side == "left" else columns.right)[item]
    if not isinstance(item, str):
        return middles[item]
    row = neighbours.index(other)
    return middles[item] + (len(neighbours) - 1) * ROW // 2 - row * ROW


def _lines(
    columns: _Columns,
    boxes: Mapping[str, Box],
    middles: Mapping[Item, int],
    lefts: Sequence[int],
    widths: Sequence[int],
    labels: Sequence[int],
) -> tuple[Line, ...]:
    layer_of = {item: number for number, layer in enumerate(columns.layers) for item in layer}
    lines = []
    for source in sorted(boxes):
        for first in columns.right.get(source, ()):
            points: list[tuple[int, int]] = []
            before: Item = source
            item: Item = first
            while True:
                number = layer_of[before]
                out = _port(columns, middles, before, item, "right")
                points += [
                    (lefts[number] + widths[number], out),
                    (lefts[number] + widths[number] + labels[number], out),
                ]
                points.append((lefts[number + 1], _port(columns, middles, item, before, "left")))
                if isinstance(item, str):
                    break
                before, item = item, columns.right[item][0]
            label_at = (points[0][0] + PAD // 2, points[0][1])
            lines.append(Line(source, item, tuple(points), label_at))
    return tuple(lines)
