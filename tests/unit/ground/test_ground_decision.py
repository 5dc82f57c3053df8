"""Decisions: answers with their reasons."""

from __future__ import annotations

import pickle

import pytest

from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.errors import Location

_FIRST = Step("is it on?", "yes", "On: true", "ug:eval-logic")
_LAST = Step("whose is it?", "hers", source="ug:eval-logic", location=Location("w.yaml", 4), decides=True)


def test_a_decision_without_steps_is_a_fault() -> None:
    with pytest.raises(ValueError, match="has steps"):
        Decision(True, ())


def test_steps_are_told_once_when_somebody_looks() -> None:
    asked: list[int] = []

    def told() -> tuple[Step, ...]:
        asked.append(1)
        return (_FIRST,)

    decision = Decision(True, told)
    assert asked == []
    assert decision.steps == decision.steps == (_FIRST,)
    assert asked == [1]


def test_a_decision_whose_steps_are_told_later_is_like_one_that_has_them() -> None:
    later, now = Decision(1, lambda: (_FIRST,)), Decision(1, (_FIRST,))
    assert later == now
    assert hash(later) == hash(now)
    assert repr(later) == repr(now)
    assert pickle.loads(pickle.dumps(Decision(1, lambda: (_FIRST,)))) == now
    assert later != Decision(1, (_LAST,))
    assert later != 1


def test_who_tells_no_steps_is_at_fault() -> None:
    with pytest.raises(ValueError, match="has steps"):
        _ = Decision(True, tuple).steps


def test_a_decision_is_not_a_bool() -> None:
    with pytest.raises(TypeError, match="ask for its value"):
        bool(decided(True, _FIRST))


def test_an_assumption_is_named_exactly_when_a_step_rests_on_one() -> None:
    with pytest.raises(ValueError, match="rests on an assumption"):
        Step("q", "a", basis=Basis.ASSUMED)
    with pytest.raises(ValueError, match="rests on an assumption"):
        Step("q", "a", assumption="policy.variablesInBool")


def test_assumptions_are_listed_once_in_order() -> None:
    assumed = [Step("q", "a", basis=Basis.ASSUMED, assumption=name) for name in ("b", "a", "b")]
    assert decided(1, *assumed).assumptions == ("b", "a")


def test_the_deciding_steps_are_the_marked_ones_else_the_last() -> None:
    assert decided(1, _LAST, _FIRST).deciding == (_LAST,)
    assert decided(1, _FIRST, _FIRST).deciding == (_FIRST,)


def test_one_decision_leads_to_the_next_and_keeps_its_steps() -> None:
    chained = decided(2, _FIRST).then(lambda value: decided(value + 1, _LAST))
    assert chained == Decision(3, (_FIRST, _LAST))
    assert decided(3, _LAST, after=(_FIRST,)) == chained


def test_a_decision_prints_its_value_and_its_numbered_steps() -> None:
    text = str(decided(Refusal("AccessDenied", "no"), _FIRST, _LAST))
    assert text.splitlines() == [
        "AccessDenied: no",
        "  1.   is it on? yes [On: true] (ug:eval-logic)",
        "  2. * whose is it? hers at w.yaml:4 (ug:eval-logic)",
    ]


def test_a_decision_shows_itself_in_a_notebook_without_markup_from_its_values() -> None:
    shown = decided("<b>", Step("<i>?", "<script>"))._repr_html_()
    assert "<script>" not in shown
    assert "&lt;b&gt;" in shown
