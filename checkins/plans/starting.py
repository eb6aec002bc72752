"""What a program asks until it writes its own words. Both halves are asked the same.

`{name}` is the other half. People do not hear "decision" in a question, so it asks how much effort was made to include what matters.
Where neither end of a scale is better (who talks, how often to meet) the middle is 5, and each step away from it less.

Decided: words of our own, rather than a scale from the literature, because those may not be passed on under our licence.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from checkins.plans.models import Question

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Construct, Kind, AskedIn = Question.Construct, Question.Kind, Question.AskedIn


@dataclass(frozen=True, kw_only=True)
class QuestionToStartWith:
    construct: Question.Construct
    text: "_StrOrPromise"
    kind: Question.Kind = Kind.CHOICE
    asked_in: Question.AskedIn = AskedIn.ALWAYS
    choices: "tuple[tuple[int, _StrOrPromise], ...]" = ()


WHO = (
    (2, _("Nearly always me")),
    (4, _("More often me")),
    (5, _("About as often me as the other")),
    (3, _("More often the other")),
    (1, _("Nearly always the other")),
)
HOW_OFTEN = ((5, _("Never")), (4, _("Once or twice")), (3, _("Sometimes")), (2, _("Often")), (1, _("Always")))

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
    QuestionToStartWith(
        construct=Construct.CONTACT,
        text=_("How is it with the number of times you and {name} have met lately?"),
        choices=(
            (1, _("Far too few")),
            (3, _("A little too few")),
            (5, _("About right")),
            (4, _("A little too many")),
            (2, _("Far too many")),
        ),
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(
        construct=Construct.STEERING_FELT,
        text=_("How often have you felt pushed by {name} towards something?"),
        choices=HOW_OFTEN,
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(
        construct=Construct.STEERING_DONE,
        text=_("How often have you pushed {name} towards something?"),
        choices=HOW_OFTEN,
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(
        construct=Construct.REAL_YES,
        text=_("Have you said yes to something with {name} that you did not want?"),
        choices=((5, _("No")), (3, _("Once")), (1, _("More than once"))),
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(construct=Construct.TOPICS, text=_("Who chooses what you two talk about?"), choices=WHO, asked_in=AskedIn.IN_TURN),
    QuestionToStartWith(construct=Construct.TALK, text=_("When you meet, who talks?"), choices=WHO, asked_in=AskedIn.IN_TURN),
    QuestionToStartWith(construct=Construct.ORGANISES, text=_("Who sees to it that you two meet?"), choices=WHO, asked_in=AskedIn.IN_TURN),
    QuestionToStartWith(
        construct=Construct.LEARNING,
        text=_("Have you learned something from {name} lately?"),
        choices=((5, _("Yes")), (3, _("A bit")), (1, _("No"))),
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(
        construct=Construct.LOAD,
        text=_("Does being in this pairing cost you more than you can give?"),
        choices=((5, _("No")), (3, _("A bit")), (1, _("Yes"))),
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(
        construct=Construct.PROGRAM,
        text=_("Do you know whom in the program you can ask when something is not right?"),
        choices=((5, _("Yes")), (1, _("No"))),
        asked_in=AskedIn.IN_TURN,
    ),
    QuestionToStartWith(
        construct=Construct.MEETING,
        text=_("In your last meeting with {name}, how much room was there for what matters to you?"),
        choices=(
            (5, _("All the room I wanted")),
            (4, _("A lot")),
            (3, _("Some")),
            (2, _("A little")),
            (1, _("None")),
        ),
        asked_in=AskedIn.MEETING,
    ),
    QuestionToStartWith(
        construct=Construct.OWN,
        text=_("Looking back, how was this pairing with {name} for you?"),
        choices=((5, _("Very good")), (4, _("Good")), (3, _("Mixed")), (2, _("Hard")), (1, _("Very hard"))),
        asked_in=AskedIn.END,
    ),
    QuestionToStartWith(
        construct=Construct.OWN,
        text=_("Did you and {name} have an equal say in how it went?"),
        choices=((5, _("Yes")), (3, _("Mostly")), (1, _("No"))),
        asked_in=AskedIn.END,
    ),
    QuestionToStartWith(
        construct=Construct.OWN,
        text=_("Would you take part in this program again?"),
        choices=((5, _("Yes")), (3, _("Perhaps")), (1, _("No"))),
        asked_in=AskedIn.END,
    ),
    QuestionToStartWith(
        construct=Construct.OWN,
        kind=Kind.TEXT,
        text=_("What should the program know, to do better for those who come next?"),
        asked_in=AskedIn.END,
    ),
    QuestionToStartWith(construct=Construct.WORDS, kind=Kind.TEXT, text=_("Is there anything you would like to add?")),
)
