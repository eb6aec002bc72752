"""What is written of guidelines, and what is said to them."""

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from guidelines.versions.models import GuidelineVersion
from mentoring.kernel.forms import EvenhandForm
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from programs.memberships.models import MembershipQuerySet

LONGEST_TEXT = 60_000
LONGEST_SUMMARY = 300


class Acknowledge(EvenhandForm, forms.Form):
    submit_label = _("Agree to the guidelines")

    # What was on the page, so that nobody agrees to words that they have not seen.
    version = forms.IntegerField(widget=forms.HiddenInput)
    read = forms.BooleanField(error_messages={"required": _("Tick the box if you have read them and will keep to them.")})

    def __init__(self, *arguments: Any, shown: GuidelineVersion, **names: Any) -> None:
        super().__init__(*arguments, initial={"version": shown.pk}, **names)
        self.fields["read"].label = _("I have read version %(number)s, and I will keep to it.") % {"number": shown.number}
        self.seen_by("read", _("those who run the program: that you agreed, and when."))


class WriteDraft(EvenhandForm, forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label=_("The guidelines"),
        help_text=_(
            "A line that begins with ## is the title of a topic. A line that begins with - is part of a list. **Two stars** make bold."
        ),
        widget=forms.Textarea(attrs={"rows": 24, "class": "input--long"}),
        max_length=LONGEST_TEXT,
        # What was typed is compared with what was typed before: nothing is cut off.
        strip=False,
        error_messages={"required": _("Write something first. Guidelines without a word would leave people guessing.")},
    )
    audiences = {"text": _("everyone in the program, once you publish it. Until then, those who run the program.")}

    def clean_text(self) -> str:
        typed = str(self.cleaned_data["text"])
        return typed.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


class Publish(EvenhandForm, forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    summary = forms.CharField(
        label=_("What changed, in a sentence?"),
        help_text=_("For example: the part about messages now says how late you may write to each other."),
        max_length=LONGEST_SUMMARY,
        error_messages={"required": _("Say in a sentence what changed, so that people know what to look for.")},
    )
    audiences = {"summary": _("every participant, in a mail and above the guidelines.")}


class ReaderFilter(ListFilter):
    """Of `Membership.objects` with `acknowledged_at`."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    read = django_filters.ChoiceFilter(
        label=_("Have they read it?"),
        choices=[("yes", _("They have")), ("no", _("Not yet"))],
        empty_label=_("Either way"),
        method="by_reading",
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def by_name(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)

    def by_reading(self, people: "QuerySet[Any]", name: str, read: str) -> "QuerySet[Any]":
        return people.filter(acknowledged_at__isnull=read == "no")
