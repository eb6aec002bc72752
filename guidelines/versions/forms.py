"""What is written of guidelines, and what is asked of the list of their readers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from guidelines.versions.files import Texts, read_zip
from guidelines.versions.topics import LONGEST_TEXT, LONGEST_TITLE, MOST_ANSWERS, Answer, Topic, faults_of
from mentoring.kernel.archives import MOST_BYTES, Unreadable
from mentoring.kernel.forms import EvenhandForm
from mentoring.kernel.lists.filters import ListFilter
from programs.memberships.models import Membership

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from programs.memberships.models import MembershipQuerySet

LONGEST_SUMMARY = 300
EVERYONE = _("everyone in the program, once you publish it. Until then, those who run the program.")
SOME_MARKDOWN = _("A line that begins with - is part of a list. **Two stars** make bold.")


def _text(label: Any, help_text: Any = "", *, rows: int = 5, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=LONGEST_TEXT, widget=widget, **options)


def _with_our_ends(typed: str) -> str:
    return typed.replace("\r\n", "\n").replace("\r", "\n").strip()


class WriteIntroduction(EvenhandForm, forms.Form):
    submit_label = _("Save the introduction")

    before = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    text = _text(
        _("What comes before the topics"),
        _("A line that begins with ## is a heading. A line that begins with - is part of a list. **Two stars** make bold."),
        rows=18,
        required=False,
    )
    audiences = {"text": EVERYONE}

    def clean_before(self) -> str:
        return _as_saved(self.cleaned_data["before"])

    def clean_text(self) -> str:
        return _as_saved(self.cleaned_data["text"])


def _as_saved(typed: str) -> str:
    text = _with_our_ends(typed)
    return f"{text}\n" if text else ""


class WriteTopic(EvenhandForm, forms.Form):
    """`cleaned_data["topic"]` is the topic, with the key it was given."""

    before = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("What is it about?"), max_length=LONGEST_TITLE)
    rule = _text(_("The rule"), SOME_MARKDOWN)
    why = _text(_("Why"), _("A rule that is understood is kept."))
    limit_question = _text(
        _("What do you ask about one’s own stricter limit?"),
        _("For example: when may a message come? Say here where there is no stricter limit."),
        rows=2,
        required=False,
    )
    limits = _text(
        _("The limits to choose from"),
        _("One on each line: first what everybody keeps to, last the strictest. Leave it empty where there is no stricter limit."),
        rows=4,
        required=False,
    )
    situation = _text(
        _("A situation"),
        _("Two people, and a moment in which it is not plain what to do. The same for both sides. It ends with a question."),
        required=False,
    )
    audiences = dict.fromkeys(("title", "rule", "why", "limit_question", "limits", "situation"), EVERYONE)

    def __init__(self, *arguments: Any, topic: Topic | None = None, key: str = "", **names: Any) -> None:
        self.key = topic.key if topic else key
        super().__init__(*arguments, initial=_initial(topic) if topic else None, **names)
        for number in range(1, MOST_ANSWERS + 1):
            self.fields[f"answer_{number}"] = forms.CharField(
                label=_("Something one could do"), required=False, widget=forms.Textarea(attrs={"rows": 2})
            )
            self.fields[f"fits_{number}"] = forms.BooleanField(label=_("This keeps to the rule"), required=False)
            self.fields[f"reasoning_{number}"] = _text(_("What it leads to"), rows=3, required=False)

    @property
    def answers(self) -> Iterator[tuple[int, list[BoundField]]]:
        for number in range(1, MOST_ANSWERS + 1):
            yield number, [self[f"{name}_{number}"] for name in ("answer", "fits", "reasoning")]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        typed = {name: _with_our_ends(cleaned[name]) for name in ("rule", "why", "limit_question", "situation")}
        topic = Topic(
            key=self.key,
            title=" ".join(cleaned["title"].split()),
            limits=tuple(line.strip().removeprefix("- ") for line in cleaned["limits"].splitlines() if line.strip()),
            answers=tuple(self._answers(cleaned)),
            **typed,
        )
        for name, words in faults_of(topic):
            self.add_error(name if name in self.fields else None, words)
        return {"topic": topic, "before": cleaned["before"]}

    def _answers(self, cleaned: dict[str, Any]) -> Iterator[Answer]:
        for number in range(1, MOST_ANSWERS + 1):
            words, reasoning = " ".join(cleaned[f"answer_{number}"].split()), _with_our_ends(cleaned[f"reasoning_{number}"])
            if words or reasoning:
                yield Answer(words, cleaned[f"fits_{number}"], reasoning)


def _initial(topic: Topic) -> dict[str, Any]:
    answers = {
        f"{name}_{number}": value
        for number, answer in enumerate(topic.answers, 1)
        for name, value in (("answer", answer.words), ("fits", answer.fits), ("reasoning", answer.reasoning))
    }
    said = {name: getattr(topic, name) for name in ("title", "rule", "why", "limit_question", "situation")}
    return {**said, **answers, "limits": "\n".join(topic.limits), "before": topic.digest}


class TakeIn(EvenhandForm, forms.Form):
    """`cleaned_data["file"]` is what the file holds."""

    submit_label = _("Take it in as the draft")

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    file = forms.FileField(
        label=_("Which file?"),
        help_text=_("A zip file that was saved here, or in another program. It takes the place of the draft; nothing is published."),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )
    audiences = {"file": _("those who run the program, as the draft. The file itself is not kept.")}

    def clean_file(self) -> Texts:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is too large. Guidelines are text: %(most)d MB are enough.") % {"most": MOST_BYTES // 10**6}
            )
        try:
            return read_zip(file)
        except Unreadable as unreadable:
            raise forms.ValidationError([str(mistake) for mistake in unreadable.mistakes[:20]]) from None


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
    """Of `Membership.objects` with `acknowledged_at` and `withdrawn_at`."""

    q = django_filters.CharFilter(label=_("Name"), method="by_name")
    read = django_filters.ChoiceFilter(
        label=_("Have they agreed?"),
        choices=[("yes", _("They have")), ("no", _("Not yet")), ("back", _("They took it back"))],
        empty_label=_("Either way"),
        method="by_reading",
    )

    class Meta:
        model = Membership
        fields: list[str] = []

    def by_name(self, people: "MembershipQuerySet", name: str, words: str) -> "MembershipQuerySet":
        return people.called_like(words)

    def by_reading(self, people: "QuerySet[Any]", name: str, read: str) -> "QuerySet[Any]":
        if read == "back":
            return people.filter(acknowledged_at=None, withdrawn_at__isnull=False)
        return people.filter(acknowledged_at__isnull=read == "no")
