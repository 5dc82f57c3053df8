"""Digests of a world and of a running cloud's state: the same in every process, whatever the hash seed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from cogsim.aws.state import State
from cogsim.persistent import Map, SortedMap
from cogsim.world.world import World


def world_digest(world: World) -> str:
    """A digest of everything in `world` that can change an answer."""
    return _digest(world, compared_only=True)


def whole_world_digest(world: World) -> str:
    """A digest of everything in `world`, also of what no answer depends on: the lines that nouns stand at."""
    return _digest(world, compared_only=False)


def state_digest(state: State) -> str:
    """A digest of every session, code, counter and draw."""
    return _digest(state, compared_only=False)


def _digest(value: Any, compared_only: bool) -> str:
    summed = hashlib.sha256()
    _feed(value, summed, compared_only)
    return summed.hexdigest()


def _feed(value: Any, summed: Any, compared_only: bool) -> None:
    """Add `value` to the digest: its type, its size, its parts; maps by key, dataclasses by their fields."""
    match value:
        case None | bool() | int() | float() | str() | bytes():
            raw = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
            summed.update(f"{type(value).__name__}:{len(raw)}:".encode() + raw)
        case tuple() | list():
            summed.update(f"list:{len(value)}:".encode())
            for item in value:
                _feed(item, summed, compared_only)
        case frozenset() | set():
            _feed(sorted(value), summed, compared_only)
        case Map() | SortedMap() | Mapping():
            summed.update(f"map:{len(value)}:".encode())
            for key in sorted(value):
                _feed(key, summed, compared_only)
                _feed(value[key], summed, compared_only)
        case Enum():
            _feed(f"{type(value).__name__}.{value.name}", summed, compared_only)
        case _ if hasattr(value, "__dataclass_fields__"):
            fed = [entry.name for entry in fields(value) if entry.compare or not compared_only]
            summed.update(f"{type(value).__name__}:{len(fed)}:".encode())
            for name in fed:
                _feed(getattr(value, name), summed, compared_only)
        case _:
            raise TypeError(f"a {type(value).__name__} has no digest")
