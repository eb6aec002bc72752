from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext as now_in_words
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mentoring.kernel.forms import EvenhandForm, OneOf
from programs.memberships.models import Cohort
from programs.profiles.models import ProfileQuestion
from programs.roster import columns, reader
from programs.roster.mistakes import column_name

if TYPE_CHECKING:
    from programs.memberships.models import CohortQuerySet

SHOWN_SAMPLES = 3
LONGEST_SAMPLE = 60


class UploadForm(EvenhandForm, forms.Form):
    submit_label = _("Go on to the columns")
    audiences = {"file": _("coordinators and admins of this program. We forget the file after 30 days.")}

    file = forms.FileField(
        label=_("Which file?"),
        help_text=_(
            "CSV or XLSX, at most 10 MB and 25,000 people. The first line names the columns, in words of your own. Nobody is invited yet."
        ),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": reader.EMPTY,
            "max_length": _("The name of this file is too long. Give it a shorter one."),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > reader.MOST_BYTES:
            raise forms.ValidationError(reader.TOO_LARGE)
        return file


class ColumnsForm(EvenhandForm, forms.Form):
    """One choice a column, then what counts for all rows."""

    cohort: Any = forms.ModelChoiceField(
        label=_("Into which cohort?"), queryset=Cohort.objects.none(), required=False, empty_label=_("No cohort")
    )
    unknown = OneOf(
        label=_("When an answer is none of the choices of its question"),
        choices=[("mistake", _("The row has a mistake")), ("empty", _("The answer is left empty"))],
        choice_hints={
            "mistake": _("You see it in the preview, and can correct your file."),
            "empty": _("The person is invited and answers that question anew."),
        },
        initial="mistake",
    )

    def __init__(
        self,
        *arguments: Any,
        read_as: Sequence[columns.Column],
        questions: Iterable[ProfileQuestion],
        chosen: Mapping[str, str],
        cohorts: "CohortQuerySet",
        **names: Any,
    ) -> None:
        super().__init__(*arguments, **names)
        self.read_as = read_as
        self.fields["cohort"].queryset = cohorts  # type: ignore[attr-defined]
        offered: list[Any] = [
            ("", _("Leave it out")),
            (_("About the person"), list(columns.OWN.items())),
            (_("Your questions"), [(columns.key(question), Truncator(question.text).chars(70)) for question in questions]),
        ]
        for at in range(len(read_as)):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column_name([one.name for one in read_as], at),
                choices=offered if offered[2][1] else offered[:2],
                required=False,
                initial=chosen.get(str(at), ""),
                widget=forms.Select(attrs={"class": "input--s"}),
            )
            self.fields[f"column_{at}"].optional_goes_unsaid = True  # type: ignore[attr-defined]

    def rows(self) -> list[dict[str, Any]]:
        """The columns as the page lists them: field, name, a few of the values."""
        return [{"field": self[f"column_{at}"], "samples": _a_few(column.samples)} for at, column in enumerate(self.read_as)]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = {str(at): cleaned[f"column_{at}"] for at in range(len(self.read_as)) if cleaned.get(f"column_{at}")}
        first: dict[str, str] = {}
        for at, target in chosen.items():
            other = first.setdefault(target, at)
            if other != at:
                self.add_error(
                    f"column_{at}",
                    now_in_words("“%(column)s” is taken for the same already. Leave one of the two out.")
                    % {"column": self.fields[f"column_{other}"].label},
                )
        if columns.EMAIL not in first:
            self.add_error(None, now_in_words("Say in which column the address is. Without one nobody can be invited."))
        cleaned["chosen"] = chosen
        return cleaned


class ConfirmForm(EvenhandForm, forms.Form):
    """How many are invited; with mistakes among the rows, that these are left out is said aloud."""

    def __init__(self, *arguments: Any, mistakes: int, **names: Any) -> None:
        super().__init__(*arguments, **names)
        if mistakes:
            self.fields["leaves_mistakes_out"] = forms.BooleanField(
                label=ngettext("Leave the %(number)d row with a mistake out", "Leave the %(number)d rows with a mistake out", mistakes)
                % {"number": mistakes},
                help_text=_("You can download them with the reasons, correct them, and import them later."),
                error_messages={"required": _("Tick this to go on without these rows, or correct your file and choose it again.")},
            )


def _a_few(samples: Sequence[str]) -> list[str]:
    found = [Truncator(value).chars(LONGEST_SAMPLE) for value in dict.fromkeys(samples) if value]
    return found[:SHOWN_SAMPLES]
