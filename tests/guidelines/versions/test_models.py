from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from guidelines.versions.models import Acknowledgement, GuidelineVersion, Reading
from tests.factories.guidelines import AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(words):
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        yield


@pytest.mark.parametrize(
    "changed",
    [{"introduction": "Something else."}, {"topics": [1]}, {"published_at": None}, {"number": 9}, {"summary_of_change": "Nothing."}],
)
def test_the_database_refuses_to_change_what_was_published(changed):
    version = GuidelineVersionFactory()

    with refused_by("what was published never changes"):
        GuidelineVersion.objects.filter(pk=version.pk).update(**changed)


def test_a_draft_changes_as_often_as_one_likes(noon):
    draft = GuidelineVersionFactory(draft=True)

    GuidelineVersion.objects.filter(pk=draft.pk).update(introduction="Something else.")
    GuidelineVersion.objects.filter(pk=draft.pk).update(published_at=noon)

    draft.refresh_from_db()
    assert (draft.introduction, draft.published_at) == ("Something else.", noon)


def test_the_database_refuses_two_drafts_of_a_program():
    draft = GuidelineVersionFactory(draft=True)

    with refused_by("one_draft_a_program"):
        GuidelineVersionFactory(program=draft.program, draft=True)


def test_the_database_refuses_a_number_twice():
    version = GuidelineVersionFactory()

    with refused_by("numbered_once"):
        GuidelineVersionFactory(program=version.program, number=version.number)


def test_the_database_refuses_guidelines_without_a_topic():
    with refused_by("says_something"):
        GuidelineVersionFactory(topics=[])


def test_the_database_refuses_to_count_somebody_twice():
    acknowledgement = AcknowledgementFactory()

    with refused_by("once_a_person"):
        AcknowledgementFactory(version=acknowledgement.version, membership=acknowledgement.membership)


def test_who_took_it_back_can_agree_again(noon):
    before = AcknowledgementFactory(acknowledged_at=noon, withdrawn_at=noon)

    again = AcknowledgementFactory(version=before.version, membership=before.membership, acknowledged_at=noon)

    assert list(Acknowledgement.objects.standing()) == [again]


def test_the_database_refuses_to_take_back_what_was_not_said_yet(noon):
    with refused_by("withdrawn_afterwards"):
        AcknowledgementFactory(acknowledged_at=noon, withdrawn_at=noon - timedelta(seconds=1))


def test_how_far_somebody_has_read_is_theirs_alone():
    mine = Reading.objects.create(membership=MembershipFactory(admin=True))
    Reading.objects.create(membership=MembershipFactory(program=mine.membership.program))

    assert list(Reading.objects.visible_to(mine.membership)) == [mine]


def test_the_newest_that_was_published_is_in_force():
    first = GuidelineVersionFactory(number=1)
    second = GuidelineVersionFactory(program=first.program, number=2)
    GuidelineVersionFactory(program=first.program, number=3, draft=True)
    elsewhere = GuidelineVersionFactory(number=7)

    assert set(GuidelineVersion.objects.in_force()) == {second, elsewhere}


def test_a_draft_is_for_those_who_run_the_program():
    version = GuidelineVersionFactory(number=1)
    draft = GuidelineVersionFactory(program=version.program, number=2, draft=True)
    participant = MembershipFactory(program=version.program)
    GuidelineVersionFactory()

    assert set(GuidelineVersion.objects.visible_to(participant)) == {version}
    assert set(GuidelineVersion.objects.visible_to(draft.written_by)) == {version, draft}
