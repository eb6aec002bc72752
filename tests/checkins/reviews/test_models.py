import pytest
from django.db import IntegrityError, transaction

from checkins.reviews.models import Review
from tests.factories.checkins import ReviewFactory

pytestmark = pytest.mark.django_db


def test_the_database_refuses_a_text_that_was_never_written():
    with pytest.raises(IntegrityError, match="checkins_review_written_at_some_time"), transaction.atomic():
        ReviewFactory(text="We meet outdoors")


def test_it_belongs_to_the_two_whatever_roles_others_have():
    review = ReviewFactory()

    for half in review.pairing.halves:
        assert list(Review.objects.visible_to(half)) == [review]
    assert not Review.objects.visible_to(review.pairing.proposed_by).exists()
