"""Whatever the solver says no to is said to people in their own language."""

from typing import get_args

import pytest
from django.utils import translation

from matching import solver
from matching.runs import refusals, work
from matching.solver.errors import Code
from mentoring.kernel.errors import Refused

CODES = get_args(Code)


@pytest.mark.parametrize("code", CODES)
def test_every_no_of_the_solver_has_words_that_can_be_translated(code):
    said = refusals.refused(solver.MatchError(code, "The solver's own sentence."))
    assert "solver's own" not in str(said)
    assert "%(" not in str(said)

    with translation.override("xx"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(translation._trans, "gettext", lambda text: f"translated {text}")
        assert str(refusals.refused(solver.MatchError(code, ""))).startswith("translated")


def test_no_other_words_are_kept():
    assert set(refusals.WORDS) == set(CODES)


def test_a_no_of_the_solver_reaches_those_who_started_the_run(monkeypatch):
    def say_no(**_):
        raise solver.MatchError("lock_twice", "Person 3 is locked to two others.", 3)

    monkeypatch.setattr(work.services, "inputs_of", say_no)
    with pytest.raises(Refused, match=r"^Somebody is locked to two people\. Take a lock away\.$"):
        work.match(None)
