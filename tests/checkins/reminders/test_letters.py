from datetime import timedelta

import pytest

from checkins.answers.models import CheckIn
from checkins.answers.services import REMINDER, owe_reminders, reminder_of
from checkins.reminders import letters
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.letters import compose
from mentoring.kernel.outbox.models import OutboxMessage
from programs.memberships.models import Program
from tests.factories.checkins import CheckInFactory, QuestionFactory
from tests.factories.matching import PairingFactory

pytestmark = pytest.mark.django_db


def owed_for(check_in, now):
    outbox.owe(kind=REMINDER, subject_id=check_in.pk, recipient=check_in.membership.user, program_id=check_in.pairing.program_id, now=now)
    return OutboxMessage.objects.get(subject=str(check_in.pk))


def letter_about(check_in, now):
    message = owed_for(check_in, now)
    kind = kinds.get(REMINDER)
    return compose(message, kind=kind, context=kind.context([message])[message.pk], address="amara@example.org")


def test_it_says_until_when_how_long_and_who_sees_the_answers(noon):
    check_in = CheckInFactory(
        pairing=PairingFactory(active=True, first__user__time_zone="Europe/London", first__user__called="Amara"),
        closes_at=noon + timedelta(days=10, hours=12),
    )
    QuestionFactory(plan=check_in.plan)
    QuestionFactory(plan=check_in.plan, own_words=True)

    mail = letter_about(check_in, noon)

    assert mail.subject == "Your check-in is open until Thursday"
    assert "Hello Amara," in mail.body
    body = " ".join(mail.body.split())
    assert "open until Thursday 26 March, 23:59, London time." in body
    assert "2 short questions" in body
    assert "you and the coordinators and admins of your program" in body
    assert f"/p/{check_in.pairing.program.slug}/check-ins/{check_in.pk}/" in mail.body


@pytest.mark.parametrize(
    ("questions", "said"), [(1, "There is one short question"), (2, "They take about two minutes"), (9, "They take about five minutes")]
)
def test_how_long_it_takes_goes_by_how_much_is_asked(questions, said, noon):
    check_in = CheckInFactory()
    QuestionFactory.create_batch(questions, plan=check_in.plan, construct="own")

    body = " ".join(letter_about(check_in, noon).body.split())

    assert said in body
    assert ("You need not answer any of them." in body) == (questions > 1)


def test_it_says_so_where_admins_alone_read(noon):
    body = letter_about(CheckInFactory(read_by=Program.AnswersReadBy.ADMINS), noon).body

    assert "you and the admins of your program" in " ".join(body.split())


def test_it_never_names_the_other_half(noon):
    check_in = CheckInFactory(pairing=PairingFactory(active=True, second__user__name="Zebulon Quill"))

    mail = letter_about(check_in, noon)

    assert "Zebulon" not in mail.subject + mail.body + str(mail.alternatives)


@pytest.mark.parametrize(
    "changes",
    [
        {"answered": True},
        {"called_off_at": "noon"},
        {"closed": True},
        {"pairing": "paused"},
        {"pairing": "closed"},
        {"left": True},
    ],
)
def test_it_is_owed_no_more_once_there_is_nothing_to_answer(changes, noon):
    changes = dict(changes)
    if "called_off_at" in changes:
        changes["called_off_at"] = noon
    if "pairing" in changes:
        changes["pairing"] = PairingFactory(**{changes["pairing"]: True})
    left = changes.pop("left", False)
    check_in = CheckInFactory(**changes)
    if left:
        check_in.membership.left_at = noon
        check_in.membership.save()
    ended, owed = owed_for(check_in, noon), owed_for(CheckInFactory(), noon)

    assert letters.still_owed([ended, owed]) == {owed.pk}


def test_many_letters_cost_as_much_as_one(queries_of, noon):
    one = owed_for(CheckInFactory(), noon)
    more = [one, *(owed_for(CheckInFactory(), noon) for _number in range(5))]

    assert queries_of(lambda: letters.context_of([one])) == queries_of(lambda: letters.context_of(more)) == 2
    assert queries_of(lambda: letters.still_owed(more)) == 1


@pytest.mark.parametrize("occasion", ["scheduled", "meeting", "closing"])
def test_its_button_answers_without_signing_in_and_says_not_to_hand_it_on(occasion, noon):
    traits = {"scheduled": {}, "meeting": {"of_meeting": True}, "closing": {"closing": True}}[occasion]
    check_in = CheckIn.objects.with_people().get(pk=CheckInFactory(**traits).pk)
    owe_reminders([check_in], now=noon)
    message = OutboxMessage.objects.filter(kind=reminder_of(check_in)).earliest("due_at")
    kind = kinds.get(message.kind)

    mail = compose(message, kind=kind, context=kind.context([message])[message.pk], address="amara@example.org")

    html = mail.alternatives[0].content
    assert f"/c/{message.secret}/" in mail.body
    assert f'/c/{message.secret}/"' in html
    assert f"/p/{check_in.pairing.program.slug}/check-ins/{check_in.pk}/" in mail.body
    assert "please do not forward this mail" in " ".join(mail.body.split())
    assert message.secret not in mail.subject


def test_each_mail_of_a_batch_has_its_own_link(noon):
    check_ins = [CheckIn.objects.with_people().get(pk=CheckInFactory().pk) for _number in range(3)]
    owe_reminders(check_ins, now=noon)
    messages = list(OutboxMessage.objects.filter(kind=REMINDER))

    contexts = letters.context_of(messages)

    assert {contexts[message.pk]["token"] for message in messages} == {message.secret for message in messages}
    assert len({message.secret for message in messages}) == 3
