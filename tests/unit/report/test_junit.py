"""Runs as JUnit XML, and on the command line."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner

from cogsim.cli.commands.run import command
from cogsim.report.junit import junit
from cogsim.scenario.load import load, loads
from cogsim.scenario.run import play, run

PATTERNS = Path(__file__).parents[3] / "scenarios" / "patterns"


def test_leaks_stand_in_the_output_of_their_step() -> None:
    (suite,) = ET.fromstring(junit([run(PATTERNS / "groups" / "index.yaml")]))
    assert (suite.get("tests"), suite.get("failures")) == ("28", "0")
    told = [case.findtext("system-out") for case in suite if case.find("system-out") is not None]
    assert len(told) == 1
    assert "content of records[owner globex#orders, number 1], globex's" in str(told[0])


def test_leaks_that_no_story_expects_are_failures() -> None:
    import cogsim

    text = (PATTERNS / "groups" / "index.yaml").read_text(encoding="utf-8").partition("leaks:")[0]
    for leaks, failures in (("", 1), ("leaks: []\n", 1)):
        scenario = loads(text + leaks, str(PATTERNS / "groups" / "found.yaml"))
        played = play(scenario, cogsim.load(*scenario.worlds))
        (suite,) = ET.fromstring(junit([played]))
        assert suite.get("failures") == str(failures)
        assert not played.ok


def test_the_command_writes_a_file_and_says_where_it_cannot(tmp_path: Path) -> None:
    story = str(PATTERNS / "broker" / "fixed.yaml")
    target = tmp_path / "runs.xml"
    done = CliRunner().invoke(command, [story, "--junit", str(target)], standalone_mode=False)
    assert done.return_value == 0
    assert load(story).name in target.read_text(encoding="utf-8")
    refused = CliRunner().invoke(command, [story, "--junit", str(tmp_path / "no" / "runs.xml")])
    assert refused.exit_code != 0


@pytest.mark.parametrize("text", ["\x00", "\ud800", "<&>"])
def test_a_name_that_xml_cannot_hold_is_written_all_the_same(text: str) -> None:
    scenario = load(PATTERNS / "broker" / "fixed.yaml")
    from dataclasses import replace

    played = run(PATTERNS / "broker" / "fixed.yaml")
    ET.fromstring(junit([replace(played, scenario=replace(scenario, name=text))]))
