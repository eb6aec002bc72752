import pytest

from matching.pairings import letters
from matching.pairings.models import Pairing
from mentoring.kernel.outbox import delivery, kinds
from mentoring.kernel.outbox import services as outbox
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from tests.factories.matching import PairingFactory
from tests.factories.programs import ProfileAnswerFactory, ProfileFactory, ProfileQuestionFactory

pytestmark = pytest.mark.django_db

STATES = {
    "pairing-proposed": "proposed",
    "pairing-reminder": "proposed",
    "pairing-started": "active",
    "pairing-not-started": "declined",
    "pairing-closed": "closed",
}


@pytest.fixture
def pairing(db):
    return PairingFactory(program__name="North", first__user__name="Maya Silva", second__user__name="Jonas Berg")


@pytest.fixture
def owed(noon):
    def owe(kind, *pairings):
        for pairing in pairings:
            for half in pairing.halves:
                outbox.owe(kind=kind, subject_id=pairing.pk, recipient=half.user, program_id=pairing.program_id, now=noon)
        return list(OutboxMessage.objects.filter(kind=kind).order_by("pk"))

    return owe


def written(message):
    kind = kinds.get(message.kind)
    return write(kind.template_of(message), recipient=message.recipient, context=kind.context([message])[message.pk])


@pytest.mark.parametrize("kind", STATES)
def test_both_get_the_same_letter_and_its_subject_names_nobody(pairing, owed, kind):
    first, second = (written(message) for message in owed(kind, pairing))

    assert first.subject == second.subject
    assert not {"Maya", "Jonas", "North", "concern", "imbalance"}.intersection(first.subject.split())
    assert first.text.replace("Maya", "Jonas").replace("Silva", "Berg") == second.text.replace("Maya", "Jonas").replace("Silva", "Berg")


def test_an_introduction_by_mail_does_not_say_who_it_is(pairing, owed):
    first, _ = owed("pairing-proposed", pairing)

    assert "Jonas" not in written(first).text
    assert f"/pairings/{pairing.pk}/proposal/" in written(first).text


def test_who_has_answered_is_asked_no_more(pairing, owed, noon):
    first, second = owed("pairing-proposed", pairing)
    Pairing.objects.filter(pk=pairing.pk).update(first_accepted_at=noon)

    assert letters.waits_for_their_answer([first, second]) == {second.pk}


def test_who_has_left_is_asked_no_more(pairing, owed, noon):
    first, second = owed("pairing-proposed", pairing)
    pairing.second.left_at = noon
    pairing.second.save()

    assert letters.waits_for_their_answer([first, second]) == {first.pk}


@pytest.mark.parametrize(("kind", "state"), STATES.items())
def test_a_letter_is_owed_only_while_it_is_true(owed, kind, state):
    true = owed(kind, PairingFactory(**{state: True}))
    still_owed = kinds.get(kind).still_owed
    untrue = owed(kind, PairingFactory(paused=True))[2:]

    assert still_owed([*true, *untrue]) == {message.pk for message in true}


@pytest.mark.parametrize("kind", STATES)
def test_the_letters_cost_the_same_for_one_pair_and_for_many(owed, kind, queries_of):
    kind_of = kinds.get(kind)

    def read(messages):
        return queries_of(lambda: (kind_of.context(messages), kind_of.still_owed(messages)))

    assert read(owed(kind, PairingFactory())) == read(owed(kind, *PairingFactory.create_batch(5)))


def test_a_reminder_says_until_when_by_the_readers_own_clock(pairing, owed):
    Pairing.objects.filter(pk=pairing.pk).update(lapses_at="2026-03-20T22:30Z")
    type(pairing.second.user).objects.filter(pk=pairing.second.user_id).update(time_zone="Asia/Tokyo")

    first, second = (written(message).text for message in owed("pairing-reminder", pairing))

    assert "until Friday 20 March" in first
    assert "until Saturday 21 March" in second


def test_an_unanswered_introduction_goes_out_as_a_reminder_once(noon, mailoutbox):
    pairing = PairingFactory(proposed_at=noon, first_accepted_at=noon)
    for half in pairing.halves:
        duty = outbox.Duty(kind="pairing-reminder", subject_id=pairing.pk, recipient_id=half.user_id, program_id=pairing.program_id)
        outbox.owe_many([duty, duty], now=noon)

    delivery.drain()
    delivery.drain()

    [sent] = mailoutbox
    assert pairing.second.user.email in sent.to[0]


@pytest.mark.parametrize("kind", ["pairing-proposed", "pairing-reminder"])
def test_an_introduction_says_why_these_two_and_not_who_it_is(pairing, owed, kind):
    asked = ProfileQuestionFactory(program=pairing.program, text="Which languages?", kind="one", choices=["Welsh & Thai"])
    for half in pairing.halves:
        ProfileAnswerFactory(profile=ProfileFactory(membership=half), question=asked, value="Welsh & Thai")

    first, second = (" ".join(written(message).text.split()) for message in owed(kind, pairing))

    assert "- “Which languages?” Both said Welsh & Thai." in first
    assert "Jonas" not in first
    assert "Maya" not in second


@pytest.mark.parametrize("kind", ["pairing-proposed", "pairing-reminder"])
def test_a_mail_names_the_question_that_sets_two_apart_and_no_answer_to_it(pairing, owed, kind):
    asked = ProfileQuestionFactory(program=pairing.program, text="What do you study?", kind="one", choices=["Law", "Nursing"])
    for half, value in zip(pairing.halves, asked.choices, strict=True):
        ProfileAnswerFactory(profile=ProfileFactory(membership=half), question=asked, value=value)

    letters = [written(message).text for message in owed(kind, pairing)]

    assert all("- What do you study?" in letter and "Law" not in letter and "Nursing" not in letter for letter in letters)
