"""Whole runs, held against what is kept: a changed line is a changed answer, and is looked at before it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.runs import HERE, ROOT, STORIES, golden_files, golden_name


@pytest.mark.parametrize("story", STORIES, ids=golden_name)
def test_a_story_is_played_as_it_was_kept(story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name, text in golden_files(story).items():
        assert text == (HERE / name).read_text(encoding="utf-8"), f"{name}: python -m tests.golden.runs keeps it anew"


@pytest.mark.parametrize("story", STORIES, ids=golden_name)
def test_a_story_goes_as_it_expects(story: Path) -> None:
    text = (HERE / f"{golden_name(story)}.txt").read_text(encoding="utf-8")
    assert text.endswith(": as expected\n")
