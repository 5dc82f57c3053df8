"""Runs as JUnit XML: a test case for each step and each question, a failure for each expectation that was not met."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cogsim.scenario.result import Answer, Run, StepResult

#: What XML cannot hold, by character.
_UNWRITABLE = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(55296, 57344), 65534, 65535), "�")


def junit(runs: Iterable[Run]) -> str:
    """The document: a suite for each run. Leaks stand in the output of the step that they happened in, expected or
    not; those that were not expected are among its failures."""
    root = ET.Element("testsuites")
    for run in runs:
        root.append(_suite(run))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _suite(run: Run) -> ET.Element:
    cases = [*(_step(step) for step in run.steps), *(_answer(each) for each in (*run.access, *run.invariants))]
    told = {text for step in run.steps for text in step.failures}
    told |= {each.text for each in (*run.access, *run.invariants)}
    of_run = [failure.text for failure in run.failures if failure.text not in told]
    if of_run:
        cases.append(_case("the run as a whole", of_run))
    failed = sum(case.find("failure") is not None for case in cases)
    suite = ET.Element("testsuite", name=_clean(run.name), tests=str(len(cases)), failures=str(failed), errors="0")
    suite.set("file", _clean(run.scenario.file))
    suite.extend(cases)
    return suite


def _step(step: StepResult) -> ET.Element:
    name = f"{step.number} {step.who} {step.operation}".strip()
    case = _case(name, step.failures, str(step.location))
    if step.leaks:
        ET.SubElement(case, "system-out").text = _clean("\n".join(str(leak) for leak in step.leaks))
    return case


def _answer(answer: Answer) -> ET.Element:
    return _case(answer.question, () if answer.ok else (answer.text,), str(answer.location))


def _case(name: str, failures: Sequence[str], where: str = "") -> ET.Element:
    case = ET.Element("testcase", name=_clean(name), classname=_clean(where))
    for text in failures:
        ET.SubElement(case, "failure", message=_clean(text))
    return case


def _clean(text: str) -> str:
    return text.translate(_UNWRITABLE)
