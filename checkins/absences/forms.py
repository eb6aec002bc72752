from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.absences.models import Absence
from checkins.sessions.forms import OfTwo
from checkins.sessions.models import Session
from mentoring.kernel.forms import OneOf

Absent = Absence.Absent


class SayAbsence(OfTwo):
    """How it came that the two did not meet. Nothing is chosen in advance but what this half has said before."""

    submit_label = gettext_lazy("Save this")

    def __init__(self, *arguments: Any, session: Session, said: Absence | None, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.fields["absent"] = OneOf(
            label=_("How did it come?"),
            choices=[
                (session.pairing.side_of(self.me), _("I could not come")),
                (session.pairing.side_of(self.other), _("%(name)s could not come") % {"name": self.other.user.short_name}),
                (Absent.BOTH, _("Something came up for both of us")),
                (Absent.UNSAID, _("I’d rather not say")),
            ],
            initial=said.absent if said else None,
        )
        self.seen_by_two(
            "absent", words=_("you and %(name)s. Coordinators see it only where you say it of yourself. No reason is asked for.")
        )
