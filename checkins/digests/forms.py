from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkins.digests.models import DigestTime
from mentoring.kernel.dates import written
from mentoring.kernel.forms import EvenhandForm, OneOf

NEVER = "never"
USUAL_HOUR = 8


class ChooseDigest(EvenhandForm, forms.Form):
    submit_label = _("Save")

    days = OneOf(
        label=_("Do you want this mail?"),
        choices=[("workdays", _("Yes, from Monday to Friday")), ("every", _("Yes, every day")), (NEVER, _("No"))],
    )
    hour = forms.TypedChoiceField(label=_("At what time?"), coerce=int, widget=forms.Select(attrs={"class": "input--short"}))

    def __init__(self, *arguments: Any, chosen: DigestTime | None, place: str, **names: Any) -> None:
        days = NEVER if chosen is None else "workdays" if chosen.on_workdays_only else "every"
        super().__init__(*arguments, initial={"days": days, "hour": chosen.hour if chosen else USUAL_HOUR}, **names)
        hours: Any = self.fields["hour"]
        hours.choices = [(hour, written(time(hour), "clock")) for hour in range(24)]
        hours.help_text = _("By your own clock (%(place)s). In your quiet hours no mail comes: then it comes when they end.") % {
            "place": place
        }
