"""What a program may begin as: its kind, its words for the two roles, and the questions it asks. All of it can be changed afterwards."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from programs.memberships.models import Program
from programs.profiles.models import ProfileQuestion

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Kind, AskedOf, Audience = ProfileQuestion.Kind, ProfileQuestion.AskedOf, ProfileQuestion.Audience


@dataclass(frozen=True, kw_only=True)
class QuestionTemplate:
    text: "_StrOrPromise"
    kind: ProfileQuestion.Kind
    help: "_StrOrPromise" = ""
    choices: "tuple[_StrOrPromise, ...]" = ()
    most_choices: int | None = None
    asked_of: ProfileQuestion.AskedOf = AskedOf.BOTH
    audience: ProfileQuestion.Audience = Audience.PARTNER
    is_required: bool = False


@dataclass(frozen=True, kw_only=True)
class ProgramTemplate:
    key: str
    name: "_StrOrPromise"
    purpose: "_StrOrPromise"
    kind: Program.Kind
    mentor_word: "_StrOrPromise"
    mentee_word: "_StrOrPromise"
    questions: tuple[QuestionTemplate, ...]


FREE_TIMES = QuestionTemplate(
    text=_("When are you usually free?"),
    help=_("In your own time zone. Rough is good enough: the two of you agree on the hour."),
    kind=Kind.TIMES,
    choices=(
        _("Mon am"),
        _("Mon pm"),
        _("Tue am"),
        _("Tue pm"),
        _("Wed am"),
        _("Wed pm"),
        _("Thu am"),
        _("Thu pm"),
        _("Fri am"),
        _("Fri pm"),
        _("Weekend"),
    ),
    is_required=True,
)
LANGUAGES = QuestionTemplate(
    text=_("Which languages do you speak?"),
    help=_("Those you would be happy to meet in."),
    kind=Kind.LANGUAGES,
    is_required=True,
)
VALUES = QuestionTemplate(
    text=_("What matters to you?"),
    help=_("Choose a few. We look for two people who share at least one."),
    kind=Kind.SEVERAL,
    choices=(
        _("Ambition"),
        _("Community"),
        _("Curiosity"),
        _("Fairness"),
        _("Faith"),
        _("Family"),
        _("Honesty"),
        _("Humour"),
        _("Independence"),
        _("Nature"),
    ),
    is_required=True,
)
LIFE_EXPERIENCE = QuestionTemplate(
    text=_("Which life experience would you like to mention?"),
    help=_("Only what you are happy for the other person to know. Two people often learn most from what they do not share."),
    kind=Kind.SEVERAL,
    choices=(
        _("Armed forces family"),
        _("Care experienced"),
        _("Carer"),
        _("Disabled"),
        _("First in family at university"),
        _("LGBTQ+"),
        _("Mature student"),
        _("Moved country"),
        _("Parent"),
        _("Refugee or asylum"),
        _("Rural background"),
        _("Working class background"),
    ),
)
ACCESS_NEEDS = QuestionTemplate(
    text=_("Do you have access needs we should know of?"),
    help=_("For example captions, large print, or a room without steps. We use it to plan meetings that work for you."),
    kind=Kind.SHORT_TEXT,
    audience=Audience.COORDINATORS,
)
ABOUT_ME = QuestionTemplate(
    text=_("What should the other person know about you?"),
    help=_("A few lines in your own words."),
    kind=Kind.LONG_TEXT,
)

FIRST_YEAR_BUDDIES = ProgramTemplate(
    key="first-year-buddies",
    name=_("First-year buddies"),
    purpose=_("Students who know the place help those who have just arrived to settle in."),
    kind=Program.Kind.DATED,
    mentor_word=_("buddy"),
    mentee_word=_("first-year"),
    questions=(
        QuestionTemplate(
            text=_("Which year are you in?"),
            help=_("PG is for postgraduates."),
            kind=Kind.ONE,
            choices=("1", "2", "3", "4", _("PG")),
            is_required=True,
        ),
        QuestionTemplate(text=_("Which course are you on?"), kind=Kind.SHORT_TEXT, is_required=True),
        QuestionTemplate(
            text=_("Which topics would you like to talk about?"),
            help=_("Choose up to five: what you can help with, what you would like help with, or both."),
            kind=Kind.SEVERAL,
            most_choices=5,
            choices=(
                _("Being a carer"),
                _("Confidence"),
                _("Interviews"),
                _("Job applications"),
                _("Language practice"),
                _("Maths"),
                _("Money and budgeting"),
                _("Programming"),
                _("Public speaking"),
                _("Research"),
                _("Settling in"),
                _("Student societies"),
                _("Study skills"),
                _("Working part time"),
                _("Writing essays"),
            ),
            is_required=True,
        ),
        VALUES,
        LIFE_EXPERIENCE,
        LANGUAGES,
        FREE_TIMES,
        ACCESS_NEEDS,
    ),
)

WORKPLACE_MENTORING = ProgramTemplate(
    key="workplace-mentoring",
    name=_("Workplace mentoring"),
    purpose=_("Colleagues from different parts of an organisation help each other to grow at work."),
    kind=Program.Kind.DATED,
    mentor_word=_("mentor"),
    mentee_word=_("mentee"),
    questions=(
        QuestionTemplate(text=_("What do you do at work?"), help=_("Your role and your team."), kind=Kind.SHORT_TEXT, is_required=True),
        QuestionTemplate(
            text=_("How long have you worked in your field?"),
            kind=Kind.ONE,
            choices=(_("Less than 2 years"), _("2 to 5 years"), _("6 to 10 years"), _("More than 10 years")),
            is_required=True,
        ),
        QuestionTemplate(
            text=_("Which topics would you like to talk about?"),
            help=_("Choose up to five: what you can help with, what you would like help with, or both."),
            kind=Kind.SEVERAL,
            most_choices=5,
            choices=(
                _("Being heard in meetings"),
                _("Changing direction"),
                _("Coming back after a break"),
                _("Difficult conversations"),
                _("Getting to know people"),
                _("Leading a team"),
                _("Learning a skill"),
                _("Next step at work"),
                _("Presenting"),
                _("Work and life outside it"),
            ),
            is_required=True,
        ),
        QuestionTemplate(
            text=_("What would you like to be different in six months?"),
            kind=Kind.LONG_TEXT,
            asked_of=AskedOf.SEEKING,
            is_required=True,
        ),
        QuestionTemplate(
            text=_("What would you like to learn from the person you mentor?"),
            help=_("A good pair has two learners."),
            kind=Kind.LONG_TEXT,
            asked_of=AskedOf.OFFERING,
        ),
        VALUES,
        LANGUAGES,
        FREE_TIMES,
        QuestionTemplate(
            text=_("Is there anybody you should not be paired with?"),
            help=_("For example your line manager or a relative. No reason needed."),
            kind=Kind.SHORT_TEXT,
            audience=Audience.COORDINATORS,
        ),
        ACCESS_NEEDS,
    ),
)

COMMUNITY_MENTORING = ProgramTemplate(
    key="community-mentoring",
    name=_("Community mentoring"),
    purpose=_("Neighbours give each other time, company and what they know."),
    kind=Program.Kind.OPEN,
    mentor_word=_("mentor"),
    mentee_word=_("mentee"),
    questions=(
        ABOUT_ME,
        QuestionTemplate(
            text=_("What would you like to do together?"),
            help=_("Choose as many as you like."),
            kind=Kind.SEVERAL,
            choices=(
                _("Cooking"),
                _("Finding work"),
                _("Forms and letters"),
                _("Getting around town"),
                _("Going for a walk"),
                _("Language practice"),
                _("Learning computers"),
                _("Making or mending things"),
                _("Music and arts"),
                _("School and college"),
                _("Sport"),
                _("Talking over a cup of tea"),
            ),
            is_required=True,
        ),
        VALUES,
        QuestionTemplate(
            text=_("Which part of town suits you?"),
            help=_("A neighbourhood is enough. Please do not write your address."),
            kind=Kind.SHORT_TEXT,
            is_required=True,
        ),
        QuestionTemplate(
            text=_("How would you like to meet?"),
            kind=Kind.SEVERAL,
            choices=(_("In a public place"), _("By phone"), _("By video")),
            is_required=True,
        ),
        LANGUAGES,
        FREE_TIMES,
        ACCESS_NEEDS,
        QuestionTemplate(
            text=_("Who may we call in an emergency?"),
            help=_("A name and a phone number. Only those who run the program see it."),
            kind=Kind.SHORT_TEXT,
            audience=Audience.COORDINATORS,
        ),
    ),
)

RESEARCH_STUDENTS = ProgramTemplate(
    key="research-students",
    name=_("Research students"),
    purpose=_("Research students support each other as equals, outside their own supervision."),
    kind=Program.Kind.RECIPROCAL,
    mentor_word=_("peer"),
    mentee_word=_("peer"),
    questions=(
        QuestionTemplate(text=_("What is your research about, in plain words?"), kind=Kind.LONG_TEXT, is_required=True),
        QuestionTemplate(text=_("Which department are you in?"), kind=Kind.SHORT_TEXT, is_required=True),
        QuestionTemplate(
            text=_("Where are you in your research?"),
            kind=Kind.ONE,
            choices=(_("First year"), _("In the middle"), _("Writing up"), _("Finished recently")),
            is_required=True,
        ),
        QuestionTemplate(
            text=_("Which topics would you like to talk about?"),
            help=_("Choose up to five."),
            kind=Kind.SEVERAL,
            most_choices=5,
            choices=(
                _("Being far from home"),
                _("Conferences"),
                _("Life after the degree"),
                _("Money and funding"),
                _("Motivation"),
                _("Planning my time"),
                _("Publishing"),
                _("Teaching"),
                _("Working with supervisors"),
                _("Writing"),
            ),
            is_required=True,
        ),
        VALUES,
        LIFE_EXPERIENCE,
        LANGUAGES,
        FREE_TIMES,
        QuestionTemplate(
            text=_("Who supervises you?"),
            help=_("So that two people with the same supervisor are not paired."),
            kind=Kind.SHORT_TEXT,
            audience=Audience.COORDINATORS,
        ),
        ACCESS_NEEDS,
    ),
)

TEMPLATES = {template.key: template for template in (FIRST_YEAR_BUDDIES, WORKPLACE_MENTORING, COMMUNITY_MENTORING, RESEARCH_STUDENTS)}
