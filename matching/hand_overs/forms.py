from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from matching.hand_overs.services import LONGEST_NOTE
from matching.pairings.models import Pairing
from mentoring.kernel.forms import AnyOf, EvenhandForm
from programs.memberships.models import Membership

PARTNER, COORDINATORS = "partner", "coordinators"


class WriteHandOver(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Save my note")

    text = forms.CharField(
        label=gettext_lazy("What would you like the next person to know about you?"),
        help_text=gettext_lazy("What you are aiming for, and what helps you. “I learn best by trying, and I need a day to think.”"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    readers = AnyOf(
        label=gettext_lazy("Who may read it?"),
        choices=[(PARTNER, gettext_lazy("My next partner")), (COORDINATORS, gettext_lazy("Those who run the program"))],
        choice_hints={
            PARTNER: gettext_lazy("When your next pairing begins, you both find it on your page. From then on it stays as it is."),
            COORDINATORS: gettext_lazy("As soon as you save it, unless they were part of the pairing after which you first wrote it."),
        },
        error_messages={"required": gettext_lazy("Choose who may read it.")},
    )

    # After which pairing it was when the form came: its other half never reads it.
    promised = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, after: Pairing, me: Membership, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.initial["promised"] = after.pk
        name = after.other_half(me).user.short_name
        self.seen_by("text", _("you, and whom you choose below. %(name)s never does.") % {"name": name}, icon="lock")
