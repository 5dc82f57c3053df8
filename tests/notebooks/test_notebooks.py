"""Every notebook runs from top to bottom, and shows today what it showed when it was committed."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def shown(notebook: nbformat.NotebookNode) -> list[list[dict[str, str]]]:
    """What each code cell shows, as text; a picture counts as one, its pixels are the business of other tests."""
    return [[_output(output) for output in cell.outputs] for cell in notebook.cells if cell.cell_type == "code"]


def _output(output: nbformat.NotebookNode) -> dict[str, str]:
    if output.output_type == "stream":
        return {"stream": output.text}
    data = output.get("data", {})
    texts = {kind: re.sub(r" at 0x[0-9a-f]+", "", str(data[kind])) for kind in sorted(data) if kind.startswith("text/")}
    return texts | {kind: "a picture" for kind in data if kind.startswith("image/")}


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_shows_what_was_committed(path: Path) -> None:
    committed = nbformat.read(path, as_version=4)
    fresh = nbformat.from_dict(committed)
    NotebookClient(fresh, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    assert [cell for cell in fresh.cells if cell.cell_type == "code"], "a notebook asks something"
    assert shown(fresh) == shown(nbformat.read(path, as_version=4))
