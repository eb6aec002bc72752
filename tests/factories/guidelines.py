"""Guidelines of a program and who has acknowledged them, its courses and who takes them, limits of one's own, what two agree on."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from guidelines.agreements.clauses import SUBJECTS
from guidelines.agreements.models import Agreement, Clause, Edition
from guidelines.consents.models import Consent, PrivacyText
from guidelines.courses.models import Course, CourseVersion, Picture
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from guidelines.limits.models import OwnLimit
from guidelines.versions.models import Acknowledgement, GuidelineVersion, Reading
from guidelines.versions.topics import Answer, Topic
from programs.memberships.models import Membership
from tests.factories.matching import PairingFactory, RoundFactory
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON


def topic(key: str = "time", **what: object) -> Topic:
    """A topic with everything a topic can have."""
    said = {
        "title": key.capitalize(),
        "rule": "Tell each other a day before if you cannot come.",
        "why": "So that nobody waits.",
        "limit_question": "How firm should it be?",
        "limits": ("A day before.", "Two days before.", "A week before."),
        "situation": "A bus is late. What could one do?",
        "answers": (Answer("Say nothing.", False, "The other waits."), Answer("Send a line.", True, "The other knows.")),
    }
    return Topic(key=key, **{**said, **what})  # type: ignore[arg-type]


TIME = topic("time")
MONEY = topic("money", rule="No loans.", limit_question="", limits=("A card at most.", "Nothing at all."), situation="", answers=())


class GuidelineVersionFactory(DjangoModelFactory):
    """Published, two topics long."""

    class Meta:
        model = GuidelineVersion

    class Params:
        draft = factory.Trait(published_at=None)
        written = (TIME, MONEY)

    program = factory.SubFactory(ProgramFactory)
    number = factory.Sequence(lambda number: number + 1)
    introduction = "Be kind.\n"
    topics = factory.LazyAttribute(lambda version: [one.to_keep() for one in version.written])
    summary_of_change = ""
    written_by = factory.SubFactory(
        MembershipFactory, program=factory.SelfAttribute("..program"), is_participant=False, is_coordinator=True
    )
    created_at = NOON - timedelta(days=60)
    changed_at = factory.SelfAttribute("created_at")
    published_at = NOON - timedelta(days=60)


class AcknowledgementFactory(DjangoModelFactory):
    """A participant of the program has read the version."""

    class Meta:
        model = Acknowledgement

    version = factory.SubFactory(GuidelineVersionFactory)
    membership = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..version.program"))
    acknowledged_at = NOON - timedelta(days=50)


MODULE = """---
title: {title}
summary: How to wait.
---
## Count to five {{lesson}}
After a question, **wait**. {title} says so.

## A quiet moment {{situation #quiet}}
Sam says nothing. What would you do?
### Wait
Sam begins to talk.
Goes on: it-is-out
### Ask again
Sam looks away.

## It is out {{situation #it-is-out}}
Sam talks of home. What now?
### Listen
Sam goes on.
### Give advice
Sam stops.

## Your last quiet {{reflection}}
When did you last wait?

## Who waits? {{check}}
Which of the two waits?
### [x] Whoever counts to five
That gives room.
### [ ] Whoever asks again
That fills it.
"""


class CourseFactory(DjangoModelFactory):
    """Without a version nobody sees it; `CourseVersionFactory` makes both."""

    class Meta:
        model = Course

    class Params:
        away = factory.Trait(retired_at=NOON - timedelta(days=1))

    program = factory.SubFactory(ProgramFactory)
    name = factory.Sequence(lambda number: f"course-{number}")
    created_at = NOON - timedelta(days=60)


class CourseVersionFactory(DjangoModelFactory):
    """Published, for every participant, one module long: a lesson, a situation that can go on, a reflection and a check."""

    class Meta:
        model = CourseVersion

    class Params:
        draft = factory.Trait(published_at=None)
        required = factory.Trait(is_required=True)
        refresher = factory.Trait(valid_days=90)

    course = factory.SubFactory(CourseFactory)
    number = 1
    title = "Waiting"
    summary = "How to wait after a question."
    audience = CourseVersion.Audience.EVERYONE
    modules = factory.LazyAttribute(lambda version: [MODULE.format(title=version.title)])
    minutes = 5
    written_by = factory.SubFactory(
        MembershipFactory, program=factory.SelfAttribute("..course.program"), is_participant=False, is_coordinator=True
    )
    created_at = NOON - timedelta(days=60)
    changed_at = factory.SelfAttribute("created_at")
    published_at = NOON - timedelta(days=60)


class PictureFactory(DjangoModelFactory):
    """Of a course; no version shows it."""

    class Meta:
        model = Picture

    course = factory.SubFactory(CourseFactory)
    name = "a-table.webp"
    content = b"RIFF0000WEBP"
    size = 12
    added_at = NOON - timedelta(days=60)


class EnrolmentFactory(DjangoModelFactory):
    """A participant has begun the course."""

    class Meta:
        model = Enrolment

    class Params:
        taken = factory.SubFactory(CourseVersionFactory)
        finished = factory.Trait(finished_at=NOON - timedelta(days=10), version=factory.SelfAttribute("taken"))

    course = factory.SelfAttribute("taken.course")
    membership = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..course.program"))
    asked_at = NOON - timedelta(days=20)
    begun_at = NOON - timedelta(days=20)
    stepped_at = NOON - timedelta(days=15)
    at_module = 1
    modules = 1
    minutes_left = 3


class StepFactory(DjangoModelFactory):
    """A screen that was read."""

    class Meta:
        model = Step

    enrolment = factory.SubFactory(EnrolmentFactory)
    screen = "0" * 32
    done_at = NOON - timedelta(days=15)


class ReflectionFactory(DjangoModelFactory):
    class Meta:
        model = Reflection

    enrolment = factory.SubFactory(EnrolmentFactory)
    screen = "0" * 32
    text = "I want to wait longer."
    written_at = NOON - timedelta(days=15)


class LiveHourFactory(DjangoModelFactory):
    class Meta:
        model = LiveHour

    course = factory.SubFactory(CourseFactory)
    membership = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..course.program"))
    held_on = (NOON - timedelta(days=30)).date()
    minutes = 60
    recorded_by = factory.SubFactory(
        MembershipFactory, program=factory.SelfAttribute("..course.program"), is_participant=False, is_coordinator=True
    )
    recorded_at = NOON - timedelta(days=29)


def read_through(membership: Membership) -> None:
    """They have read every topic of what is in force, and are asked whether they agree."""
    version = GuidelineVersion.objects.filter(program=membership.program_id).in_force().get()
    Reading.objects.create(membership=membership, topics={topic.key: topic.digest for topic in version.all_topics})


class OwnLimitFactory(DjangoModelFactory):
    class Meta:
        model = OwnLimit

    membership = factory.SubFactory(MembershipFactory)
    topic = "time"
    words = "Two days before."


class AgreementFactory(DjangoModelFactory):
    """Both have answered and nothing is written yet; what they answered is what a test gives to its round."""

    class Meta:
        model = Agreement
        skip_postgeneration_save = True

    class Params:
        signed = factory.Trait(first_signed_at=NOON, second_signed_at=NOON)

    pairing = factory.SubFactory(PairingFactory, active=True)
    round = factory.SubFactory(RoundFactory, pairing=factory.SelfAttribute("..pairing"), kind="agreement", opened_together=True)
    review_on = NOON.date() + timedelta(weeks=6)

    @factory.post_generation
    def clauses(self, create: bool, texts: dict[str, str] | None, **_: object) -> None:  # type: ignore[misc]
        if create:
            Clause.objects.bulk_create(
                Clause(pairing=self.pairing, agreement=self, key=subject.key, text=(texts or {}).get(subject.key, ""))  # type: ignore[attr-defined, misc]
                for subject in SUBJECTS
            )


class EditionFactory(DjangoModelFactory):
    """What both signed at noon."""

    class Meta:
        model = Edition

    agreement = factory.SubFactory(AgreementFactory, signed=True)
    pairing = factory.SelfAttribute("agreement.pairing")
    number = 1
    texts = factory.LazyFunction(lambda: {"rhythm": "Every week."})
    digest = "0" * 64
    review_on = factory.SelfAttribute("agreement.review_on")
    first_signed_at = NOON
    second_signed_at = NOON
    signed_at = NOON


class PrivacyTextFactory(DjangoModelFactory):
    """The first version of a program's own."""

    class Meta:
        model = PrivacyText

    program = factory.SubFactory(ProgramFactory)
    number = 1
    text = "## What is kept\n\nLittle.\n"
    published_at = NOON


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = Consent

    text = factory.SubFactory(PrivacyTextFactory)
    membership = factory.SubFactory(MembershipFactory, program=factory.SelfAttribute("..text.program"))
    agreed_at = NOON
