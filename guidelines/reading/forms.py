from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.versions.models import GuidelineVersion
from guidelines.versions.topics import Topic
from mentoring.kernel.forms import EvenhandForm, OneOf


class PickAnswer(EvenhandForm, forms.Form):
    submit_label = _("See where it leads")

    # What was on the page, so that nobody counts as having read words that they have not seen.
    version = forms.IntegerField(widget=forms.HiddenInput)
    answer = OneOf(
        label=_("What would you do?"),
        help_text=_("More than one answer can be good. There are no marks."),
        coerce=int,
        error_messages={"required": _("Pick the answer that comes nearest to yours.")},
    )

    def __init__(self, *arguments: Any, topic: Topic, shown: GuidelineVersion, picked: int | None = None, **names: Any) -> None:
        super().__init__(*arguments, initial={"version": shown.pk, "answer": picked}, **names)
        answer: Any = self.fields["answer"]
        answer.choices = [(number, words.words) for number, words in enumerate(topic.answers, 1)]
        self.seen_by("answer", _("only you. It is kept nowhere."), icon="lock")


class Acknowledge(EvenhandForm, forms.Form):
    submit_label = _("Agree to the guidelines")

    # What was on the page, so that nobody agrees to words that they have not seen.
    version = forms.IntegerField(widget=forms.HiddenInput)
    read = forms.BooleanField(error_messages={"required": _("Tick the box if you have read them and will keep to them.")})

    def __init__(self, *arguments: Any, shown: GuidelineVersion, **names: Any) -> None:
        super().__init__(*arguments, initial={"version": shown.pk}, **names)
        self.fields["read"].label = _("I have read version %(number)s, and I will keep to it.") % {"number": shown.number}
        self.seen_by("read", _("those who run the program: that you agreed, and when."))
