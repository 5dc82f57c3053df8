"""A graph as a picture: boxes in columns by kind, lines that say why, in colours that colour-blind readers tell apart.

The same graph gives the same SVG, byte for byte, and the same pixels: the layout is in whole numbers, the font is the
one that matplotlib brings along, and no date, version or random id is written.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cogsim.report.figures import png_of, save_figure, svg_of
from cogsim.report.layout import PAD, Box, Layout, Line, place

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Kinds of node: the column they stand in, their name in the legend, and their fill.
KINDS: dict[str, tuple[int, str, str]] = {
    "provider": (0, "external provider", "#f6d9ea"),
    "user-pool": (1, "user pool", "#fbe3b9"),
    "user": (2, "user", "#ffffff"),
    "users": (2, "users alike", "#ffffff"),
    "job": (2, "job of a repository", "#ffffff"),
    "stranger": (2, "anybody a provider vouches for", "#ffffff"),
    "group": (3, "group", "#eeeeee"),
    "client": (3, "app client", "#fdf6b8"),
    "guest": (3, "guest", "#ffffff"),
    "broker": (3, "identity broker", "#f9d5c5"),
    "identity-pool": (4, "identity pool", "#cdeaf9"),
    "iam-user": (4, "IAM user", "#dddddd"),
    "role": (5, "role", "#bfe5d9"),
    "federated-user": (5, "federated user", "#dceee7"),
    "anonymous": (5, "anybody, unsigned", "#ffffff"),
    "bucket": (6, "bucket", "#c6dbef"),
    "prefix": (6, "objects of a bucket", "#dfeaf6"),
    "table": (6, "table", "#d9d2ec"),
}
#: Of the Okabe–Ito palette: blue and vermillion stay apart for every common kind of colour blindness.
ALLOWED, DENIED, UNKNOWN = "#0072B2", "#D55E00", "#666666"
#: How an edge is drawn by its answer: colour and dashes.
LINES: dict[str, tuple[str, Any]] = {
    "allowed": (ALLOWED, "-"),
    "refused": (DENIED, (0, (4, 2))),
    "unknown": (UNKNOWN, (0, (1, 2))),
}
_NODE_SIZE, _LABEL_SIZE, _LONGEST = 8, 6.5, 64
_MARGIN, _LEGEND = 14, 30  # points


def draw(graph: nx.DiGraph[str], ax: Axes | None = None) -> Axes:
    """The graph drawn into `ax`, or into a figure of its own that is as large as the graph needs. Returns the axes."""
    layout = _layout(graph)
    if ax is None:
        from matplotlib.figure import Figure

        size = ((max(layout.width, 520) + 2 * _MARGIN) / 72, (layout.height + 2 * _MARGIN + _LEGEND) / 72)
        ax = Figure(figsize=size).add_axes((0, 0, 1, 1))
    ax.set_axis_off()
    ax.set_xlim(-_MARGIN, max(layout.width, 520) + _MARGIN)
    ax.set_ylim(-_MARGIN - _LEGEND, layout.height + _MARGIN)
    for line in layout.lines:
        _draw_line(ax, line, graph.edges[line.source, line.target])
    for node, box in layout.boxes.items():
        _draw_box(ax, box, graph.nodes[node])
    _draw_legend(ax, graph)
    return ax


def save(graph: nx.DiGraph[str], path: str | Path) -> Path:
    """Write the picture to `path`, whose ending says how: .png or .svg. Another ending is an InputError."""
    return save_figure(partial(_figure, graph), path)


def svg(graph: nx.DiGraph[str]) -> str:
    """The picture as SVG text, its letters as outlines, so that it reads the same everywhere."""
    return svg_of(partial(_figure, graph))


def png(graph: nx.DiGraph[str]) -> bytes:
    """The picture as PNG at 144 dots an inch."""
    return png_of(partial(_figure, graph))


def _figure(graph: nx.DiGraph[str]) -> Figure:
    figure: Any = draw(graph).figure
    return figure  # type: ignore[no-any-return]


def _layout(graph: nx.DiGraph[str]) -> Layout:
    layers: list[list[str]] = [[] for _ in range(1 + max(column for column, _, _ in KINDS.values()))]
    ordered = sorted(graph.nodes, key=lambda node: (list(KINDS).index(graph.nodes[node]["kind"]), node))
    for node in ordered:
        layers[KINDS[graph.nodes[node]["kind"]][0]].append(node)
    if not ordered:
        return Layout({}, (), 0, 0)
    return place(
        layers,
        graph.edges,
        lambda node: _width(_short(graph.nodes[node]["label"]), _NODE_SIZE),
        lambda edge: _width(_short(graph.edges[edge]["label"]), _LABEL_SIZE),
    )


def _short(text: str) -> str:
    """`text` on one line, its middle left out where it is long."""
    line = " ".join("".join(c if c.isprintable() else "\ufffd" for c in text).split())
    half = (_LONGEST - 1) // 2
    return line if len(line) <= _LONGEST else f"{line[:half]}…{line[-half:]}"


@cache
def _width(text: str, size: float) -> int:
    """Points that the text takes, rounded up."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size)
    width = text_to_path.get_text_width_height_descent(text, font, ismath=False)[0] if text else 0.0
    return int(width) + 1


def _text(ax: Axes, x: float, y: float, text: str, size: float, **style: Any) -> None:
    """Text as it is: a dollar sign begins no formula."""
    ax.text(x, y, text, fontsize=size, family="DejaVu Sans", parse_math=False, va=style.pop("va", "center"), **style)


def _draw_box(ax: Axes, box: Box, node: dict[str, str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (box.x, box.y - box.height // 2)
    style = "round,pad=0,rounding_size=3"
    fill = KINDS[node["kind"]][2]
    ax.add_patch(
        FancyBboxPatch(
            corner,
            box.width,
            box.height,
            boxstyle=style,
            facecolor=fill,
            edgecolor="#444444",
            linewidth=0.8,
            linestyle=_border(node["kind"]),
        )
    )
    _text(ax, box.x + PAD, box.y, _short(node["label"]), _NODE_SIZE, color="#111111")


def _border(kind: str) -> str:
    """Whoever comes without a login has a dashed border."""
    return "--" if kind in ("guest", "anonymous", "stranger") else "-"


def _draw_line(ax: Axes, line: Line, edge: dict[str, str]) -> None:
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path as Curve

    colour, style = LINES[edge["answer"]]
    vertices, codes = [line.points[0]], [Curve.MOVETO]
    for (straight, height), (end, other) in zip(line.points[1::3], line.points[2::3], strict=True):
        middle = (straight + end) // 2
        vertices += [(straight, height), (middle, height), (middle, other), (end, other)]
        codes += [Curve.LINETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
        following = line.points[line.points.index((end, other)) + 1 :][:1]
        vertices += following
        codes += [Curve.LINETO] * len(following)
    ax.add_patch(
        FancyArrowPatch(
            path=Curve(vertices, codes),
            arrowstyle="-|>",
            mutation_scale=7,
            color=colour,
            linewidth=0.9,
            linestyle=style,
            shrinkA=0,
            shrinkB=0,
            fill=False,
        )
    )
    x, y = line.label_at
    _text(ax, x, y + 1, _short(edge["label"]), _LABEL_SIZE, color=colour, va="bottom")


def _draw_legend(ax: Axes, graph: nx.DiGraph[str]) -> None:
    """The kinds that are there, and the two kinds of line."""
    from matplotlib.patches import Rectangle

    present = {graph.nodes[node]["kind"] for node in graph}
    x, y = 0, -_LEGEND
    for kind, (_, name, fill) in KINDS.items():
        if kind in present:
            ax.add_patch(
                Rectangle((x, y - 4), 9, 8, facecolor=fill, edgecolor="#444444", linewidth=0.6, linestyle=_border(kind))
            )
            _text(ax, x + 12, y, name, _LABEL_SIZE, color="#111111")
            x += 12 + _width(name, _LABEL_SIZE) + 12
    for name, (colour, style) in LINES.items():
        ax.plot([x, x + 18], [y, y], color=colour, linewidth=1.2, linestyle=style)
        _text(ax, x + 22, y, name, _LABEL_SIZE, color=colour)
        x += 22 + _width(name, _LABEL_SIZE) + 12
