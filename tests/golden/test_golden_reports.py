"""The reports that are kept are those that the worlds give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.reports import ROOT, worlds, write

#: Pictures are compared elsewhere, as drawn: a newer matplotlib may write the same picture otherwise.
COMPARED = ("audit.json", "audit.md", "graph.mmd")


def test_every_report_is_the_one_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    write(tmp_path)
    for name in worlds():
        for file in COMPARED:
            kept = ROOT / "reports" / name / file
            assert kept.read_text(encoding="utf-8") == (tmp_path / name / file).read_text(encoding="utf-8"), (
                f"{kept.relative_to(ROOT)}: make reports writes it anew"
            )
