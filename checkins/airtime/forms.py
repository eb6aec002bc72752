from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.airtime.services import KIND
from matching.joint import kinds
from matching.joint.forms import AnswerApart
from matching.joint.models import Round

ME, EVEN, OTHER = "me", "even", "other"


class SayAirtime(AnswerApart):
    """Two taps, of the same three each."""

    submit_label = gettext_lazy("Save what I say")

    talked = forms.ChoiceField(label=gettext_lazy("Who talked, roughly?"), widget=forms.RadioSelect)
    decided = forms.ChoiceField(label=gettext_lazy("Who decided, roughly?"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, round: Round | None = None, other: str = "", **names: Any) -> None:
        super().__init__(*arguments, round=round or Round(kind=KIND), other=other, **names)
        fields: Any = self.fields
        for name in fields:
            fields[name].choices = [(ME, _("Mostly me")), (EVEN, _("About even")), (OTHER, _("Mostly %(name)s") % {"name": other})]
        # Said once, under both.
        fields["talked"].audience = ""


kinds.register(kinds.Kind(name=KIND, opens=kinds.Opens.TO_BOTH, form=SayAirtime))
