"""The doctor on the clinic: every fault named at its line, every cure tried, several faults found in order."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.lab.doctor.diagnosis import Ending, Verified
from cogsim.lab.doctor.doctor import doctor
from cogsim.world.world import World
from tests.generators.clinic import Fault, catalogue, faults, healthy_text, question, world_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clinic")


@pytest.fixture(scope="module")
def healthy(folder: Path) -> World:
    return world_of(healthy_text(), folder)


@pytest.mark.parametrize("name", sorted(catalogue()["asks"]))
def test_in_a_healthy_world_the_doctor_says_that_it_works(name: str, healthy: World) -> None:
    diagnosis = doctor(healthy, **question(name))
    assert (diagnosis.ending, diagnosis.findings) == (Ending.WORKS, ())
    assert str(diagnosis).endswith(": works")


@pytest.mark.parametrize("fault", faults(), ids=str)
def test_a_fault_is_named_at_its_line_and_its_cure_is_tried(fault: Fault, folder: Path) -> None:
    broken = fault.applied(healthy_text())
    diagnosis = doctor(world_of(broken, folder), **question(fault.ask))
    assert diagnosis.causes == fault.causes
    where = diagnosis.findings[0].cause.where
    assert where is not None
    assert (Path(where.file).name, where.line) == ("clinic.yaml", fault.line(broken))
    assert diagnosis.cured is fault.cured
    last = diagnosis.findings[-1]
    assert last.verified is (Verified.SUCCEEDS if fault.cured else Verified.NOT_TRIED)
    assert last.cause.cure is None or last.verification == "verified: with this change the call succeeds"


def test_asking_leaves_the_world_as_it_was(folder: Path) -> None:
    world = world_of(faults()[0].applied(healthy_text()), folder)
    first, second = doctor(world, **question("alice")), doctor(world, **question("alice"))
    assert str(first) == str(second)
    assert world == world_of(faults()[0].applied(healthy_text()), folder)


def test_three_faults_give_three_causes_in_the_order_in_which_the_call_meets_them(folder: Path) -> None:
    wanted = ("client-not-in-pool", "role-rules-match-none", "trust-tag-session")
    chosen = [next(each for each in faults() if each.cause == cause and each.under != "Analyst") for cause in wanted]
    broken = healthy_text()
    for fault in chosen:
        broken = fault.applied(broken)
    diagnosis = doctor(world_of(broken, folder), **question("alice"))
    assert diagnosis.causes == wanted
    assert [finding.verified for finding in diagnosis.findings] == [
        Verified.GETS_FURTHER, Verified.GETS_FURTHER, Verified.SUCCEEDS,
    ]  # fmt: skip
    lines = [finding.cause.where.line for finding in diagnosis.findings if finding.cause.where is not None]
    assert lines == [fault.line(broken) for fault in chosen]


def combinable(ask: str) -> list[Fault]:
    """The faults that a question meets and that can be cured. Where no role is attached, one is proposed by its trust
    policy, so that this must be sound."""
    meets = (each for each in faults() if each.ask == ask and each.cured and not each.then)
    return [each for each in meets if each.cause != "no-role-attached"]


QUESTIONS = ("alice", "bob", "carol", "guest", "build")


@given(ask=st.sampled_from(QUESTIONS), data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_any_faults_together_the_doctor_finds_every_one_and_ends_in_success(
    ask: str, data: st.DataObject, folder: Path
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(combinable(ask)), unique=True, max_size=6))
    broken, found = healthy_text(), set[str]()
    for fault in chosen:
        try:
            broken = fault.applied(broken)
        except AssertionError:  # another fault has the text already
            continue
        found.add(fault.cause)
    diagnosis = doctor(world_of(broken, folder), **question(ask))
    assert found - moot(found) <= set(diagnosis.causes) <= found
    assert diagnosis.cured
    assert diagnosis.works is (not chosen)


#: A fault whose cure leads past others: a trust policy that names the user asks nothing of the user's own policies, and
#: where the authenticated role stands in for a rule, nobody asks for the rule's role.
LEADS_PAST = {
    "trust-principal": {"caller-not-allowed", "permissions-boundary"},
    "role-rules-match-none": {"role-missing"},
}


def moot(found: set[str]) -> set[str]:
    """The faults that another one's cure makes harmless."""
    return set().union(*(LEADS_PAST.get(each, set()) for each in found))


def test_a_cure_that_does_not_hold_ends_the_search(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cogsim.lab.doctor import doctor as module

    known = module.cause_of

    def without_effect(symptom):  # type: ignore[no-untyped-def]
        cause = known(symptom)
        assert cause is not None
        assert cause.cure is not None
        return replace(cause, cure=replace(cause.cure, apply=lambda world, question: (world, question)))

    monkeypatch.setattr(module, "cause_of", without_effect)
    diagnosis = doctor(world_of(faults()[0].applied(healthy_text()), folder), **question("alice"))
    assert diagnosis.ending is Ending.UNKNOWN
    assert [finding.verified for finding in diagnosis.findings] == [Verified.SAME]
    assert "still unexplained" in str(diagnosis)


def test_every_question_that_is_read_is_asked_by_a_decision() -> None:
    """A step that is worded anew would leave its reader without work, and the doctor without the cause."""
    from cogsim.lab.doctor.cause import cause_readers

    package = Path(__file__).resolve().parents[3] / "cogsim"
    files = [*(package / "decisions").rglob("*.py"), *(package / "tokens").rglob("*.py")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    composed = {
        "which is the authenticated role?": "which is the {kind} role?",
        "which is the unauthenticated role?": "which is the {kind} role?",
        "which role does the token prefer? (it has none)": "{question} (it has none)",
    }
    questions = [key for key in cause_readers() if not key.startswith(("layer:", "check:", "error:"))]
    assert len(questions) > 20
    assert [key for key in questions if composed.get(key, key) not in text] == []


def test_every_cause_is_named_in_one_way_and_cites_a_source_that_there_is() -> None:
    import re

    from cogsim.sources import all_sources

    package = Path(__file__).resolve().parents[3] / "cogsim" / "lab" / "doctor"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(package.rglob("*.py")))
    cited = re.findall(r'source="([^"]+)"|_SOURCE = "([^"]+)"', text)
    assert cited
    assert {one or other for one, other in cited} - set(all_sources()) == set()
