"""Kinds of rounds for these tests alone."""

import pytest
from django import forms

from matching.joint import kinds
from matching.joint.forms import AnswerApart, own_words


class Words(AnswerApart):
    words = own_words("What would you like to say?")


class YesOrNo(AnswerApart):
    yes = forms.TypedChoiceField(choices=[("yes", "Yes"), ("no", "No")], coerce=lambda said: said == "yes")
    words = own_words("What else?", required=False)


@pytest.fixture(autouse=True)
def declared(monkeypatch):
    """`words` opens to both, `two-yeses` only when both say yes. Whenever `words` opens, its key is noted here."""
    opened = []
    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.register(
        kinds.Kind(name="words", opens=kinds.Opens.TO_BOTH, form=Words, when_opened=lambda round, now: opened.append((round.pk, now)))
    )
    kinds.register(kinds.Kind(name="two-yeses", opens=kinds.Opens.ON_TWO_YESES, form=YesOrNo, states=frozenset({"closed"}), is_sealed=True))
    kinds.register(kinds.Kind(name="held-back", opens=kinds.Opens.ON_TWO_YESES, form=YesOrNo, may_open=lambda round: False))
    return opened
