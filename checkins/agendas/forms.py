from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.agendas.models import LONGEST_TOPIC
from mentoring.kernel.forms import EvenhandForm


class AddTopic(EvenhandForm, forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Add a topic"),
        max_length=LONGEST_TOPIC,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Write a topic first, in a few words.")},
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("text", _("you and %(name)s. Coordinators see how many topics each of you added, not the words.") % {"name": other})
