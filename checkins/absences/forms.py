from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.sessions.forms import OfTwo
from checkins.sessions.models import Session


class MissSession(OfTwo):
    """Who could not make it. Nothing is chosen in advance."""

    submit_label = gettext_lazy("Save this")

    absent = forms.ChoiceField(label=gettext_lazy("Who could not make it?"), widget=forms.RadioSelect)

    def __init__(self, *arguments: Any, session: Session, **names: Any) -> None:
        super().__init__(*arguments, **names)
        absent: Any = self.fields["absent"]
        name = self.other.user.short_name
        mine, others = session.pairing.side_of(self.me), session.pairing.side_of(self.other)
        absent.choices = [
            (mine, _("I could not make it")),
            (others, _("%(name)s could not make it") % {"name": name}),
            (Session.Absent.BOTH, _("Neither of us could")),
        ]
        self.seen_by_two("absent", but=_("Coordinators see it only where you say it of yourself. No reason is asked for."))
