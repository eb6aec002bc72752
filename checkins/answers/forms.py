from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from checkins.answers.models import Answer, CheckIn
from checkins.answers.services import LONGEST_WORDS
from checkins.plans.models import Question
from mentoring.kernel.forms import EvenhandForm

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


Construct, Occasion = Question.Construct, CheckIn.Occasion
THINK_OF = {
    Occasion.FIT: _("Think of your first meeting."),
    Occasion.MEETING: _("Think of your last meeting."),
    Occasion.CLOSING: _("Think of the whole time."),
}


class AnswerQuestion(EvenhandForm, forms.Form):
    """One question of a check-in. "I would rather not say" is a button of the page, and needs no form."""

    words = forms.CharField(
        label=_("In your own words"), required=False, max_length=LONGEST_WORDS, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *arguments: Any,
        question: Question,
        text: str,
        occasion: str,
        readers: "_StrOrPromise",
        given: Answer | None,
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
                help_text=THINK_OF.get(Occasion(occasion), _("Think of the time since the last check-in.")),
                error_messages={"required": _("Choose an answer, or choose “I would rather not say”.")},
            )
            self.seen_by("answer", readers)
            self.seen_by("words", readers, icon="lock")
        heading.label = text
        heading.is_page_heading = True

    @property
    def is_own_words(self) -> bool:
        return self.question.kind == Question.Kind.TEXT

    @property
    def low_answers(self) -> list[int]:
        """Beside these a few words help most: the place for them opens by itself."""
        highest = 3 if self.question.construct == Construct.GOING_ON else 2
        return [value for value, _label in self.question.choices if value <= highest]

    @property
    def is_open_for_words(self) -> bool:
        """Something stands there already, or a low answer was chosen."""
        return bool(self["words"].value()) or str(self["answer"].value()) in map(str, self.low_answers)

    def told(self) -> tuple[int | str, str]:
        """The answer, and a few words beside it."""
        if self.is_own_words:
            return self.cleaned_data["words"], ""
        return self.cleaned_data["answer"], self.cleaned_data["words"]
