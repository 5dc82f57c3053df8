"""Graphs as pictures and as Mermaid: the same bytes, no overlap, nothing that opens markup."""

from __future__ import annotations

import hashlib
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest

from cogsim.errors import InputError
from cogsim.report.layout import Layout, place
from cogsim.report.mermaid import mermaid
from cogsim.report.pictures import KINDS, draw, png, save, svg

NASTY = '<script>alert("1")</script> | `x` --> $a$ \n "]:::role %%{init}%%'


def _graph(users: int = 12) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()

    def node(name: str, kind: str, label: str = "") -> None:
        graph.add_node(name, kind=kind, label=label or name, where="")

    def edge(source: str, target: str, label: str = "", answer: str = "allowed") -> None:
        graph.add_edge(source, target, label=label, answer=answer, why="", where="")

    node("pool", "user-pool")
    node("adfs", "provider")
    node("spa", "client")
    node("identities", "identity-pool")
    node("ci", "iam-user")
    edge("adfs", "pool", "SAML")
    edge("spa", "identities", "login accepted")
    for number in range(users):
        user, role, prefix = f"user-{number:02}", f"role-{number % 8}", f"data/{number % 10}/"
        node(user, "user", NASTY if number == 3 else user)
        node(role, "role")
        node(prefix, "prefix")
        edge("pool", user)
        edge(user, "spa", "signs in", "refused" if number % 5 == 0 else "allowed")
        edge("identities", role, f"custom:tenant Equals {number % 8}")
        edge(role, prefix, "GetObject PutObject", "unknown" if number == 7 else "allowed")
    edge("ci", "data/1/", "ListBucket")
    return graph


def test_the_same_graph_gives_the_same_bytes() -> None:
    assert svg(_graph()) == svg(_graph())
    assert hashlib.sha256(png(_graph())).digest() == hashlib.sha256(png(_graph())).digest()


def test_the_picture_is_well_formed_and_names_no_date_and_no_program() -> None:
    text = svg(_graph())
    assert ElementTree.fromstring(text).tag.endswith("svg")
    assert "<dc:date>" not in text
    assert "Matplotlib v" not in text
    assert "<script" not in text


def test_a_picture_is_written_by_the_ending_of_its_name(tmp_path: Path) -> None:
    assert save(_graph(), tmp_path / "g.png").read_bytes().startswith(b"\x89PNG")
    assert save(_graph(), tmp_path / "g.svg").read_text(encoding="utf-8").startswith("<?xml")
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        save(_graph(), tmp_path / "g.pdf")
    assert not (tmp_path / "g.pdf").exists()


def test_a_picture_goes_into_axes_that_are_given() -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert draw(_graph(), ax=axes) is axes
    assert draw(nx.DiGraph()).texts  # a legend of the kinds of line, over nothing


def test_drawing_leaves_the_plotting_state_of_a_notebook_alone() -> None:
    import matplotlib.pyplot as plt

    svg(_graph())
    assert plt.get_fignums() == []


def _placed(graph: nx.DiGraph[str]) -> Layout:
    columns: list[list[str]] = [[] for _ in range(7)]
    for node in sorted(graph.nodes):
        columns[KINDS[graph.nodes[node]["kind"]][0]].append(node)
    return place(columns, graph.edges, lambda node: 6 * len(node), lambda edge: 5 * len(graph.edges[edge]["label"]))


def test_no_two_boxes_and_no_two_labels_meet() -> None:
    layout = _placed(_graph(40))
    boxes = list(layout.boxes.values())
    for one, other in combinations(boxes, 2):
        apart = one.x + one.width <= other.x or other.x + other.width <= one.x
        assert apart or abs(one.y - other.y) >= (one.height + other.height) // 2
    labels = [line.label_at for line in layout.lines]
    assert len(set(labels)) == len(labels)
    for one, other in combinations(labels, 2):
        assert one[0] != other[0] or abs(one[1] - other[1]) >= 12


def test_every_number_of_a_layout_is_whole() -> None:
    layout = _placed(_graph())
    assert all(type(value) is int for line in layout.lines for point in line.points for value in point)
    assert all(type(value) is int for box in layout.boxes.values() for value in (box.x, box.y, box.width, box.height))


def test_an_edge_to_the_left_is_refused() -> None:
    with pytest.raises(ValueError, match="does not lead to the right"):
        place([["a"], ["b"]], [("b", "a")], len, len)


def test_mermaid_holds_no_label_that_ends_itself() -> None:
    text = mermaid(_graph())
    assert text.startswith("flowchart LR\n")
    assert "<script" not in text
    assert NASTY.splitlines()[0] not in text
    assert all(line.count('"') in (0, 2) for line in text.splitlines())
    assert text == mermaid(_graph())
