"""JSON values that cannot change: what configuration is kept as when it is handed through and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.persistent import Map


def freeze(value: Any) -> Any:
    """`value` with its mappings as Map and its lists as tuples, all the way down."""
    if isinstance(value, Mapping):
        return Map({key: freeze(each) for key, each in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(each) for each in value)
    return value


def thaw(value: Any) -> Any:
    """A frozen value as plain dicts and lists, keys sorted: what JSON and the answers of services are written from."""
    if isinstance(value, Mapping):
        return {key: thaw(value[key]) for key in sorted(value)}
    if isinstance(value, tuple | list):
        return [thaw(each) for each in value]
    return value
