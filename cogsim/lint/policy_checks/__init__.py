"""The checks of policy validation, one file per family; each has `check(draft)`, which yields findings.

A module dropped in here is found by its file. May import `cogsim.lint.policy_draft` and what is below lint; start
reading at `actions.py`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module

from cogsim.lint.policy_draft import Draft
from cogsim.lint.policy_finding import PolicyFinding

Check = Callable[[Draft], Iterable[PolicyFinding]]


@cache
def checks() -> tuple[Check, ...]:
    """The checks of every family, by the names of their files."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(import_module(f"{__name__}.{name}").check for name in names)
