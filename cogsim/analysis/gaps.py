"""The step that stands where a way leads through something that cogsim does not know."""

from __future__ import annotations

from cogsim.decision import Step
from cogsim.errors import NotModelled


def not_modelled(gap: NotModelled) -> Step:
    """The step that stands where the way leads through something that cogsim does not know."""
    return Step("is everything on the way known?", "no", str(gap), facts=(("not-modelled", gap.what),), decides=True)
