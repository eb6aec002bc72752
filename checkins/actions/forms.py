from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.actions.models import LONGEST_ACTION, ActionItem
from matching.pairings.models import Pairing
from mentoring.kernel import times
from mentoring.kernel.forms import DayInput, EvenhandForm, OneOf
from programs.memberships.models import Membership


class AddAction(EvenhandForm, forms.Form):
    submit_label = gettext_lazy("Add action")

    text = forms.CharField(
        label=gettext_lazy("What is to be done?"),
        max_length=LONGEST_ACTION,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write in a few words what is to be done.")},
    )
    due_on = forms.DateField(label=gettext_lazy("By when?"), required=False, widget=DayInput)

    def __init__(self, *arguments: Any, pairing: Pairing, me: Membership, today: date, **names: Any) -> None:
        super().__init__(*arguments, **names)
        other = pairing.other_half(me)
        name = other.user.short_name
        self.fields["owner"] = OneOf(
            label=_("Who does it?"),
            choices=[(pairing.side_of(me), _("You")), (pairing.side_of(other), name), (ActionItem.Owner.BOTH, _("Both of you"))],
            choice_hints={
                pairing.side_of(other): _("A request: it stands once %(name)s says yes.") % {"name": name},
                ActionItem.Owner.BOTH: _("It stands once %(name)s says yes too.") % {"name": name},
            },
        )
        self.order_fields(["text", "owner", "due_on"])
        self.fields["due_on"].help_text = _("In your time: %(place)s.") % {"place": times.place_of(me.user.time_zone)}
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()
        self.seen_by("text", _("you and %(name)s. Coordinators see how many actions each of you took on, not the words.") % {"name": name})
        self.today = today

    def clean_due_on(self) -> date | None:
        due_on: date | None = self.cleaned_data["due_on"]
        if due_on is not None and due_on < self.today:
            raise forms.ValidationError(_("This day is over. Choose today or a later day."))
        return due_on
