"""Projection expressions: the attributes that a reader asked for. # ddb:projection-expressions"""

from __future__ import annotations

from cogsim.decisions.dynamodb_expressions.documents import check_overlaps
from cogsim.decisions.dynamodb_expressions.grammar import parse_projection
from cogsim.decisions.dynamodb_expressions.placeholders import Placeholders
from cogsim.decisions.dynamodb_expressions.tree import Path


def bind_projection(kind: str, text: str, given: Placeholders) -> tuple[Path, ...]:
    """The paths of a projection with names put in; no two overlap."""
    paths = tuple(given.path(kind, path) for path in parse_projection(kind, text))
    check_overlaps(kind, paths)
    return paths
