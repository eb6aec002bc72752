from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkins.agendas.models import LONGEST_POINTS, LONGEST_TOPIC, AgendaItem
from mentoring.kernel.forms import EvenhandForm

WORDS_MISSING = gettext_lazy("Write a topic first, in a few words.")


class AddTopic(EvenhandForm, forms.Form):
    text = forms.CharField(
        label=gettext_lazy("Add a topic"),
        max_length=LONGEST_TOPIC,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": WORDS_MISSING},
    )

    def __init__(self, *arguments: Any, other: str, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("text", _("you and %(name)s. Coordinators see how many topics each of you added, not the words.") % {"name": other})


class EditTopic(EvenhandForm, forms.Form):
    """The words of one's own topic, and the points that both write under it."""

    text = forms.CharField(
        label=gettext_lazy("Topic"),
        max_length=LONGEST_TOPIC,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": WORDS_MISSING},
    )
    points = forms.CharField(
        label=gettext_lazy("Points for when you meet"),
        help_text=gettext_lazy("Questions, links, things to bring. You both can write here."),
        required=False,
        max_length=LONGEST_POINTS,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, item: AgendaItem, other: str, is_author: bool, **names: Any) -> None:
        initial = {"text": item.text, "points": item.points, "version": item.version}
        super().__init__(*arguments, initial=initial, **names)
        readers = _("you and %(name)s.") % {"name": other}
        self.seen_by("points", readers)
        if is_author:
            self.seen_by("text", readers)
        else:
            del self.fields["text"]
