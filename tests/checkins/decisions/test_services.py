from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checkins.decisions import services
from checkins.decisions.models import Decision
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from matching.pauses import services as pauses
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from mentoring.kernel.outbox.models import OutboxMessage
from tests.at_once import at_once
from tests.factories.checkins import DecisionFactory, SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

State = Decision.State
DAY = timedelta(days=1)


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


@pytest.fixture
def proposed(pairing, noon):
    """Proposed by the first half with its letter on the way."""
    return services.propose(pairing=pairing, by=pairing.first, text="Meet every two weeks", now=noon)


@pytest.fixture
def standing(proposed, pairing, noon):
    return services.agree(decision=proposed, by=pairing.second, now=noon)


def again(decision):
    return Decision.objects.get(pk=decision.pk)


def facts(kind):
    return Fact.objects.counted().filter(kind=kind)


def letters():
    return OutboxMessage.objects.filter(kind=services.PROPOSED, state=OutboxMessage.State.PENDING)


# --- proposing and answering ---


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_half_proposes_has_agreed_by_that_and_the_other_is_written_to(half, pairing, noon):
    by = getattr(pairing, half)

    decision = services.propose(pairing=pairing, by=by, text=" Cameras\n off ", reason=" Bandwidth. ", now=noon)

    assert (decision.text, decision.reason, decision.state) == ("Cameras off", "Bandwidth.", State.OPEN)
    assert decision.has_agreed(by)
    assert not decision.has_agreed(pairing.other_half(by))
    assert facts(Fact.Kind.DECISION_PROPOSED).get().by == by
    assert letters().get().recipient_id == pairing.other_half(by).user_id
    assert AuditEvent.objects.filter(verb="decision.proposed", object_id=str(decision.pk)).exists()


@pytest.mark.parametrize("half", ["first", "second"])
def test_it_stands_when_the_other_agrees_and_that_counts_for_who_proposed_it(half, pairing, noon):
    by = getattr(pairing, half)
    decision = services.propose(pairing=pairing, by=by, text="Cameras off", now=noon)

    agreed = services.agree(decision=decision, by=pairing.other_half(by), now=noon + DAY)

    assert again(agreed).state == State.STANDS
    assert again(agreed).stood_at == noon + DAY
    assert facts(Fact.Kind.DECISION_STOOD).get().by == by
    assert not letters().exists()


def test_who_proposed_it_cannot_make_it_stand(proposed, pairing, noon):
    with pytest.raises(Refused, match="waits for the other"):
        services.agree(decision=proposed, by=pairing.first, now=noon)

    assert again(proposed).state == State.OPEN


def test_agreeing_twice_changes_nothing(standing, pairing, noon):
    services.agree(decision=standing, by=pairing.second, now=noon + DAY)

    assert again(standing).stood_at == noon
    assert AuditEvent.objects.filter(verb="decision.agreed").count() == 1


def test_what_is_not_agreed_keeps_the_word_and_needs_none(proposed, pairing, noon):
    services.decline(decision=proposed, by=pairing.second, word=" Not now. ", now=noon)

    decision = again(proposed)
    assert (decision.state, decision.word, decision.ended_by) == (State.NOT_AGREED, "Not now.", pairing.second)
    assert not letters().exists()
    assert not facts(Fact.Kind.DECISION_STOOD).exists()


def test_something_else_takes_the_place_and_then_the_first_one_is_asked(proposed, pairing, noon):
    other = services.suggest(in_place_of=proposed, by=pairing.second, text="Meet every three weeks", now=noon)

    assert again(proposed).state == State.CHANGED
    assert (other.state, other.proposed_by, other.in_place_of, other.began_with) == (State.OPEN, pairing.second, proposed, proposed)
    assert letters().get().recipient_id == pairing.first.user_id
    assert set(facts(Fact.Kind.DECISION_PROPOSED).values_list("by", flat=True)) == {pairing.first_id, pairing.second_id}
    assert services.agree(decision=other, by=pairing.first, now=noon).state == State.STANDS


@pytest.mark.parametrize("half", ["first", "second"])
def test_what_was_not_agreed_either_half_can_suggest_something_else_in_place_of(half, proposed, pairing, noon):
    services.decline(decision=proposed, by=pairing.second, now=noon)

    other = services.suggest(in_place_of=proposed, by=getattr(pairing, half), text="Meet every month", now=noon)

    assert (again(proposed).state, other.state) == (State.NOT_AGREED, State.OPEN)
    assert other in Decision.objects.in_line_with(proposed)


def test_after_a_change_that_was_not_agreed_another_is_one_to_what_stands(standing, pairing, noon):
    change = services.suggest(in_place_of=standing, by=pairing.first, text="Meet every month", now=noon)
    services.decline(decision=change, by=pairing.second, now=noon)

    other = services.suggest(in_place_of=change, by=pairing.second, text="Meet every week", now=noon)

    assert other.in_place_of == standing
    with pytest.raises(Refused, match="waits for an answer already"):
        services.suggest(in_place_of=change, by=pairing.first, text="Meet each Monday", now=noon)
    services.agree(decision=other, by=pairing.first, now=noon)
    assert list(Decision.objects.filter(state=State.STANDS)) == [other]


def test_the_same_words_are_no_other_suggestion(proposed, pairing, noon):
    with pytest.raises(Refused, match="says the same"):
        services.suggest(in_place_of=proposed, by=pairing.second, text="Meet  every two weeks", now=noon)


def test_the_same_words_as_a_try_are_another_suggestion(proposed, pairing, noon):
    other = services.suggest(in_place_of=proposed, by=pairing.second, text=proposed.text, try_until=noon.date() + DAY, now=noon)

    assert other.in_place_of == proposed


def test_who_proposed_it_suggests_nothing_else_before_the_other_has_answered(proposed, pairing, noon):
    with pytest.raises(Refused, match="Take it back first"):
        services.suggest(in_place_of=proposed, by=pairing.first, text="Never mind", now=noon)


def test_it_is_taken_back_by_who_proposed_it_alone(proposed, pairing, noon):
    with pytest.raises(Refused, match="Only who proposed"):
        services.withdraw(decision=proposed, by=pairing.second, now=noon)

    services.withdraw(decision=proposed, by=pairing.first, now=noon)

    assert again(proposed).state == State.WITHDRAWN
    assert not letters().exists()


@pytest.mark.parametrize(("after", "counted"), [(timedelta(hours=1), 0), (timedelta(hours=2), 1)])
def test_what_is_taken_back_within_the_hour_counts_for_nobody(after, counted, proposed, pairing, noon):
    services.withdraw(decision=proposed, by=pairing.first, now=noon + after)

    assert facts(Fact.Kind.DECISION_PROPOSED).count() == counted


@pytest.mark.parametrize("act", [services.agree, services.decline])
def test_what_was_taken_back_is_not_answered_any_more(act, proposed, pairing, noon):
    services.withdraw(decision=proposed, by=pairing.first, now=noon)

    with pytest.raises(Refused, match="taken back meanwhile"):
        act(decision=proposed, by=pairing.second, now=noon)


@pytest.mark.parametrize("text", ["", "  ", "x" * 301])
def test_a_decision_is_one_line_with_something_in_it(text, pairing, noon):
    with pytest.raises(Refused, match="one line"):
        services.propose(pairing=pairing, by=pairing.first, text=text, now=noon)


def test_a_reason_has_an_end(pairing, noon):
    with pytest.raises(Refused, match="at most 10000"):
        services.propose(pairing=pairing, by=pairing.first, text="Yes", reason="x" * 10_001, now=noon)


@pytest.mark.parametrize("field", ["try_until", "look_again_on"])
def test_a_day_is_still_to_come_by_the_programs_calendar(field, noon):
    pairing = PairingFactory(active=True, program__time_zone="Pacific/Auckland")

    with pytest.raises(Refused, match="still to come"):
        services.propose(pairing=pairing, by=pairing.first, text="Yes", now=noon, **{field: noon.date() + DAY})

    assert services.propose(pairing=pairing, by=pairing.first, text="Yes", now=noon, **{field: noon.date() + 2 * DAY})


def test_a_try_whose_day_has_come_is_not_agreed_to_any_more(pairing, noon):
    decision = services.propose(pairing=pairing, by=pairing.first, text="Yes", try_until=noon.date() + DAY, now=noon)

    with pytest.raises(Refused, match="a later day"):
        services.agree(decision=decision, by=pairing.second, now=noon + DAY)


def test_a_decision_names_a_meeting_of_the_same_two_only(pairing, noon):
    session = SessionFactory(pairing=pairing)
    assert services.propose(pairing=pairing, by=pairing.first, text="Yes", session=session, now=noon).session == session

    with pytest.raises(ValueError, match="same pairing"):
        services.propose(pairing=pairing, by=pairing.first, text="Yes", session=SessionFactory(), now=noon)


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_decisions_are_made_while_the_pairing_is_active_only(state, noon):
    pairing = PairingFactory(**{state: True})
    open_one, standing = DecisionFactory(pairing=pairing), DecisionFactory(pairing=pairing, standing=True, try_until=noon.date())
    first, second = pairing.halves

    for act in (
        lambda: services.propose(pairing=pairing, by=first, text="Yes", now=noon),
        lambda: services.suggest(in_place_of=open_one, by=second, text="No", now=noon),
        lambda: services.agree(decision=open_one, by=second, now=noon),
        lambda: services.decline(decision=open_one, by=second, now=noon),
        lambda: services.withdraw(decision=open_one, by=first, now=noon),
        lambda: services.reopen(decision=standing, by=first, now=noon - DAY),
        lambda: services.keep(decision=standing, by=first, now=noon),
        lambda: services.let_go(decision=standing, by=first, now=noon),
    ):
        with pytest.raises(Refused, match="while it is active"):
            act()


def test_nobody_else_decides_for_the_two(pairing, noon):
    open_one, standing = DecisionFactory(pairing=pairing), DecisionFactory(pairing=pairing, standing=True, try_until=noon.date())

    for other in [pairing.coordinator, MembershipFactory(admin=True, program=pairing.program), MembershipFactory(program=pairing.program)]:
        with pytest.raises(Refused):
            services.propose(pairing=pairing, by=other, text="Yes", now=noon)
        for act in (services.agree, services.decline, services.withdraw):
            with pytest.raises(Refused):
                act(decision=open_one, by=other, now=noon)
        for act in (services.reopen, services.keep, services.let_go):
            with pytest.raises(Refused):
                act(decision=standing, by=other, now=noon)
        with pytest.raises(Refused):
            services.suggest(in_place_of=standing, by=other, text="Yes", now=noon)


# --- once it stands ---


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_reopens_it_within_the_days_and_that_it_stood_remains_a_fact(half, standing, pairing, noon):
    services.reopen(decision=standing, by=getattr(pairing, half), now=noon + 14 * DAY)

    assert again(standing).state == State.REOPENED
    assert facts(Fact.Kind.DECISION_STOOD).count() == 1


def test_after_those_days_it_is_not_reopened_but_a_change_can_be_proposed(standing, pairing, noon):
    late = noon + 15 * DAY
    with pytest.raises(Refused, match="within 14 days"):
        services.reopen(decision=standing, by=pairing.first, now=late)

    change = services.suggest(in_place_of=standing, by=pairing.first, text="Meet every week", now=late)

    assert again(standing).state == State.STANDS
    services.agree(decision=change, by=pairing.second, now=late)
    assert (again(standing).state, again(change).state) == (State.CHANGED, State.STANDS)


def test_a_change_that_is_not_agreed_leaves_what_stood(standing, pairing, noon):
    change = services.suggest(in_place_of=standing, by=pairing.first, text="Meet every week", now=noon)

    services.decline(decision=change, by=pairing.second, now=noon)

    assert again(standing).state == State.STANDS


def test_one_change_waits_at_a_time(standing, pairing, noon):
    services.suggest(in_place_of=standing, by=pairing.first, text="Meet every week", now=noon)

    with pytest.raises(Refused, match="waits for an answer already"):
        services.suggest(in_place_of=standing, by=pairing.second, text="Meet every month", now=noon)


@pytest.mark.parametrize("answers", [1, 2, 3])
def test_however_often_something_else_answers_a_change_the_last_of_them_ends_what_stood(answers, standing, pairing, noon):
    halves = [pairing.first, pairing.second]
    latest = services.suggest(in_place_of=standing, by=halves[0], text="Change 0", now=noon)
    for number in range(1, answers + 1):
        latest = services.suggest(in_place_of=latest, by=halves[number % 2], text=f"Change {number}", now=noon)
        assert again(standing).state == State.STANDS

    services.agree(decision=latest, by=halves[(answers + 1) % 2], now=noon)

    assert list(Decision.objects.filter(state=State.STANDS)) == [latest]


def test_while_something_else_answers_a_change_no_other_change_waits_beside_it(standing, pairing, noon):
    change = services.suggest(in_place_of=standing, by=pairing.first, text="Meet every week", now=noon)
    services.suggest(in_place_of=change, by=pairing.second, text="Meet every month", now=noon)

    with pytest.raises(Refused, match="waits for an answer already"):
        services.suggest(in_place_of=standing, by=pairing.first, text="Meet every day", now=noon)


def test_what_is_agreed_in_place_of_a_reopened_one_ends_what_took_its_place_before(standing, pairing, noon):
    services.reopen(decision=standing, by=pairing.first, now=noon)
    for text in ("Meet every week", "Meet every month"):
        latest = services.suggest(in_place_of=standing, by=pairing.first, text=text, now=noon)
        services.agree(decision=latest, by=pairing.second, now=noon)

    assert list(Decision.objects.filter(state=State.STANDS)) == [latest]


def test_what_was_reopened_can_be_proposed_anew_by_either(standing, pairing, noon):
    services.reopen(decision=standing, by=pairing.first, now=noon)

    new = services.suggest(in_place_of=standing, by=pairing.second, text=standing.text, now=noon)

    assert services.agree(decision=new, by=pairing.first, now=noon).state == State.STANDS
    assert again(standing).state == State.REOPENED


def trying(pairing, noon):
    return DecisionFactory(pairing=pairing, standing=True, proposed_at=noon - 30 * DAY, try_until=noon.date())


def test_a_try_that_ended_stands_again_when_both_keep_it(pairing, noon):
    decision = trying(pairing, noon)

    services.keep(decision=decision, by=pairing.second, now=noon)
    assert not again(decision).stands_on(noon.date())

    services.keep(decision=decision, by=pairing.first, now=noon + DAY)
    assert again(decision).stands_on(noon.date() + DAY)
    assert again(decision).stands_on(noon.date() + 100 * DAY)


def test_keeping_twice_is_no_second_voice(pairing, noon):
    decision = trying(pairing, noon)

    for when in (noon, noon, noon + DAY):
        services.keep(decision=decision, by=pairing.second, now=when)

    assert not again(decision).stands_on(noon.date() + DAY)
    assert AuditEvent.objects.filter(verb="decision.kept").count() == 1


def test_nothing_is_kept_before_its_day(pairing, noon):
    decision = trying(pairing, noon)

    with pytest.raises(Refused, match="Nobody is asked"):
        services.keep(decision=decision, by=pairing.first, now=noon - DAY)


@pytest.mark.parametrize("half", ["first", "second"])
def test_a_try_that_one_of_the_two_does_not_want_any_more_is_over(half, pairing, noon):
    decision = trying(pairing, noon)
    services.keep(decision=decision, by=pairing.first, now=noon)

    services.let_go(decision=decision, by=getattr(pairing, half), now=noon)

    assert again(decision).state == State.OVER


def test_what_is_no_try_is_not_let_go_by_one(pairing, noon):
    decision = DecisionFactory(pairing=pairing, standing=True, look_again_on=noon.date())

    with pytest.raises(Refused, match="its try has ended"):
        services.let_go(decision=decision, by=pairing.first, now=noon)


def test_looking_again_is_done_when_both_keep_it(pairing, noon):
    decision = DecisionFactory(pairing=pairing, standing=True, look_again_on=noon.date())

    for half in pairing.halves:
        assert again(decision).asked_again_since(noon.date())
        services.keep(decision=decision, by=half, now=noon)

    assert again(decision).asked_again_since(noon.date() + 100 * DAY) is None


@pytest.mark.parametrize("act", [services.withdraw, services.decline, services.reopen, services.let_go])
def test_ending_it_twice_changes_nothing(act, pairing, noon):
    decision = {
        services.withdraw: lambda: DecisionFactory(pairing=pairing, proposed_at=noon),
        services.decline: lambda: DecisionFactory(pairing=pairing, proposed_by=pairing.second, proposed_at=noon),
        services.reopen: lambda: DecisionFactory(pairing=pairing, standing=True, proposed_at=noon),
        services.let_go: lambda: trying(pairing, noon),
    }[act]()

    for when in (noon, noon + timedelta(hours=1)):
        act(decision=decision, by=pairing.first, now=when)

    assert again(decision).ended_at == noon


# --- a pause ---


def rest_and_go_on(pairing, since, until):
    """As the mail does in between: what is not owed while it rests is dropped."""
    pauses.pause(pairing=pairing, by=pairing.first, now=since)
    letters().update(state=OutboxMessage.State.CANCELLED, ended_at=since)
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=until)


def test_what_waits_still_after_a_pause_is_written_of_then(proposed, pairing, noon):
    for pause in (1, 2):
        rest_and_go_on(pairing, noon + pause * DAY, noon + (pause + 7) * DAY)

        assert letters().get().recipient_id == pairing.second.user_id


def test_a_short_pause_makes_no_second_letter(proposed, pairing, noon):
    pauses.pause(pairing=pairing, by=pairing.first, now=noon)
    pauses.go_on(pairing=pairing, by=pairing.coordinator, now=noon)

    assert letters().count() == 1


def test_who_was_written_to_before_a_pause_is_not_written_to_again(proposed, pairing, noon):
    letters().update(state=OutboxMessage.State.SENT, sent_at=noon, ended_at=noon)

    rest_and_go_on(pairing, noon + DAY, noon + 7 * DAY)

    assert not letters().exists()


ACTS = ("agree", "decline", "withdraw", "reopen", "keep", "let_go", "suggest", "propose")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(ACTS), st.booleans(), st.integers(0, 3), st.integers(0, 9)), max_size=25))
def test_whatever_the_two_do_it_stands_on_both_yeses_and_only_one_change_waits(pairing, noon, steps):
    with transaction.atomic():
        now = noon
        for number, (act, is_first, which, days) in enumerate(steps):
            now += days * DAY
            by = pairing.first if is_first else pairing.second
            known = list(Decision.objects.order_by("-pk"))
            words = {"text": f"Text {number}", "try_until": (now + 5 * DAY).date() if which == 1 else None}
            try:
                if act == "propose" or not known:
                    services.propose(pairing=pairing, by=by, now=now, **words)
                elif act == "suggest":
                    services.suggest(in_place_of=known[which % len(known)], by=by, now=now, **words)
                else:
                    getattr(services, act)(decision=known[which % len(known)], by=by, now=now)
            except Refused:
                continue
        both_agreed = Decision.objects.exclude(first_agreed_at=None).exclude(second_agreed_at=None)
        assert set(facts(Fact.Kind.DECISION_STOOD).values_list("source_id", flat=True)) == set(both_agreed.values_list("pk", flat=True))
        assert set(letters().values_list("subject", flat=True)) == {
            str(key) for key in Decision.objects.open().values_list("pk", flat=True)
        }
        lines = [decision.began_with_id or decision.pk for decision in Decision.objects.filter(state=State.STANDS)]
        assert len(lines) == len(set(lines))
        transaction.set_rollback(True)


# --- at the same moment, on real connections ---


@pytest.mark.django_db(transaction=True)
def test_eight_who_agree_at_once_make_one_decision_that_stands(noon):
    pairing = PairingFactory(active=True)
    decision = services.propose(pairing=pairing, by=pairing.first, text="Yes", now=noon)

    results = at_once(
        *(lambda half=half: services.agree(decision=decision, by=half, now=noon) for half in pairing.halves for _ in range(4))
    )

    assert again(decision).state == State.STANDS
    assert all(isinstance(result, Decision | Refused) for result in results)
    assert AuditEvent.objects.filter(verb="decision.agreed").count() == 1
    assert facts(Fact.Kind.DECISION_STOOD).count() == 1


@pytest.mark.django_db(transaction=True)
def test_agreeing_and_taking_back_at_once_leave_one_of_the_two(noon):
    for _ in range(5):
        pairing = PairingFactory(active=True)
        decision = services.propose(pairing=pairing, by=pairing.first, text="Yes", now=noon)

        results = at_once(
            lambda pairing=pairing, decision=decision: services.agree(decision=decision, by=pairing.second, now=noon),
            lambda pairing=pairing, decision=decision: services.withdraw(decision=decision, by=pairing.first, now=noon),
        )

        assert sum(isinstance(result, Refused) for result in results) == 1
        stands = again(decision).state == State.STANDS
        assert stands or again(decision).state == State.WITHDRAWN
        assert Fact.objects.filter(kind=Fact.Kind.DECISION_STOOD, source_id=decision.pk).exists() == stands


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_proposed_at_once_one_waits(noon):
    pairing = PairingFactory(active=True)
    decision = DecisionFactory(pairing=pairing, standing=True)

    results = at_once(
        *(lambda half=half: services.suggest(in_place_of=decision, by=half, text="Another", now=noon) for half in pairing.halves)
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert Decision.objects.open().get().in_place_of == decision


@pytest.mark.django_db(transaction=True)
def test_both_keeping_it_at_once_keep_it(noon):
    pairing = PairingFactory(active=True)
    decision = trying(pairing, noon)

    at_once(*(lambda half=half: services.keep(decision=decision, by=half, now=noon) for half in pairing.halves))

    assert again(decision).stands_on(noon.date())
