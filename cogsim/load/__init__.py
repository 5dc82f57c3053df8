"""Files → World: every value with the line it stands at, every error with its place, and a completeness statement.

May import `decisions`, `world`, `policy`, `tokens` and the ground floor; reads files, decides nothing. Start reading at
`detect.py` (`load`), then `nodes.py` (what a file holds before it means anything) and `cloudformation/`. The package is
callable, so that `cogsim.load("world.yaml")` means the same before and after something imported one of its modules.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cogsim.world.world import World


class _CallablePackage(ModuleType):
    def __call__(self, *paths: str | Path) -> World:
        from cogsim.load.detect import load

        return load(*paths)


sys.modules[__name__].__class__ = _CallablePackage
