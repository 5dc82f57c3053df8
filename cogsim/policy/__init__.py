"""The policy language of IAM: its syntax tree, and what it means. Pure: no world, no clock, no file, no network.

May import the ground floor only. `parse.parse` makes the tree of `document.py`; `layers.py` and `request.py` are the
complete input of a decision; `reference/` says what it means, to be read: start at `reference/decide.py`; `compiled/`
gives the same answers fast, without reasons; `symbolic/` says what must be true of keys that are left open, from
`symbolic/open_keys.py` on. `case` reads a decision written as one JSON object.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cogsim.policy.case import case as case
    from cogsim.policy.compiled.stack import compile as compile
    from cogsim.policy.reference.decide import decide as decide
    from cogsim.policy.written import unparse as unparse

_HOMES = {
    "case": "cogsim.policy.case",
    "compile": "cogsim.policy.compiled.stack",
    "decide": "cogsim.policy.reference.decide",
    "unparse": "cogsim.policy.written",
}

__all__ = ["case", "compile", "decide", "unparse"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
