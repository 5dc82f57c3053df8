"""A figure as SVG or PNG: the same figure gives the same bytes, without date, version or random id."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cogsim.errors import InputError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SALT = "cogsim"


def svg_of(drawn: Callable[[], Figure]) -> str:
    """The figure that `drawn` draws as SVG text, its letters as outlines, so that it reads the same everywhere."""
    return _rendered(drawn, "svg", {"Date": None, "Creator": None, "Format": None, "Type": None}).decode()


def png_of(drawn: Callable[[], Figure]) -> bytes:
    """The figure as PNG at 144 dots an inch."""
    return _rendered(drawn, "png", {"Software": None})


def save_figure(drawn: Callable[[], Figure], path: str | Path) -> Path:
    """Write the figure to `path`, whose ending says how: .png or .svg. Another ending is an InputError."""
    target = Path(path)
    if target.suffix not in (".png", ".svg"):
        raise InputError(f"a picture is written as .png or .svg, not {target.suffix or target.name!r}")
    target.write_bytes(svg_of(drawn).encode() if target.suffix == ".svg" else png_of(drawn))
    return target


def _rendered(drawn: Callable[[], Figure], form: str, metadata: dict[str, None]) -> bytes:
    from io import BytesIO

    import matplotlib as mpl

    buffer = BytesIO()
    with mpl.rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "path", "path.sketch": None}):
        figure: Any = drawn()
        figure.savefig(buffer, format=form, dpi=144, metadata=metadata, facecolor="white")
    return buffer.getvalue()
