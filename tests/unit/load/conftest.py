"""Loading worlds from texts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from cogsim.load import load
from cogsim.world.world import World

Load = Callable[..., World]


@pytest.fixture
def world_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Loads a world from texts: each becomes a file, `a.yaml`, `b.yaml`, …, so that places are short."""
    monkeypatch.chdir(tmp_path)

    def load_texts(*texts: str) -> World:
        names = []
        for letter, text in zip("abcdef", texts, strict=False):
            name = f"{letter}.yaml"
            Path(name).write_text(dedent(text), encoding="utf-8")
            names.append(name)
        return load(*names)

    return load_texts
