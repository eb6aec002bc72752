from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.versions.topics import Topic
from mentoring.kernel.forms import EvenhandForm, OneOf


class SetLimit(EvenhandForm, forms.Form):
    """`mine` is what I have set; where that is nothing, nothing is marked."""

    submit_label = _("Keep this limit")

    words = OneOf(
        label=_("My own limit"),
        error_messages={"required": _("Choose a limit. The first is what everybody keeps to.")},
    )

    def __init__(self, *arguments: Any, topic: Topic, mine: str = "", **names: Any) -> None:
        super().__init__(*arguments, initial={"words": mine}, **names)
        words: Any = self.fields["words"]
        words.choices = [(limit, limit) for limit in topic.limits]
        words.choice_hints = {topic.limits[0]: _("This is what everybody keeps to.")}
        self.seen_by("words", _("only you. In a pairing, you two see what holds for you both, and not whose it is."), icon="lock")
