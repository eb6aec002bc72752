from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction

from guidelines.versions.models import GuidelineVersion
from tests.factories.guidelines import AcknowledgementFactory, GuidelineVersionFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@contextmanager
def refused_by(words):
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        yield


@pytest.mark.parametrize("changed", [{"text": "Something else."}, {"published_at": None}, {"number": 9}, {"summary_of_change": "Nothing."}])
def test_the_database_refuses_to_change_what_was_published(changed):
    version = GuidelineVersionFactory()

    with refused_by("what was published never changes"):
        GuidelineVersion.objects.filter(pk=version.pk).update(**changed)


def test_a_draft_changes_as_often_as_one_likes(noon):
    draft = GuidelineVersionFactory(draft=True)

    GuidelineVersion.objects.filter(pk=draft.pk).update(text="Something else.")
    GuidelineVersion.objects.filter(pk=draft.pk).update(published_at=noon)

    draft.refresh_from_db()
    assert (draft.text, draft.published_at) == ("Something else.", noon)


def test_the_database_refuses_two_drafts_of_a_program():
    draft = GuidelineVersionFactory(draft=True)

    with refused_by("one_draft_a_program"):
        GuidelineVersionFactory(program=draft.program, draft=True)


def test_the_database_refuses_a_number_twice():
    version = GuidelineVersionFactory()

    with refused_by("numbered_once"):
        GuidelineVersionFactory(program=version.program, number=version.number)


def test_the_database_refuses_guidelines_without_a_word():
    with refused_by("says_something"):
        GuidelineVersionFactory(text="")


def test_the_database_refuses_to_count_somebody_twice():
    acknowledgement = AcknowledgementFactory()

    with refused_by("once_a_person"):
        AcknowledgementFactory(version=acknowledgement.version, membership=acknowledgement.membership)


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
