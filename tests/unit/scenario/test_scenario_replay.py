"""Every story that is kept happens again from its journal, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.journal import read, write
from cogsim.aws.journal_replay import replay
from cogsim.aws.trail import records
from cogsim.scenario.run import run

ROOT = Path(__file__).parents[3]
STORIES = sorted((ROOT / "scenarios" / "stories").glob("*.yaml"))


@pytest.mark.parametrize("story", STORIES, ids=lambda path: path.stem)
def test_a_story_happens_again_from_its_journal(story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    played = run(story)
    with assuming(dict(played.scenario.assume)):
        write(played.simulation.cloud, tmp_path / "run")
        again = replay(read(tmp_path / "run"), played.simulation.cloud.initial, strict=True)
    assert (again.changed, again.unknown) == ((), ())
    assert records(again.cloud) == played.trail
    assert (again.cloud.world, again.cloud.state) == (played.simulation.world, played.simulation.state)
