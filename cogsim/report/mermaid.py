"""A graph as a Mermaid flowchart, for pages that draw their own: nodes by kind, every label escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsim.report.pictures import KINDS, LINES

if TYPE_CHECKING:
    import networkx as nx

#: The shape of a kind: what opens and closes it.
_SHAPES = {
    "user": ("([", "])"),
    "users": ("([", "])"),
    "guest": ("([", "])"),
    "iam-user": ("([", "])"),
    "federated-user": ("([", "])"),
    "anonymous": ("([", "])"),
    "role": ("{{", "}}"),
    "bucket": ("[(", ")]"),
    "table": ("[(", ")]"),
}


def mermaid(graph: nx.DiGraph[str]) -> str:
    """The flowchart's source, ending in a line end; nodes are numbered in the order of their names."""
    numbers = {node: f"n{number}" for number, node in enumerate(sorted(graph.nodes))}
    lines = ["flowchart LR"]
    for node, number in numbers.items():
        kind = graph.nodes[node]["kind"]
        opening, closing = _SHAPES.get(kind, ("[", "]"))
        lines.append(f'  {number}{opening}"{escaped(graph.nodes[node]["label"])}"{closing}:::{_class(kind)}')
    others: dict[str, list[str]] = {}
    for position, (source, target) in enumerate(sorted(graph.edges)):
        edge = graph.edges[source, target]
        arrow = "-->" if edge["answer"] == "allowed" else "-.->"
        label = f'|"{escaped(edge["label"])}"|' if edge["label"] else ""
        lines.append(f"  {numbers[source]} {arrow}{label} {numbers[target]}")
        others.setdefault(edge["answer"], []).append(str(position))
    kinds = sorted({graph.nodes[node]["kind"] for node in graph})
    lines += [f"  classDef {_class(kind)} fill:{KINDS[kind][2]},stroke:#444444,color:#111111" for kind in kinds]
    lines += [f"  linkStyle {','.join(at)} stroke:{LINES[answer][0]}" for answer, at in sorted(others.items())]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """`text` on one line as Mermaid's entity codes where it is not plain: nothing in it ends a label or opens HTML."""
    line = " ".join(text.split())
    return "".join(c if c.isalnum() or c in " .,:/_-+=@()…" else f"#{ord(c)};" for c in line)


def _class(kind: str) -> str:
    return kind.replace("-", "")
