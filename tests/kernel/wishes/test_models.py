"""What the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mentoring.kernel.wishes.models import MailTimes, MailWish
from tests.factories.programs import UserFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


def test_a_person_has_one_wish_about_a_category_and_one_set_of_times():
    person = UserFactory()
    MailWish.objects.create(recipient=person, category="check-ins", is_wanted=False, chosen_at=NOON)
    MailTimes.objects.create(recipient=person)

    with pytest.raises(IntegrityError, match="one_a_category"), transaction.atomic():
        MailWish.objects.create(recipient=person, category="check-ins", is_wanted=True, chosen_at=NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        MailTimes.objects.create(recipient=person)


def test_those_who_rest_are_found():
    resting = MailTimes.objects.create(recipient=UserFactory(), snoozed_until=NOON + timedelta(days=1))
    MailTimes.objects.create(recipient=UserFactory(), snoozed_until=NOON)

    assert list(MailTimes.objects.snoozed_at(NOON)) == [resting]
