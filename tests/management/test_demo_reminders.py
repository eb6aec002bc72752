from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_place_to_try_things_out(settings):
    settings.EVENHAND_PROBE = True


def run(number):
    out = StringIO()
    call_command("demo_reminders", str(number), stdout=out)
    return out.getvalue().strip()


def test_it_queues_as_many_as_asked_for_each_to_somebody_else():
    assert run(7) == "7"

    messages = OutboxMessage.objects.all()
    assert len({message.recipient_id for message in messages}) == len(messages) == 7
    assert all(message.kind == "checkin-due" and message.due_at <= timezone.now() for message in messages)
    assert kinds.get("checkin-due").still_owed(list(messages)) == {message.pk for message in messages}


def test_asking_again_queues_as_many_more():
    assert (run(2), run(3)) == ("2", "3")

    assert len(set(OutboxMessage.objects.values_list("recipient", flat=True))) == 5


def test_it_is_for_no_other_place(settings):
    settings.DEBUG = settings.EVENHAND_PROBE = False

    with pytest.raises(CommandError, match="EVENHAND_PROBE"):
        run(1)


@pytest.mark.parametrize("number", [0, -3])
def test_none_is_no_number(number):
    with pytest.raises(CommandError, match="one reminder or more"):
        call_command("demo_reminders", number)
