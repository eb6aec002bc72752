import itertools
from datetime import timedelta

import pytest

from checkins.agendas import services
from checkins.agendas.models import AgendaItem, NothingThisTime
from checkins.agendas.suggestions import BY_KEY
from matching.facts.models import Fact
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.factories.checkins import AgendaItemFactory, SessionFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


@pytest.mark.parametrize("half", ["first", "second"])
def test_either_half_adds_a_topic_under_their_own_name(half, noon):
    pairing = PairingFactory(active=True)
    author = getattr(pairing, half)

    item = services.add(pairing=pairing, by=author, text="  How we\n start ", now=noon)

    assert (item.author, item.text, item.raised_at) == (author, "How we start", noon)
    assert Fact.objects.get(kind=Fact.Kind.TOPIC_RAISED, source_id=item.pk).by == author
    assert AuditEvent.objects.filter(verb="agenda.added", object_id=str(item.pk)).exists()


def test_nobody_else_adds_a_topic_whatever_role_they_have(noon):
    pairing = PairingFactory(active=True)
    others = [
        pairing.coordinator,
        MembershipFactory(admin=True, program=pairing.program),
        MembershipFactory(program=pairing.program),
    ]

    for other in others:
        with pytest.raises(Refused):
            services.add(pairing=pairing, by=other, text="A word", now=noon)

    assert not AgendaItem.objects.exists()


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_topics_are_added_while_the_pairing_is_active_only(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused, match="while it is active"):
        services.add(pairing=pairing, by=pairing.first, text="A word", now=noon)


@pytest.mark.parametrize("text", ["", "   ", "x" * 301])
def test_a_topic_is_one_line_with_something_in_it(text, noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused, match="one line"):
        services.add(pairing=pairing, by=pairing.first, text=text, now=noon)


def test_a_slip_counts_for_nobody(noon):
    pairing = PairingFactory(active=True)
    item = services.add(pairing=pairing, by=pairing.second, text="Oh", now=noon)

    services.withdraw(item=item, by=pairing.second, now=noon + timedelta(minutes=59))

    assert not AgendaItem.objects.open().exists()
    assert not Fact.objects.counted().exists()


def test_a_topic_that_stood_for_a_day_was_raised_all_the_same(noon):
    pairing = PairingFactory(active=True)
    item = services.add(pairing=pairing, by=pairing.second, text="Oh", now=noon)

    services.withdraw(item=item, by=pairing.second, now=noon + timedelta(days=1))

    assert Fact.objects.counted().count() == 1


def test_the_other_half_cannot_take_it_back(noon):
    item = AgendaItemFactory()

    with pytest.raises(Refused):
        services.withdraw(item=item, by=item.pairing.second, now=noon)


def test_what_was_talked_about_cannot_be_taken_back(noon):
    item = AgendaItemFactory(discussed=True)

    with pytest.raises(Refused):
        services.withdraw(item=item, by=item.author, now=noon)


def test_taking_back_twice_changes_nothing(noon):
    item = AgendaItemFactory()
    services.withdraw(item=item, by=item.author, now=noon)

    again = services.withdraw(item=item, by=item.author, now=noon + timedelta(hours=1))

    assert again.withdrawn_at == noon


def test_neither_half_fills_the_agenda_for_the_other(noon):
    pairing = PairingFactory(active=True)
    AgendaItemFactory.create_batch(services.MOST_OPEN, pairing=pairing, author=pairing.first)

    with pytest.raises(Refused, match="topics of yours"):
        services.add(pairing=pairing, by=pairing.first, text="One more", now=noon)

    assert services.add(pairing=pairing, by=pairing.second, text="My first", now=noon).pk


# --- the words ---


def edit(item, by, noon, **changes):
    typed = {"text": item.text if by == item.author else None, "points": item.points, "version": item.version}
    return services.edit(item=item, by=by, now=noon, **{**typed, **changes})


def test_who_added_a_topic_changes_its_words(noon):
    item = AgendaItemFactory(text="The poser")

    saved = edit(item, item.author, noon, text=" The\nposter ")

    assert (saved.text, saved.version) == ("The poster", 2)
    assert AuditEvent.objects.filter(verb="agenda.edited", object_id=str(item.pk)).exists()


def test_nobody_changes_the_words_of_the_other(noon):
    item = AgendaItemFactory(text="Mine")

    with pytest.raises(Refused, match="Only who added"):
        edit(item, item.pairing.second, noon, text="Yours")

    assert AgendaItem.objects.get().text == "Mine"


def test_both_write_points_under_a_topic(noon):
    item = AgendaItemFactory()

    item = edit(item, item.pairing.second, noon, points="A link")
    item = edit(item, item.pairing.first, noon, points="A link\r\nA question")

    assert item.points == "A link\nA question"


def test_who_began_before_the_last_save_is_told_and_shown_what_is_there(noon):
    item = AgendaItemFactory(points="Old")
    edit(item, item.pairing.second, noon, points="Theirs")

    with pytest.raises(services.SavedMeanwhile) as met:
        edit(item, item.pairing.first, noon, points="Mine")

    assert met.value.item.points == "Theirs"
    assert AgendaItem.objects.get().points == "Theirs"


def test_saving_what_is_there_already_is_no_collision(noon):
    item = AgendaItemFactory(points="Old")
    edit(item, item.pairing.second, noon, points="New")

    assert edit(item, item.pairing.first, noon, points="New").version == 2


@pytest.mark.parametrize(("state", "said"), [("discussed", "talked about"), ("withdrawn", "taken back")])
def test_a_topic_that_is_over_keeps_its_words(state, said, noon):
    item = AgendaItemFactory(**{state: True})

    with pytest.raises(Refused, match=said):
        edit(item, item.author, noon, text="Other words")


def test_a_topic_of_a_pairing_that_has_stopped_keeps_its_words(noon):
    item = AgendaItemFactory(pairing=PairingFactory(paused=True))

    with pytest.raises(Refused, match="while it is active"):
        edit(item, item.author, noon, text="Other words")


def test_points_have_an_end(noon):
    item = AgendaItemFactory()

    with pytest.raises(Refused, match="at most"):
        edit(item, item.author, noon, points="x" * 10_001)


# --- the order ---


def three_topics(pairing):
    return [AgendaItemFactory(pairing=pairing, text=text) for text in "ABC"]


def order_of(pairing):
    return "".join(AgendaItem.objects.filter(pairing=pairing).open().for_list().values_list("text", flat=True))


@pytest.mark.parametrize(("which", "up", "order"), [(2, True, "ACB"), (0, False, "BAC"), (0, True, "ABC"), (2, False, "ABC")])
def test_either_half_moves_a_topic_by_one_place(which, up, order, noon):
    pairing = PairingFactory(active=True)
    topics = three_topics(pairing)

    services.move(item=topics[which], by=pairing.second, up=up, now=noon)

    assert order_of(pairing) == order


def test_a_move_passes_by_what_is_not_open(noon):
    pairing = PairingFactory(active=True)
    _, gone, last = three_topics(pairing)
    services.withdraw(item=gone, by=pairing.first, now=noon)

    services.move(item=last, by=pairing.first, up=True, now=noon)

    assert order_of(pairing) == "CA"


def test_what_is_over_is_not_moved(noon):
    pairing = PairingFactory(active=True)
    _, gone, _ = three_topics(pairing)
    services.withdraw(item=gone, by=pairing.first, now=noon)

    services.move(item=gone, by=pairing.first, up=True, now=noon)

    assert not AuditEvent.objects.filter(verb="agenda.moved").exists()


def test_nobody_else_moves_a_topic(noon):
    pairing = PairingFactory(active=True)
    topics = three_topics(pairing)

    with pytest.raises(Refused):
        services.move(item=topics[1], by=pairing.coordinator, up=True, now=noon)


def test_a_new_topic_comes_last(noon):
    pairing = PairingFactory(active=True)
    three_topics(pairing)

    services.add(pairing=pairing, by=pairing.second, text="D", now=noon)

    assert order_of(pairing) == "ABCD"


# --- nothing from me this time ---


def test_a_half_says_that_there_is_nothing_from_them_this_time(noon):
    pairing = PairingFactory(active=True)

    for _ in range(2):
        services.say_nothing(pairing=pairing, by=pairing.first, now=noon)

    assert NothingThisTime.objects.get().membership == pairing.first
    assert AuditEvent.objects.filter(verb="agenda.nothing").count() == 1
    assert not Fact.objects.exists()


def test_adding_a_topic_takes_it_back_for_who_adds_it_only(noon):
    pairing = PairingFactory(active=True)
    for half in pairing.halves:
        services.say_nothing(pairing=pairing, by=half, now=noon)

    services.add(pairing=pairing, by=pairing.first, text="After all", now=noon)

    assert NothingThisTime.objects.get().membership == pairing.second


def test_who_has_a_topic_on_the_agenda_has_something(noon):
    item = AgendaItemFactory()

    with pytest.raises(Refused, match="topic of yours"):
        services.say_nothing(pairing=item.pairing, by=item.author, now=noon)

    assert services.say_nothing(pairing=item.pairing, by=item.pairing.second, now=noon).pk


def test_nobody_else_says_it_for_them(noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused):
        services.say_nothing(pairing=pairing, by=pairing.coordinator, now=noon)


@pytest.mark.parametrize(("began", "stays"), [(timedelta(hours=-1), True), (timedelta(hours=1), False)])
def test_it_counts_until_the_next_session_is_logged(began, stays, noon):
    pairing = PairingFactory(active=True)
    services.say_nothing(pairing=pairing, by=pairing.first, now=noon)

    services.settle(pairing=pairing, by=pairing.first, reached=[], session_began_at=noon + began)

    assert NothingThisTime.objects.exists() == stays


# --- suggestions ---


def test_a_suggestion_stands_under_the_name_of_who_adds_it(noon):
    pairing = PairingFactory(active=True)

    item = services.use_suggestion(pairing=pairing, by=pairing.second, key="first-hopes", now=noon)

    assert (item.author, item.text) == (pairing.second, str(BY_KEY["first-hopes"].words))
    assert Fact.objects.get(kind=Fact.Kind.TOPIC_RAISED).by == pairing.second


def test_a_suggestion_is_on_the_agenda_once(noon):
    pairing = PairingFactory(active=True)
    services.use_suggestion(pairing=pairing, by=pairing.second, key="first-hopes", now=noon)

    with pytest.raises(Refused, match="already"):
        services.use_suggestion(pairing=pairing, by=pairing.first, key="first-hopes", now=noon)


def test_a_suggestion_that_nobody_knows_is_refused(noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused, match="not there any more"):
        services.use_suggestion(pairing=pairing, by=pairing.first, key="no-such", now=noon)


def test_a_suggestion_is_added_by_the_two_alone(noon):
    pairing = PairingFactory(active=True)

    with pytest.raises(Refused):
        services.use_suggestion(pairing=pairing, by=pairing.coordinator, key="first-hopes", now=noon)


# --- both at the same moment ---


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_one_topic_at_once_one_is_shown_what_the_other_wrote(noon):
    item = AgendaItemFactory(points="Old")

    results = at_once(
        lambda: edit(item, item.pairing.first, noon, points="One"), lambda: edit(item, item.pairing.second, noon, points="Two")
    )

    saved = next(result for result in results if isinstance(result, AgendaItem))
    collided = next(result for result in results if isinstance(result, services.SavedMeanwhile))
    assert collided.item.points == saved.points == AgendaItem.objects.get().points


@pytest.mark.django_db(transaction=True)
def test_of_two_who_change_the_order_at_once_neither_loses_a_move(noon):
    pairing = PairingFactory(active=True)
    first, _, last = three_topics(pairing)

    at_once(
        lambda: services.move(item=first, by=pairing.first, up=False, now=noon),
        lambda: services.move(item=last, by=pairing.second, up=True, now=noon),
    )

    # A goes down past B and C comes up past A, or C comes up past B and A goes down past C.
    assert order_of(pairing) in {"BCA", "CAB"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_one_suggestion_at_once_one_is_told(noon):
    pairing = PairingFactory(active=True)

    results = at_once(
        *(lambda half=half: services.use_suggestion(pairing=pairing, by=half, key="first-hopes", now=noon) for half in pairing.halves)
    )

    assert sum(isinstance(result, Refused) for result in results) == 1
    assert AgendaItem.objects.count() == 1


# --- not talked about after all ---


@pytest.fixture
def reached(pairing, noon):
    """Added by the second half; the first logged that they got to it."""
    item = AgendaItemFactory(pairing=pairing, author=pairing.second, raised_at=noon - timedelta(days=3))
    session = SessionFactory(pairing=pairing, starts_at=noon - timedelta(days=1))
    session.topics.set(services.settle(pairing=pairing, by=pairing.first, reached=[item.pk], session_began_at=session.starts_at))
    item.refresh_from_db()
    return item


@pytest.mark.parametrize("side", ["first", "second"])
def test_who_added_a_topic_or_said_they_got_to_it_opens_it_again(side, reached, pairing, noon):
    for _ in range(2):
        services.open_again(item=reached, by=getattr(pairing, side), now=noon)

    reached.refresh_from_db()
    assert reached.is_open
    assert reached.carried_over_at == noon - timedelta(days=1)
    assert not reached.sessions.exists()
    assert AuditEvent.objects.filter(verb="agenda.opened_again").count() == 1


def test_what_one_half_added_and_said_was_reached_the_other_does_not_open_again(pairing, noon):
    item = AgendaItemFactory(pairing=pairing, author=pairing.first, discussed_at=noon, discussed_said_by=pairing.first)

    with pytest.raises(Refused, match="can open it again"):
        services.open_again(item=item, by=pairing.second, now=noon)


def test_a_suggested_topic_is_not_opened_again_beside_itself(pairing, noon):
    item = AgendaItemFactory(pairing=pairing, discussed_at=noon, suggestion="hopes")
    AgendaItemFactory(pairing=pairing, suggestion="hopes")

    with pytest.raises(Refused, match="once more already"):
        services.open_again(item=item, by=pairing.first, now=noon)


def test_a_full_agenda_takes_no_topic_back(pairing, noon):
    item = AgendaItemFactory(pairing=pairing, discussed_at=noon)
    AgendaItemFactory.create_batch(services.MOST_OPEN, pairing=pairing)

    with pytest.raises(Refused, match="is full"):
        services.open_again(item=item, by=pairing.first, now=noon)


def test_whose_topic_is_open_again_has_something_this_time(reached, pairing, noon):
    services.say_nothing(pairing=pairing, by=pairing.second, now=noon)

    services.open_again(item=reached, by=pairing.first, now=noon)

    assert not NothingThisTime.objects.exists()


@pytest.mark.parametrize("state", ["paused", "closed"])
def test_what_was_talked_about_stays_so_when_the_pairing_has_stopped(state, noon):
    pairing = PairingFactory(**{state: True})

    with pytest.raises(Refused):
        services.open_again(item=AgendaItemFactory(pairing=pairing, discussed=True), by=pairing.first, now=noon)


# --- put elsewhere in one go ---


def open_of(pairing):
    return list(AgendaItem.objects.filter(pairing=pairing).open().for_list())


def test_wherever_a_topic_is_put_it_stands_before_the_one_named_and_the_others_keep_their_order(pairing, noon):
    # Where they stand is not where they were added.
    for position in (2, 5, 1, 4):
        AgendaItemFactory(pairing=pairing, position=position)
    items = open_of(pairing)

    for item, there in itertools.product(items, [*items, None]):
        before = open_of(pairing)
        others = [one for one in before if one != item]

        services.place(item=item, by=pairing.second, before=there.pk if there else None, now=noon)

        after = open_of(pairing)
        assert [one for one in after if one != item] == others
        where = len(others) if there is None else before.index(item) if there == item else others.index(there)
        assert after.index(item) == where


def test_what_is_put_before_a_topic_that_is_gone_stays_where_it_was(pairing, noon):
    first, gone, last = AgendaItemFactory.create_batch(3, pairing=pairing)
    services.withdraw(item=gone, by=pairing.first, now=noon)

    services.place(item=last, by=pairing.first, before=gone.pk, now=noon)

    assert open_of(pairing) == [first, last]


def test_topics_of_another_pairing_are_no_place(pairing, noon):
    first, last, elsewhere = AgendaItemFactory(pairing=pairing), AgendaItemFactory(pairing=pairing), AgendaItemFactory()

    services.place(item=last, by=pairing.first, before=elsewhere.pk, now=noon)

    assert open_of(pairing) == [first, last]


def test_only_the_two_put_topics_elsewhere_and_only_while_they_are_active(noon):
    stopped, active = PairingFactory(paused=True), PairingFactory(active=True)

    for pairing, by in ((stopped, stopped.first), (active, active.coordinator)):
        with pytest.raises(Refused, match="while it is active"):
            services.place(item=AgendaItemFactory(pairing=pairing), by=by, before=None, now=noon)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_put_topics_elsewhere_at_once_both_are_heard(noon):
    pairing = PairingFactory(active=True)
    first, second, third = AgendaItemFactory.create_batch(3, pairing=pairing)

    at_once(
        lambda: services.place(item=first, by=pairing.first, before=None, now=noon),
        lambda: services.place(item=third, by=pairing.second, before=second.pk, now=noon),
    )

    assert open_of(pairing) == [third, second, first]
