from datetime import timedelta

import pytest
from django.db.models import Q

from checkins.agendas.models import AgendaItem
from checkins.reviews import queries, services
from checkins.reviews.models import Review
from checkins.reviews.occasions import Occasion
from checkins.reviews.talking import talking_list
from checkins.sessions.models import Session
from matching.endings import services as endings
from matching.facts.models import Fact
from matching.joint import letters
from matching.joint import queries as joint
from matching.joint import services as rounds
from matching.joint.models import Answer, Round
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox import kinds
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import ReviewFactory, SessionFactory
from tests.factories.matching import JointAnswerFactory, PairingFactory, PauseFactory
from tests.factories.programs import CohortFactory, MembershipFactory

pytestmark = pytest.mark.django_db
MINE = {"went_well": "We laugh a lot", "more": "Practice", "less": "Haste", "next": "My portfolio", "say": "mine"}
THEIRS = {"went_well": "", "more": "practice ", "less": "", "next": "A visit", "say": "theirs"}
A_MONTH = timedelta(days=30)


@pytest.fixture
def pairing(db):
    return PairingFactory(active=True, first__user__name="Amara Okoye", second__user__name="Jonas Lind")


@pytest.fixture
def review(pairing, noon):
    asked = services.start(pairing=pairing, by=pairing.first, now=noon)
    for half, said in zip(pairing.halves, (MINE, THEIRS), strict=True):
        rounds.answer(round=asked, by=half, content=said, now=noon)
    return Review.objects.get()


def owed(kind):
    return list(OutboxMessage.objects.filter(kind=kind).order_by("pk"))


def on_pair_page(pairing, half, now):
    asked = joint.on_pair_page(pairing, half, ["review"], now, last_of="review", besides=Q(pk__in=[]))
    return queries.on_pair_page(pairing, half, now, asked)


def items_of(review):
    said = {answer.membership_id: answer.said for answer in Answer.objects.filter(round=review.round_id)}
    return talking_list(review.pairing, review.round_id, said)


@pytest.mark.parametrize("side", ["first", "second"])
def test_either_half_starts_it_and_both_get_the_same_letter_once(side, pairing, noon):
    for _ in range(2):
        asked = services.start(pairing=pairing, by=getattr(pairing, side), now=noon)

    assert {(letter.recipient_id, letter.subject_id) for letter in owed("review-asked")} == {
        (half.user_id, asked.pk) for half in pairing.halves
    }
    assert letters.is_being_prepared(owed("review-asked")) == {letter.pk for letter in owed("review-asked")}
    for half in pairing.halves:
        assert on_pair_page(pairing, half, noon).round == asked


@pytest.mark.parametrize("state", ["proposed", "paused", "closed"])
def test_it_is_for_a_pairing_that_is_active(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused, match="while it is active"):
        services.start(pairing=pairing, by=pairing.first, now=noon)


def test_nobody_else_starts_it(pairing, noon):
    for somebody in (pairing.proposed_by, MembershipFactory(program=pairing.program)):
        with pytest.raises(Refused):
            services.start(pairing=pairing, by=somebody, now=noon)


def test_when_it_opens_both_get_the_same_letter_and_are_asked_no_more(pairing, review):
    assert {letter.recipient_id for letter in owed("review-opened")} == {half.user_id for half in pairing.halves}
    assert {letter.state for letter in owed("review-asked")} == {"cancelled"}
    assert review.text == ""


@pytest.mark.parametrize("kind", ["review-asked", "review-opened"])
def test_a_letter_says_nothing_of_what_it_is_about(kind, review):
    from mentoring.kernel.outbox.letters import write

    first = owed(kind)[0]
    text = write(kinds.get(kind).template, recipient=first.recipient, context=letters.context_of([first])[first.pk])

    for word in ("review", "Practice", "Jonas"):
        assert word not in text.subject
        assert word not in text.text.replace("/reviews/", "")


def test_who_was_not_told_before_a_pause_is_told_after_it(pairing, noon):
    services.start(pairing=pairing, by=pairing.first, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)
    OutboxMessage.objects.filter(kind="review-asked").update(state="cancelled", ended_at=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    assert OutboxMessage.objects.filter(kind="review-asked", state="pending").count() == 2


def test_who_said_not_now_is_not_written_to_after_a_pause(pairing, noon):
    services.start(pairing=pairing, by=pairing.first, now=noon)
    rounds.say_not_now(pairing=pairing, kind="review", by=pairing.second, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    again = OutboxMessage.objects.filter(kind="review-asked", state="pending")
    assert list(again.values_list("recipient", flat=True)) == [pairing.first.user_id]


def test_who_is_told_after_a_pause_tells_nobody_who_has_answered(pairing, noon):
    asked = services.start(pairing=pairing, by=pairing.first, now=noon)
    rounds.answer(round=asked, by=pairing.first, content=MINE, now=noon)
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)

    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon + timedelta(days=1))

    again = OutboxMessage.objects.filter(kind="review-asked", state="pending")
    assert set(again.values_list("recipient", flat=True)) == {half.user_id for half in pairing.halves}


def test_the_talking_list_is_what_differs(review):
    assert [item.words for item in items_of(review)] == [
        "Amara would like less of this: Haste",
        "Amara would like to do this next: My portfolio",
        "Jonas would like to do this next: A visit",
    ]


def test_who_sees_the_say_of_each_differently_has_that_to_talk_about(review):
    Answer.objects.filter(membership=review.pairing.second).update(content={**THEIRS, "say": "even"})

    assert items_of(review)[-1].key == f"review-{review.round_id}-say"


@pytest.mark.parametrize("side", ["first", "second"])
def test_either_puts_a_thing_of_it_on_the_agenda_under_their_own_name_once(side, review, noon):
    half = getattr(review.pairing, side)
    key = items_of(review)[0].key

    services.put_on_agenda(review=review, by=half, key=key, now=noon)
    with pytest.raises(Refused, match="on your agenda already"):
        services.put_on_agenda(review=review, by=review.pairing.first, key=key, now=noon)

    topic = AgendaItem.objects.get()
    assert (topic.author, topic.text) == (half, "Amara would like less of this: Haste")
    assert Fact.objects.get().by == half
    (told,) = queries.told([review.round], review.pairing, half, noon)
    assert [is_there for _item, is_there in told.items] == [True, False, False]


def test_what_is_not_on_the_list_is_not_put_on_the_agenda(review, noon):
    for key in ("", "review-0-more-first", f"review-{review.round_id}-more-first"):
        with pytest.raises(Refused, match="not on your talking list"):
            services.put_on_agenda(review=review, by=review.pairing.first, key=key, now=noon)


def test_a_text_that_was_saved_meanwhile_is_not_written_over(review, noon):
    first, second = review.pairing.halves
    services.write(review=review, by=first, text="We walk", version=1, now=noon)

    with pytest.raises(services.SavedMeanwhile) as refused:
        services.write(review=review, by=second, text="We sit", version=1, now=noon)

    assert refused.value.review.text == Review.objects.get().text == "We walk"
    assert services.write(review=review, by=second, text="We walk and sit", version=2, now=noon).version == 3


def test_only_the_two_write_and_only_while_it_is_active(review, noon):
    with pytest.raises(Refused):
        services.write(review=review, by=review.pairing.proposed_by, text="We walk", version=1, now=noon)
    pauses.pause(pairing=review.pairing, by=review.pairing.first, now=noon)
    with pytest.raises(Refused):
        services.write(review=review, by=review.pairing.first, text="We walk", version=1, now=noon)


def test_a_month_after_it_opened_only_what_they_wrote_together_is_kept(review, noon):
    services.write(review=review, by=review.pairing.first, text="We walk", version=1, now=noon)

    assert services.forget_answers(now=noon + A_MONTH - timedelta(seconds=1)) == 0
    assert services.forget_answers(now=noon + A_MONTH) == 1

    assert not Answer.objects.exists()
    (told,) = queries.told([Round.objects.get()], review.pairing, review.pairing.first, noon + A_MONTH)
    assert (told.lines, told.items, told.review.text) == ([], [], "We walk")
    assert services.forget_answers(now=noon + A_MONTH) == 0


def test_what_one_answered_alone_is_kept_no_longer_and_other_rounds_stay(noon):
    alone = JointAnswerFactory(round__kind="review", round__closes_at=noon + timedelta(days=14))
    other = JointAnswerFactory(round__kind="reset", round__closes_at=noon + timedelta(days=14))

    services.forget_answers(now=noon + timedelta(days=44))

    assert list(Answer.objects.all()) == [other]
    assert alone.round.pk


def test_nothing_goes_while_the_pairing_rests(noon):
    resting = ReviewFactory(pairing=PauseFactory().pairing)
    JointAnswerFactory(round=resting.round)

    assert services.forget_answers(now=noon + 2 * A_MONTH) == 0


def test_what_each_answered_stays_a_month_more_once_the_two_go_on_after_a_pause(pairing, review, noon):
    back = noon + 2 * A_MONTH
    pauses.pause(pairing=pairing, by=pairing.first, now=noon + timedelta(days=1))
    (told,) = queries.told([review.round], Pairing.objects.with_halves().get(), pairing.first, back)
    assert told.gone_at is None
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=back)

    (told,) = queries.told([review.round], pairing, pairing.first, back)
    assert told.gone_at == back + A_MONTH
    assert services.forget_answers(now=back + A_MONTH - timedelta(seconds=1)) == 0
    assert services.forget_answers(now=back + A_MONTH) == 1


def test_what_each_answered_stays_a_month_more_also_when_the_pairing_ends_out_of_a_pause(pairing, review, noon):
    over = noon + 2 * A_MONTH
    pauses.pause(pairing=pairing, by=pairing.first, now=noon + timedelta(days=1))
    endings.end(pairing=pairing, by=pairing.first, now=over)
    ended = Pairing.objects.with_halves().get()

    (told,) = queries.told([review.round], ended, pairing.first, over)
    assert told.gone_at == over + A_MONTH
    assert services.forget_answers(now=over + A_MONTH - timedelta(seconds=1)) == 0
    assert services.forget_answers(now=over + A_MONTH) == 1


def test_the_pairs_page_leads_to_the_answers_for_as_long_as_they_are_there(pairing, review, noon):
    back = noon + 2 * A_MONTH
    pauses.pause(pairing=pairing, by=pairing.first, now=noon + timedelta(days=1))
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=back)
    pairing = Pairing.objects.with_people().get()

    def shown(now):
        services.forget_answers(now=now)
        return on_pair_page(pairing, pairing.first, now).latest

    assert shown(back + A_MONTH - timedelta(seconds=1)) == review.round
    assert shown(back + A_MONTH) is None


def test_a_pause_before_it_opened_keeps_nothing_longer(noon):
    review = ReviewFactory(pairing=PauseFactory(gone_on=True, paused_at=noon - A_MONTH, gone_on_at=noon - timedelta(days=1)).pairing)
    JointAnswerFactory(round=review.round)

    (told,) = queries.told([review.round], review.pairing, review.pairing.first, noon)
    assert told.gone_at == review.round.opened_together_at + A_MONTH
    assert services.forget_answers(now=told.gone_at) == 1


# --- when it is offered ---


def test_it_is_offered_after_ninety_days_until_somebody_starts_one(pairing, noon):
    day = pairing.activated_at + timedelta(days=90)
    assert on_pair_page(pairing, pairing.first, day).offered == Occasion.MIDWAY

    services.start(pairing=pairing, by=pairing.second, now=day)

    assert on_pair_page(pairing, pairing.first, day + timedelta(days=20)).offered is None


@pytest.mark.parametrize(("held", "occasion"), [(5, None), (6, Occasion.MIDWAY)])
def test_it_is_offered_after_six_meetings(pairing, noon, held, occasion):
    for days in range(held):
        SessionFactory(pairing=pairing, starts_at=noon - timedelta(days=days))

    assert on_pair_page(pairing, pairing.first, noon).offered == occasion


def test_meetings_count_from_when_somebody_said_not_now(pairing, noon):
    rounds.say_not_now(pairing=pairing, kind="review", by=pairing.first, now=noon)
    day = noon + timedelta(days=40)
    for number in range(1, 7):
        SessionFactory(pairing=pairing, starts_at=noon + timedelta(days=5 * number))

    assert on_pair_page(pairing, pairing.first, day).offered == Occasion.MIDWAY

    Session.objects.filter(starts_at=noon + timedelta(days=5)).update(starts_at=noon - timedelta(days=1))

    assert on_pair_page(pairing, pairing.first, day).offered is None
    assert on_pair_page(pairing, pairing.second, day).offered == Occasion.MIDWAY


def test_it_is_offered_before_the_end_of_a_cohort(noon):
    cohort = CohortFactory(starts_on=(noon - timedelta(days=300)).date(), ends_on=(noon + timedelta(days=20)).date())
    pairing = PairingFactory(active=True, cohort=cohort, program=cohort.program)

    assert on_pair_page(pairing, pairing.first, noon).offered == Occasion.BEFORE_THE_END


def test_whoever_says_not_now_is_not_offered_it_and_the_other_still_is(pairing):
    day = pairing.activated_at + timedelta(days=90)

    rounds.say_not_now(pairing=pairing, kind="review", by=pairing.first, now=day)

    assert on_pair_page(pairing, pairing.first, day).offered is None
    assert on_pair_page(pairing, pairing.second, day).offered == Occasion.MIDWAY
    assert on_pair_page(pairing, pairing.first, day + timedelta(days=90)).offered == Occasion.MIDWAY


def test_what_one_has_put_off_waits_for_them_no_more_until_it_is_asked_anew(pairing, noon):
    asked = services.start(pairing=pairing, by=pairing.first, now=noon)
    rounds.say_not_now(pairing=pairing, kind="review", by=pairing.second, now=noon)

    assert on_pair_page(pairing, pairing.second, noon) == queries.OnPairPage()
    assert on_pair_page(pairing, pairing.first, noon).round == asked
    again = services.start(pairing=pairing, by=pairing.first, now=noon + timedelta(days=15))
    assert on_pair_page(pairing, pairing.second, noon + timedelta(days=15)).round == again


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_lose_nothing(noon):
    review = ReviewFactory()

    def write(half):
        try:
            return services.write(review=review, by=half, text=f"From {half.pk}", version=1, now=noon).text
        except services.SavedMeanwhile as saved:
            return saved.review.text

    texts = at_once(*(lambda half=half: write(half) for half in review.pairing.halves))

    assert set(texts) == {Review.objects.get().text}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_press_at_once_one_puts_it_on_the_agenda(noon):
    review = ReviewFactory()
    for half, said in zip(review.pairing.halves, (MINE, THEIRS), strict=True):
        JointAnswerFactory(round=review.round, membership=half, content=said)
    key = items_of(review)[0].key

    def put(half):
        try:
            services.put_on_agenda(review=review, by=half, key=key, now=noon)
        except Refused:
            return False
        return True

    assert sorted(at_once(*(lambda half=half: put(half) for half in review.pairing.halves))) == [False, True]
    assert AgendaItem.objects.count() == 1
