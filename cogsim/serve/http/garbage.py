"""Python's search for garbage, held short in a server whose log only grows.

A full search goes through everything that lives: the models of the services of AWS, the world, every remembered call.
It took a tenth of a second at first and more with every call, during which nobody was answered. What survives one
search is therefore set aside and not looked through again; it is freed as ever when nobody refers to it any more.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any

_OLDEST = 2


def keep_searches_short() -> None:
    """From now on, in this process, a search for garbage looks at what came since the last full one."""
    gc.collect()
    gc.freeze()
    gc.callbacks.append(_set_aside)


def _set_aside(phase: str, info: Mapping[str, Any]) -> None:
    if phase == "stop" and info["generation"] == _OLDEST:
        gc.freeze()
