"""Guidelines of a program and who has acknowledged them; its courses and who takes them."""

from datetime import timedelta

import factory
from factory.django import DjangoModelFactory

from guidelines.courses.models import Course, CourseVersion
from guidelines.enrolments.models import Enrolment, LiveHour, Reflection, Step
from guidelines.versions.models import Acknowledgement, GuidelineVersion
from tests.factories.programs import MembershipFactory, ProgramFactory
from tests.times import NOON


class GuidelineVersionFactory(DjangoModelFactory):
    """Published, two topics long."""

    class Meta:
        model = GuidelineVersion

    class Params:
        draft = factory.Trait(published_at=None)

    program = factory.SubFactory(ProgramFactory)
    number = factory.Sequence(lambda number: number + 1)
    text = "# Time\n\nTell each other a day before if you cannot come.\n\n# Money\n\nNo loans.\n"
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
