"""The documents that the code cites, by id."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Source:
    """A document: its title, its address, and the day it was read (ISO 8601)."""

    title: str
    url: str
    read: str


@cache
def all_sources() -> dict[str, Source]:
    """Every entry of sources.toml by id, in the file's order."""
    table = tomllib.loads(resources.files("cogsim").joinpath("sources.toml").read_text(encoding="utf-8"))
    return {name: Source(entry["title"], entry["url"], str(entry["read"])) for name, entry in table.items()}


def source(citation: str) -> Source:
    """The document behind `id` or `id§anchor`; raises KeyError where sources.toml has no such id."""
    return all_sources()[citation.split("§", 1)[0]]
