"""Values of a world and a state as JSON and back, exactly; reading executes nothing.

1. What may be named is registered: the frozen dataclasses, named tuples and enumerations of cogsim's own packages, by
   module and name. Anything else is a TypeError when written and a ValueError when read.
2. A value is made by filling in its fields, never by calling its class, so no code runs on what a file says.
3. `schema` sums up the registered names and fields: what another version wrote does not fit, and is not read.

A tuple is an array; everything else that JSON has not is an object with one member: the class and its fields in order,
or a kind: `$map`, `$sorted`, `$set`, `$list`, `$dict`, `$bytes`, `$float` (what is not finite), `$instant`, `$enum`.
"""

from __future__ import annotations

import base64
import hashlib
import math
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from cogsim.persistent import Map, SortedMap

#: Where the classes of worlds and states stand.
_PACKAGES = ("cogsim.world", "cogsim.policy", "cogsim.decisions", "cogsim.tokens", "cogsim.aws")
_MODULES = ("cogsim.errors", "cogsim.entropy")


def pack(value: Any) -> Any:
    """`value` as JSON; TypeError where it holds something that is not registered."""
    kind = type(value)
    if kind in (str, int, bool, type(None)):
        return value
    if kind is tuple:
        return [pack(item) for item in value]
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    written = _WRITTEN.get(kind)
    if written is not None:
        return written(value)
    tag, names = _tags().get(kind) or _stranger(kind)
    if isinstance(value, Enum):
        return {"$enum": [tag, value.name]}
    return {tag: [pack(getattr(value, name)) for name in names]}


def unpack(value: Any) -> Any:
    """What `pack` wrote; ValueError, TypeError or KeyError for what it never writes."""
    if isinstance(value, list):
        return tuple([unpack(item) for item in value])
    if not isinstance(value, dict):
        return value
    ((tag, held),) = value.items()
    if tag.startswith("$"):
        return _READ[tag](held)
    made_of, names = _registered()[tag]
    if issubclass(made_of, Enum) or len(held) != len(names):
        raise ValueError(f"a {tag} is not made of that")
    if issubclass(made_of, tuple):
        return tuple.__new__(made_of, [unpack(each) for each in held])
    made = object.__new__(made_of)
    for name, each in zip(names, held, strict=True):
        object.__setattr__(made, name, unpack(each))
    return made


@cache
def schema() -> str:
    """A digest of everything that can be named, with its fields."""
    lines = sorted(f"{tag}:{','.join(names)}" for tag, (_, names) in _registered().items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _stranger(kind: type) -> tuple[str, tuple[str, ...]]:
    raise TypeError(f"a {kind.__module__}.{kind.__qualname__} cannot stand in a checkpoint")


@cache
def _registered() -> dict[str, tuple[type, tuple[str, ...]]]:
    """Every class that may be named: tag to the class and its fields (or members) in order."""
    found: dict[str, tuple[type, tuple[str, ...]]] = {}
    for module in _modules():
        for kind in vars(module).values():
            if isinstance(kind, type) and kind.__module__ == module.__name__:
                tag = f"{module.__name__.removeprefix('cogsim.')}.{kind.__name__}"
                if issubclass(kind, Enum):
                    found[tag] = (kind, tuple(kind.__members__))
                elif is_dataclass(kind) and getattr(kind, "__dataclass_params__").frozen:  # noqa: B009
                    found[tag] = (kind, tuple(entry.name for entry in fields(kind)))
                elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
                    found[tag] = (kind, kind._fields)
    return found


def _modules() -> Iterator[ModuleType]:
    """The modules whose classes may be named; one that needs a library which is not installed has none in use."""
    names = list(_MODULES)
    for package in _PACKAGES:
        names += [found.name for found in pkgutil.walk_packages(import_module(package).__path__, package + ".")]
    for name in names:
        with suppress(ImportError):
            yield import_module(name)


@cache
def _tags() -> dict[type, tuple[str, tuple[str, ...]]]:
    return {kind: (tag, names) for tag, (kind, names) in _registered().items()}


def _pairs(value: Any) -> list[Any]:
    return [[pack(key), pack(value[key])] for key in value]


def _mapping(held: Any) -> dict[Any, Any]:
    return {unpack(key): unpack(each) for key, each in held}


def _member(held: Any) -> Any:
    tag, name = held
    kind, _ = _registered()[tag]
    if not issubclass(kind, Enum):
        raise ValueError(f"{tag} is no enumeration")
    return kind[name]


def _not_finite(held: Any) -> float:
    return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}[held]


_WRITTEN: dict[type, Callable[[Any], Any]] = {
    Map: lambda value: {"$map": _pairs(value)},
    SortedMap: lambda value: {"$sorted": _pairs(value)},
    dict: lambda value: {"$dict": _pairs(value)},
    list: lambda value: {"$list": [pack(item) for item in value]},
    frozenset: lambda value: {"$set": [pack(item) for item in sorted(value)]},
    bytes: lambda value: {"$bytes": base64.b64encode(value).decode("ascii")},
    datetime: lambda value: {"$instant": value.isoformat()},
}
_READ: dict[str, Callable[[Any], Any]] = {
    "$map": lambda held: Map(_mapping(held)),
    "$sorted": lambda held: SortedMap(_mapping(held)),
    "$dict": _mapping,
    "$list": lambda held: [unpack(item) for item in held],
    "$set": lambda held: frozenset(unpack(item) for item in held),
    "$bytes": lambda held: base64.b64decode(held, validate=True),
    "$instant": datetime.fromisoformat,
    "$float": _not_finite,
    "$enum": _member,
}
