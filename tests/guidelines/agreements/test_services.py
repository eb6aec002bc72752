from datetime import time, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from guidelines.agreements import letters, queries, services
from guidelines.agreements.models import Agreement, Clause, Edition
from matching.joint import services as joint
from matching.joint.models import Answer
from matching.pauses import services as pauses
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.letters import write
from mentoring.kernel.outbox.models import OutboxMessage
from mentoring.kernel.times import at_local
from tests.at_once import at_once
from tests.factories.guidelines import AgreementFactory, EditionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

MINE = {"rhythm": "Every week", "feedback": "In words"}
THEIRS = {"rhythm": "every week ", "feedback": "By mail", "pause": "At once"}


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


@pytest.fixture
def agreement(pairing):
    return AgreementFactory(pairing=pairing, clauses={"rhythm": "Every week."})


def digest(agreement, who=None):
    return queries.told(Agreement.objects.get(pk=agreement.pk), who or agreement.pairing.first).digest


def sign(agreement, who, noon, text=None):
    return services.sign(agreement=agreement, by=who, digest=text or digest(agreement), now=noon)


def sign_both(agreement, noon):
    for half in agreement.pairing.halves:
        agreement = sign(agreement, half, noon)
    return agreement


def clause(agreement, key="rhythm"):
    return Clause.objects.get(agreement=agreement, key=key)


def change(agreement, who, noon, text="Every month.", version=1, key="rhythm", **more):
    return services.write(clause=clause(agreement, key), by=who, text=text, version=version, now=noon, **more)


def mails(kind, **what):
    return OutboxMessage.objects.filter(kind=f"agreement-{kind}", **what)


# --- each alone ---


def test_two_who_begin_at_once_begin_the_same_and_it_is_written_once(pairing, noon):
    one = services.start(pairing=pairing, by=pairing.first, now=noon)
    other = services.start(pairing=pairing, by=pairing.second, now=noon + timedelta(minutes=1))

    assert one == other
    assert mails("asked").count() == 2


def test_with_the_second_answer_there_is_a_text_that_begins_with_what_both_said(pairing, noon):
    asked = services.start(pairing=pairing, by=pairing.first, now=noon)
    joint.answer(round=asked, by=pairing.first, content=MINE, now=noon)
    assert not Agreement.objects.exists()

    joint.answer(round=asked, by=pairing.second, content=THEIRS, now=noon)

    agreement = Agreement.objects.get()
    assert dict(agreement.clauses.exclude(text="").values_list("key", "text"))["rhythm"].casefold() == "every week"
    told = queries.told(agreement, pairing.first)
    assert [part.subject.key for part in told.to_talk_about] == ["feedback", "pause"]
    assert agreement.review_on == (noon + timedelta(weeks=6)).date()
    assert mails("opened").count() == 2
    with pytest.raises(Refused, match="have an agreement"):
        services.start(pairing=pairing, by=pairing.first, now=noon)


def test_only_the_two_of_an_active_pairing_begin_one(pairing, noon):
    resting = PairingFactory(paused=True)

    for here, by in ((pairing, pairing.proposed_by), (pairing, MembershipFactory()), (resting, resting.first)):
        with pytest.raises(Refused, match="by the two"):
            services.start(pairing=here, by=by, now=noon)


# --- together ---


def test_both_write_and_nothing_of_either_is_lost(agreement, noon):
    change(agreement, agreement.pairing.first, noon)

    with pytest.raises(services.SavedMeanwhile) as saved:
        change(agreement, agreement.pairing.second, noon, "Every day.")
    assert saved.value.clause.text == "Every month."
    assert change(agreement, agreement.pairing.second, noon, "Every day.", version=2).text == "Every day."


def test_two_who_write_different_parts_are_not_in_each_others_way(agreement, noon):
    change(agreement, agreement.pairing.first, noon)

    assert change(agreement, agreement.pairing.second, noon, "In words.", key="feedback").text == "In words."


def test_the_day_to_look_again_is_written_with_its_part(agreement, noon):
    day = noon.date() + timedelta(days=90)

    change(agreement, agreement.pairing.first, noon, "In three months.", key="review", review_on=day)
    change(agreement, agreement.pairing.first, noon, review_on=noon.date())

    agreement.refresh_from_db()
    assert agreement.review_on == day


def test_nobody_else_writes_or_signs(agreement, noon):
    for who in (agreement.pairing.proposed_by, MembershipFactory()):
        with pytest.raises(Refused):
            change(agreement, who, noon)
        with pytest.raises(Refused):
            sign(agreement, who, noon)
        with pytest.raises(Refused):
            services.ask_for_change(agreement=agreement, by=who, now=noon)


def test_a_text_that_is_too_long_is_refused(agreement, noon):
    with pytest.raises(Refused, match="at most"):
        change(agreement, agreement.pairing.first, noon, "x" * 10_001)


# --- signing ---


def test_it_holds_once_both_have_signed_the_same_text(agreement, noon):
    text = digest(agreement)
    sign(agreement, agreement.pairing.first, noon)
    assert not Edition.objects.exists()
    assert mails("to-sign").get().recipient == agreement.pairing.second.user

    sign(agreement, agreement.pairing.second, noon)

    edition = Edition.objects.get()
    assert (edition.number, edition.digest, edition.texts["rhythm"]) == (1, text, "Every week.")
    assert mails("to-sign").get().state == OutboxMessage.State.CANCELLED
    assert mails("signed").count() == 2
    assert queries.signed_at(agreement.pairing, agreement.pairing.proposed_by) == noon


def test_what_each_said_alone_is_gone_once_both_have_signed(pairing, noon):
    asked = services.start(pairing=pairing, by=pairing.first, now=noon)
    for half in pairing.halves:
        joint.answer(round=asked, by=half, content=MINE, now=noon)

    sign_both(Agreement.objects.get(), noon)

    assert not Answer.objects.exists()


def test_a_text_that_changed_since_it_was_read_is_not_signed(agreement, noon):
    read = digest(agreement)
    change(agreement, agreement.pairing.first, noon)

    with pytest.raises(services.ChangedMeanwhile, match="changed after you opened"):
        sign(agreement, agreement.pairing.second, noon, read)

    agreement.refresh_from_db()
    assert agreement.second_signed_at is None


def test_a_change_takes_a_signature_off(agreement, noon):
    sign(agreement, agreement.pairing.first, noon)

    change(agreement, agreement.pairing.second, noon)

    agreement.refresh_from_db()
    assert agreement.first_signed_at is None
    assert mails("to-sign").get().state == OutboxMessage.State.CANCELLED


def test_signing_twice_counts_once(agreement, noon):
    for _ in range(2):
        sign(agreement, agreement.pairing.first, noon)

    assert AuditEvent.objects.filter(verb="agreement.signed").count() == 1


def test_an_agreement_without_a_word_is_not_signed(pairing, noon):
    with pytest.raises(Refused, match="nothing to sign"):
        sign(AgreementFactory(pairing=pairing), pairing.first, noon)


@pytest.mark.django_db(transaction=True)
def test_nobody_signs_what_is_changed_at_that_moment(noon):
    for _ in range(3):
        agreement = AgreementFactory(clauses={"rhythm": "Every week."})
        first, second = agreement.pairing.halves
        read = digest(agreement)

        at_once(partial(sign, agreement, first, noon, read), partial(change, agreement, second, noon))

        agreement.refresh_from_db()
        assert agreement.first_signed_at is None or digest(agreement) == read


# --- afterwards ---


def test_what_both_signed_is_changed_only_once_one_asks_and_holds_meanwhile(agreement, noon):
    sign_both(agreement, noon)
    first, second = agreement.pairing.halves
    with pytest.raises(Refused, match="Ask for a change first"):
        change(agreement, first, noon)

    for _ in range(2):
        services.ask_for_change(agreement=agreement, by=second, now=noon)
    change(agreement, first, noon)

    assert mails("change").count() == 2
    assert Edition.objects.get().texts["rhythm"] == "Every week."
    sign_both(agreement, noon)
    assert list(Edition.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_both_are_reminded_in_the_morning_of_the_day_they_wanted_to_look_again(agreement, noon):
    sign_both(agreement, noon)

    due = set(mails("review").values_list("due_at", "recipient"))

    morning = at_local(agreement.review_on, time(9), agreement.pairing.program.time_zone)
    assert due == {(morning, half.user_id) for half in agreement.pairing.halves}


def test_a_new_signature_moves_the_reminder(agreement, noon):
    sign_both(agreement, noon)
    services.ask_for_change(agreement=agreement, by=agreement.pairing.first, now=noon)
    change(agreement, agreement.pairing.first, noon, key="review", review_on=noon.date() + timedelta(days=90))
    sign_both(agreement, noon)

    assert len(set(mails("review", state=OutboxMessage.State.PENDING).values_list("due_at", flat=True))) == 1


def test_what_fell_due_during_a_pause_is_said_afterwards(agreement, noon):
    sign_both(agreement, noon)
    mails("review").delete()
    later = noon + timedelta(weeks=7)
    pauses.pause(pairing=agreement.pairing, by=agreement.pairing.first, now=noon)
    for half in agreement.pairing.halves:
        pauses.go_on(pairing=agreement.pairing, by=half, now=later)

    assert mails("review").count() == 2


# --- the mails ---


def test_a_mail_is_owed_only_while_there_is_something_to_do(agreement, noon):
    first, second = agreement.pairing.halves
    sign(agreement, first, noon)
    to_sign = list(mails("to-sign"))
    assert letters.waits_for_their_signature(to_sign) == {to_sign[0].pk}

    sign(agreement, second, noon)
    signed = list(mails("signed"))

    assert letters.waits_for_their_signature(to_sign) == set()
    assert letters.is_signed(signed) == {mail.pk for mail in signed}
    assert letters.is_open_for_a_change(signed) == set()
    agreement.pairing.state = "paused"
    agreement.pairing.save()
    assert letters.is_signed(signed) == set()


def test_both_read_the_same_mail_and_no_word_of_theirs(agreement, noon):
    sign_both(agreement, noon)
    services.ask_for_change(agreement=agreement, by=agreement.pairing.first, now=noon)
    for name in ("signed", "change", "review"):
        messages = list(mails(name))
        kind = kinds.get(f"agreement-{name}")
        written = [
            write(kind.template_of(mail), recipient=mail.recipient, context=kind.context(messages)[mail.pk]).text.partition("\n\n")[2]
            for mail in messages
        ]

        assert len(written) == 2
        assert written[0] == written[1]
        assert "Every week" not in written[0]
        assert f"/pairings/{agreement.pairing_id}/agreement/" in written[0]


# --- the database ---


def test_the_database_refuses_an_edition_before_both_signatures(agreement, noon):
    with pytest.raises(IntegrityError, match="stands_on_both_signatures"), transaction.atomic():
        EditionFactory(agreement=agreement, signed_at=noon - timedelta(seconds=1))


def test_the_database_refuses_a_clause_twice(agreement):
    with pytest.raises(IntegrityError, match="once_an_agreement"), transaction.atomic():
        Clause.objects.create(pairing=agreement.pairing, agreement=agreement, key="rhythm")


def test_the_words_are_the_pairs_alone(agreement):
    EditionFactory(agreement=agreement)
    admin = MembershipFactory(program=agreement.pairing.program, admin=True)

    for rows in (Agreement.objects, Clause.objects, Edition.objects):
        assert rows.visible_to(agreement.pairing.second).exists()
        for who in (admin, agreement.pairing.proposed_by, MembershipFactory()):
            assert not rows.visible_to(who).exists()
