from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from checkins.imbalance.levels import SHARES
from checkins.imbalance.models import QuietReview, Signal, SignalRule
from checkins.imbalance.settings import STREAMS, USUAL_LEVEL
from guidelines.courses.models import Course, CourseVersion
from matching.pairings.models import Pairing
from mentoring.kernel.forms import EvenhandForm, OneOf
from programs.memberships.models import Program

WHO_SEES = _("coordinators and admins of the program. The two never do, whatever role they have.")


def who_reads(rule: str, pairing: Pairing) -> str:
    names = {"one": pairing.first.user.short_name, "two": pairing.second.user.short_name}
    if rule == Program.AnswersReadBy.ADMINS:
        return gettext("the admins of the program. Never %(one)s or %(two)s, whatever role they have.") % names
    return gettext("coordinators and admins. Never %(one)s or %(two)s, whatever role they have.") % names


class CloseSignal(EvenhandForm, forms.Form):
    submit_label = _("Save and close the signal")

    verdict = OneOf(
        label=_("Was this useful?"),
        help_text=_("What you say counts towards how often signals of this kind are right. It changes nothing for the two."),
        choices=[
            (Signal.Verdict.USEFUL, _("Yes, there was something to see to")),
            (Signal.Verdict.NOT_USEFUL, _("No, the two are fine")),
            (Signal.Verdict.CANNOT_TELL, _("I cannot tell")),
        ],
    )
    outcome = OneOf(label=_("What became of it?"), choices=Signal.Outcome.choices)

    def __init__(self, *arguments: Any, signal: Signal, **names: Any) -> None:
        super().__init__(*arguments, **names)
        self.seen_by("outcome", who_reads(signal.read_by, signal.pairing))


class OfferLesson(EvenhandForm, forms.Form):
    submit_label = _("Offer it to both")

    def __init__(self, *arguments: Any, program: Program, **names: Any) -> None:
        super().__init__(*arguments, **names)
        versions = list(CourseVersion.objects.filter(course__program=program).in_force().comes_round().in_a_list())
        self.courses = {str(version.course_id): version.course for version in versions}
        self.fields["refresher"] = forms.ChoiceField(
            label=_("A lesson of five minutes"),
            choices=[(str(version.course_id), version.title) for version in versions],
            help_text=_(
                "It comes to both within two days, as a refresher whose turn has come. Neither can tell that you offered it, nor why."
            ),
        )

    @property
    def is_of_use(self) -> bool:
        return bool(self.courses)

    def clean_refresher(self) -> Course:
        return self.courses[self.cleaned_data["refresher"]]


class ReviewQuiet(EvenhandForm, forms.Form):
    submit_label = _("Save")
    audiences = {"verdict": WHO_SEES}

    verdict = OneOf(label=_("How is it between the two?"), choices=QuietReview.Verdict.choices)


class UsualShares(EvenhandForm, forms.Form):
    submit_label = _("Put it in force")

    def __init__(self, *arguments: Any, program: Program, **names: Any) -> None:
        super().__init__(*arguments, **names)
        for stream, label in SHARES.items():
            self.fields[stream] = forms.IntegerField(
                label=str(label) % {"mentee": program.mentee_word},
                min_value=1,
                max_value=99,
                initial=round(100 * USUAL_LEVEL[STREAMS.index(stream)]),
                widget=forms.NumberInput(attrs={"class": "input--num"}),
            )

    def shares(self) -> dict[str, float]:
        return {stream: self.cleaned_data[stream] / 100 for stream in SHARES}


class HowCareful(EvenhandForm, forms.Form):
    submit_label = _("Save")

    preset = OneOf(
        label=_("How careful should signals be?"),
        help_text=_("Of pairings in which both mentor, they are always as usual."),
        choices=SignalRule.Preset.choices,
    )
