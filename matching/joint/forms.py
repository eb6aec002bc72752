from typing import Any

from django import forms
from django.utils.translation import gettext as _

from matching.joint.models import Round
from mentoring.kernel.forms import EvenhandForm

LONGEST = 10_000


class AnswerApart(EvenhandForm, forms.Form):
    """What a kind of round asks. Each field says who reads it, and when. `other` is what the other half is called."""

    def __init__(self, *arguments: Any, round: Round, other: str = "", **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.round = round
        for name in self.fields:
            self.seen_by(name, _("only you until you have both answered; from then on you and %(name)s.") % {"name": other})


def own_words(label: Any, *, rows: int = 4, **options: Any) -> forms.CharField:
    """A field for words of one's own, of at most ten thousand characters."""
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **options)
