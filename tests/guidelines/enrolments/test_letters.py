import pytest

from guidelines.enrolments import letters, services
from guidelines.enrolments.models import Enrolment
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership, Program
from tests.factories.guidelines import CourseVersionFactory, EnrolmentFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version():
    return CourseVersionFactory(title="Waiting", course__program__name="North", valid_days=30)


@pytest.fixture
def reminded(version, noon):
    def remind(number):
        MembershipFactory.create_batch(number, program=version.course.program)
        services.remind(version=version, people=Membership.objects.all(), by=version.written_by, now=noon)
        return list(OutboxMessage.objects.filter(kind="course-reminder").order_by("pk"))

    return remind


@pytest.fixture
def offered(version, noon):
    def offer(number):
        people = MembershipFactory.create_batch(number, program=version.course.program)
        services._offer_to([(membership, version.course_id) for membership in people], at=noon, now=noon)
        return list(OutboxMessage.objects.filter(kind="refresher-offered").order_by("pk"))

    return offer


@pytest.mark.parametrize("name", ["course-reminder", "refresher-offered", "course-again"])
def test_a_letter_says_what_there_is_to_learn_and_where(version, offered, reminded, name):
    (message,) = reminded(1) if name == "course-reminder" else offered(1)
    if name == "course-again":
        Enrolment.objects.update(finished_at="2026-03-01T12:00Z", version=version, expires_on="2026-03-31")
    kind = kinds.get(name)

    letter = write(kind.template_of(message), recipient=message.recipient, context=kind.context([message])[message.pk])

    assert "North" in letter.text
    assert f"/p/{version.course.program.slug}/learn/{version.course_id}/" in letter.text
    assert "Waiting" not in letter.subject


def test_the_letters_cost_the_same_for_one_and_for_many(reminded, offered, queries_of):
    def read(first, second):
        return queries_of(
            lambda: (letters.of_courses(first), letters.not_yet_finished(first), letters.of_enrolments(second), letters.still_open(second))
        )

    assert read(reminded(1), offered(1)) == read(reminded(9), offered(9))


def test_nobody_is_reminded_who_has_finished_or_left(version, reminded, noon):
    done, left, still = reminded(3)
    EnrolmentFactory(taken=version, membership=Membership.objects.get(user=done.recipient), finished=True)
    Membership.objects.filter(user=left.recipient).update(left_at=noon)

    assert letters.not_yet_finished([done, left, still]) == {still.pk}


@pytest.mark.parametrize(
    ("zone", "now", "is_owed"), [("Pacific/Auckland", "2026-03-31T12:00Z", True), ("America/Los_Angeles", "2026-04-01T05:00Z", False)]
)
def test_a_course_is_owed_again_from_the_day_after_its_last_by_the_programs_clock(version, reminded, time_machine, zone, now, is_owed):
    (message,) = reminded(1)
    Program.objects.update(time_zone=zone)
    EnrolmentFactory(taken=version, membership=Membership.objects.get(user=message.recipient), finished=True, expires_on="2026-03-31")
    time_machine.move_to(now)

    assert letters.not_yet_finished([message]) == ({message.pk} if is_owed else set())


def test_a_refresher_that_was_taken_or_put_away_is_not_offered(version, offered, noon):
    taken, still = offered(2)
    Enrolment.objects.filter(pk=taken.subject_id).update(finished_at=noon, version=version)
    assert letters.still_open([taken, still]) == {still.pk}

    version.course.retired_at = noon
    version.course.save()
    assert letters.still_open([taken, still]) == set()


def test_who_has_taken_it_again_is_not_told_to(version, offered, noon):
    (message,) = offered(1)
    Enrolment.objects.update(finished_at=noon, version=version)
    assert letters.not_taken_again([message]) == {message.pk}

    EnrolmentFactory(taken=version, membership=Membership.objects.get(user=message.recipient), finished=True)
    assert letters.not_taken_again([message]) == set()
