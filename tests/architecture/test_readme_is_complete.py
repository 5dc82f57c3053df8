"""README names what there is: stories, patterns with their mistakes, steps, commands, own resources, its links."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

import pytest

from cogsim.cli import commands
from cogsim.load.cloudformation.adapters import adapters
from cogsim.scenario.steps import KINDS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_story_is_named() -> None:
    stories = {path.stem for path in (ROOT / "scenarios" / "stories").glob("*.yaml")}
    linked = set(re.findall(r"\(scenarios/stories/([a-z0-9-]+)\.yaml\)", README))
    assert {name for name in stories - linked if not name.startswith("broker-")} == set()


def test_every_pattern_and_mistake_is_named() -> None:
    for path in sorted((ROOT / "scenarios" / "patterns").glob("*/*.yaml")):
        if not path.read_text(encoding="utf-8").startswith("name:"):
            continue
        row = next(line for line in README.splitlines() if f"(scenarios/patterns/{path.parent.name})" in line)
        everywhere = ("fixed", "scan", "index")
        shared = ("missing-slash", "missing-separator") if "the same two" in row else ()
        assert path.stem in (*everywhere, *shared) or f"`{path.stem}`" in row, path


def test_every_kind_of_step_is_named() -> None:
    assert [kind for kind in KINDS if f"`{kind}`" not in README and f"`{kind}:`" not in README] == []


def test_every_command_is_named() -> None:
    names = [module.name.replace("_", "-") for module in pkgutil.iter_modules(commands.__path__)]
    assert "run" in names
    assert [name for name in names if f"cogsim {name}" not in README] == []


def test_every_resource_of_ours_is_named() -> None:
    ours = [name.removeprefix("Cogsim::") for name in sorted(adapters()) if name.startswith("Cogsim::")]
    assert ours
    assert [name for name in ours if f"`{name}`" not in README and f"`Cogsim::{name}`" not in README] == []


@pytest.mark.parametrize("document", ["README.md", "cogsim/DESIGN.md"])
def test_every_link_leads_somewhere(document: str) -> None:
    at = ROOT / document
    links = re.findall(r"\]\(([^)#:]+)\)", at.read_text(encoding="utf-8"))
    assert [link for link in links if not (at.parent / link).exists()] == []
