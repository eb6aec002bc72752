from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkins.answers.models import Answer
from checkins.answers.services import LONGEST_WORDS
from checkins.plans.models import Question
from mentoring.kernel.forms import EvenhandForm

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


class AnswerQuestion(EvenhandForm, forms.Form):
    """One question of a check-in. "I would rather not say" is a button of the page, and needs no form."""

    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *arguments: Any,
        question: Question,
        other: str,
        readers: "_StrOrPromise",
        given: Answer | None,
        is_after_first_meeting: bool = False,
        **names: Any,
    ) -> None:
        super().__init__(*arguments, **names)
        self.question = question
        words: Any = self.fields["words"]
        words.initial = given.words if given else None
        if question.kind == Question.Kind.TEXT:
            words.required = True
            words.widget.attrs["rows"] = 5
            words.error_messages["required"] = _("Write what you would like to say, or choose “Nothing to add”.")
            heading = words
            self.seen_by("words", readers, icon="lock")
        else:
            self.fields["answer"] = heading = forms.TypedChoiceField(
                choices=question.choices,
                coerce=int,
                widget=forms.RadioSelect,
                initial=given.value if given else None,
                help_text=_("Think of your first meeting.") if is_after_first_meeting else _("Think of the time since the last check-in."),
                error_messages={"required": _("Choose an answer, or choose “I would rather not say”.")},
            )
            self.seen_by("answer", readers)
            self.seen_by("words", readers, icon="lock")
        heading.label = question.asked_about(other)
        heading.is_page_heading = True

    @property
    def is_own_words(self) -> bool:
        return self.question.kind == Question.Kind.TEXT

    def told(self) -> tuple[int | str, str]:
        """The answer, and a few words beside it."""
        if self.is_own_words:
            return self.cleaned_data["words"], ""
        return self.cleaned_data["answer"], self.cleaned_data["words"]
