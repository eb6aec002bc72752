import pytest

from checkins.digests.models import DigestTime
from tests.checkins.pages import address
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


def test_a_coordinator_chooses_when_it_comes_and_that_it_does_not(as_member):
    me = MembershipFactory(coordinator=True, user__time_zone="Asia/Tokyo")
    browser, page = as_member(me), address("digest", me.program)
    assert "Tokyo" in browser.get(page).text

    browser.post(page, {"days": "every", "hour": "7"})
    chosen = DigestTime.objects.get()
    assert (chosen.hour, chosen.on_workdays_only, chosen.next_at.hour) == (7, False, 22)

    browser.post(page, {"days": "never", "hour": "7"})
    assert not DigestTime.objects.exists()
