"""How a check refuses, and what it says where no document shows the text."""

from __future__ import annotations

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.refusals import UNSEEN_TEXTS, refused

OURS = Refusal("InvalidParameterException", "Words of our own.")


def test_a_text_that_no_document_shows_can_be_left_out() -> None:
    assert refused(OURS, "why?", "", "idp:errors", assumption=UNSEEN_TEXTS).value == OURS
    with assuming({UNSEEN_TEXTS: "empty"}):
        assert refused(OURS, "why?", "", "idp:errors", assumption=UNSEEN_TEXTS).value == Refusal(OURS.code, "")
        assert refused(OURS, "why?", "", "idp:errors").value == OURS
