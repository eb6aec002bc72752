"""What a program asks until it writes its own words. Both halves are asked the same.

`{name}` is the other half. People do not hear "decision" in a question, so it asks how much effort was made to include what matters.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.plans.models import Question

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Construct, Kind = Question.Construct, Question.Kind


@dataclass(frozen=True, kw_only=True)
class QuestionToStartWith:
    construct: Question.Construct
    text: "_StrOrPromise"
    kind: Question.Kind = Kind.CHOICE
    choices: "tuple[tuple[int, _StrOrPromise], ...]" = ()


QUESTIONS = (
    QuestionToStartWith(
        construct=Construct.VOICE,
        text=_("When you and {name} plan what comes next, how much effort is made to include what you want?"),
        choices=(
            (5, _("All the effort I could wish for")),
            (4, _("A lot")),
            (3, _("Some")),
            (2, _("A little")),
            (1, _("None")),
        ),
    ),
    QuestionToStartWith(
        construct=Construct.RESPECT,
        text=_("How much effort does {name} make to understand what matters to you?"),
        choices=(
            (5, _("All the effort I could wish for")),
            (4, _("A lot")),
            (3, _("Some")),
            (2, _("A little")),
            (1, _("None")),
        ),
    ),
    QuestionToStartWith(
        construct=Construct.COMFORT,
        text=_("How much at ease do you feel with {name}?"),
        choices=(
            (5, _("Fully at ease")),
            (4, _("Mostly at ease")),
            (3, _("It depends on the day")),
            (2, _("Often uneasy")),
            (1, _("Not at ease at all")),
        ),
    ),
    QuestionToStartWith(
        construct=Construct.BOUNDARIES,
        text=_("Are the limits kept that matter to you?"),
        choices=((5, _("Yes")), (3, _("Mostly")), (1, _("No"))),
    ),
    QuestionToStartWith(
        construct=Construct.GOING_ON,
        text=_("How would you like to go on with {name}?"),
        choices=((5, _("As we are")), (3, _("I would like to change something")), (1, _("I would rather stop"))),
    ),
    QuestionToStartWith(construct=Construct.WORDS, kind=Kind.TEXT, text=_("Is there anything you would like to add?")),
)
