import pytest

from guidelines.versions import letters, services
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Membership
from tests.factories.guidelines import AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(db):
    return GuidelineVersionFactory(number=1, program__name="North")


@pytest.fixture
def owed(version, noon):
    """Letters to as many participants as one likes."""

    def remind(number):
        MembershipFactory.create_batch(number, program=version.program)
        services.remind(version=version, people=Membership.objects.all(), by=version.written_by, now=noon)
        return list(OutboxMessage.objects.filter(kind="guidelines-reminder").order_by("pk"))

    return remind


@pytest.mark.parametrize("name", ["guidelines-changed", "guidelines-reminder"])
def test_a_letter_says_what_to_read_and_where(version, owed, name):
    (message,) = owed(1)
    kind = kinds.get(name)

    letter = write(kind.template_of(message), recipient=message.recipient, context=kind.context([message])[message.pk])

    assert letter.subject
    assert "North" in letter.text
    assert f"/p/{version.program.slug}/guidelines/" in letter.text


def test_the_letters_cost_the_same_for_one_and_for_many(owed, queries_of):
    def read(messages):
        return queries_of(lambda: (letters.context(messages), letters.not_yet_read(messages)))

    assert read(owed(1)) == read(owed(9))


def test_nobody_gets_a_letter_who_has_read_them_or_left(version, owed, noon):
    read, left, still = owed(3)
    AcknowledgementFactory(version=version, membership=Membership.objects.get(user=read.recipient))
    Membership.objects.filter(user=left.recipient).update(left_at=noon)

    assert letters.not_yet_read([read, left, still]) == {still.pk}


def test_nobody_gets_a_letter_about_what_is_not_in_force_any_more(version, owed):
    messages = owed(2)
    GuidelineVersionFactory(program=version.program, number=2)

    assert letters.not_yet_read(messages) == set()
