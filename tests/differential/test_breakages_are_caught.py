"""Rules dropped from a copy of the reference, one at a time: the case tables or the random policies notice each."""

from __future__ import annotations

import importlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

import cogsim.policy.reference
from cogsim.decision import Decision
from cogsim.policy import compile
from cogsim.policy.layers import Layers, Result
from cogsim.policy.request import Request
from tests.differential.test_compiled_matches_reference import CASES
from tests.generators import policies
from tests.generators.policies import Stack

REFERENCE = Path(cogsim.policy.reference.__file__).parent
Decide = Callable[[Layers, Request], Decision[Result]]


@dataclass(frozen=True)
class Breakage:
    """A rule and the edit of one file that drops it; what is replaced stands there exactly once."""

    rule: str
    file: str
    old: str
    new: str


BREAKAGES = [
    Breakage(**row) for row in yaml.safe_load(Path(__file__).with_name("breakages.yaml").read_text(encoding="utf-8"))
]


def broken(breakage: Breakage, number: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Decide:
    """`decide` of a copy of the reference under another name, with one rule dropped."""
    name = f"broken_reference_{number}"
    shutil.copytree(REFERENCE, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (folder / name).rglob("*.py"):
        text = path.read_text(encoding="utf-8").replace("cogsim.policy.reference", name)
        if path == folder / name / breakage.file:
            assert text.count(breakage.old) == 1, "the reference no longer reads as the breakage says"
            text = text.replace(breakage.old, breakage.new)
        path.write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    found: Decide = importlib.import_module(f"{name}.decide").decide
    return found


def by_cases(decide: Decide) -> bool:
    return any(decide(*asked).value is not compile(asked[0]).effect(asked[1]) for asked in CASES)


def by_random_policies(decide: Decide, stacks: int) -> bool:
    """Whether one of `stacks` random stacks tells the copy from the compiled reading."""

    @given(policies.stacks())
    @settings(
        max_examples=stacks, phases=[Phase.generate], derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def agree(stack: Stack) -> None:
        compiled = compile(stack.layers)
        for request in stack.requests():
            assert decide(stack.layers, request).value is compiled.effect(request)

    try:
        agree()
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("number", range(len(BREAKAGES)), ids=[one.rule for one in BREAKAGES])
def test_a_rule_is_missed_when_it_is_gone(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = broken(BREAKAGES[number], number, tmp_path, monkeypatch)
    assert by_cases(decide) or by_random_policies(decide, stacks=1_000)


def test_an_unbroken_copy_is_not_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = Breakage("none", "decide.py", "def decide(", "def decide(")
    decide = broken(same, len(BREAKAGES), tmp_path, monkeypatch)
    assert not by_cases(decide)
    assert not by_random_policies(decide, stacks=20)
