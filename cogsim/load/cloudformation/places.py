"""The line of every property of a resource, by the path that explanations use."""

from __future__ import annotations

from cogsim.errors import Location
from cogsim.load.nodes import Node, Record, Series

#: Documents keep their own places: every statement and condition has one.
_DOCUMENTS = frozenset(("AssumeRolePolicyDocument", "PolicyDocument", "Objects"))


def places_of(properties: Record) -> dict[str, Location]:
    """Paths like `WriteAttributes`, `RoleMappings.web.RulesConfiguration.Rules.2`, each with its place."""
    places: dict[str, Location] = {}
    waiting: list[tuple[str, Node]] = [("", properties)]
    while waiting:
        path, node = waiting.pop()
        prefix = f"{path}." if path else ""
        if isinstance(node, Record):
            for name, (key, value) in node.entries.items():
                places[prefix + name] = key.location
                if name not in _DOCUMENTS:
                    waiting.append((prefix + name, value))
        elif isinstance(node, Series):
            for position, item in enumerate(node.items):
                places[f"{prefix}{position}"] = item.location
                waiting.append((f"{prefix}{position}", item))
    return places
