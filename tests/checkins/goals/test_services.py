from datetime import timedelta

import pytest

from checkins.goals import services
from checkins.goals.models import Goal
from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from tests.at_once import at_once
from tests.factories.checkins import GoalFactory
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db

State = Goal.State
ENDS = [(services.reach, State.REACHED), (services.let_go, State.LET_GO)]


@pytest.fixture
def pairing():
    return PairingFactory(active=True)


def again(goal):
    return Goal.objects.get(pk=goal.pk)


@pytest.mark.parametrize("mentor", Pairing.Mentor.values)
@pytest.mark.parametrize("half", ["first", "second"])
def test_each_half_has_goals_of_their_own_whoever_is_the_mentor(half, mentor, noon):
    pairing = PairingFactory(active=True, mentor=mentor)
    by = getattr(pairing, half)

    goal = services.add(pairing=pairing, by=by, text=" Speak\n in public ", why=" For work. ", now=noon)

    assert (goal.whose, goal.written_by, goal.text, goal.why, goal.state) == (half, by, "Speak in public", "For work.", State.OPEN)
    assert AuditEvent.objects.filter(verb="goal.added", object_id=str(goal.pk)).exists()


def test_a_goal_of_both_is_changed_by_either(pairing, noon):
    goal = GoalFactory(pairing=pairing, of_both=True)

    services.edit(goal=goal, by=pairing.second, text="A poster", version=1, now=noon)
    services.edit(goal=goal, by=pairing.first, text="A paper", version=2, now=noon)

    assert (again(goal).whose, again(goal).text, again(goal).version) == ("both", "A paper", 3)


@pytest.mark.parametrize(("one", "other"), [("first", "second"), ("second", "first")])
def test_a_goal_of_both_is_open_once_the_other_wants_it_too(one, other, pairing, noon):
    one, other = getattr(pairing, one), getattr(pairing, other)
    goal = services.add(pairing=pairing, by=one, text="A talk", together=True, now=noon)
    assert again(goal).state == State.PROPOSED
    with pytest.raises(Refused, match="your yes"):
        services.agree(goal=goal, by=one, version=1, now=noon)

    for _ in range(2):
        services.agree(goal=goal, by=other, version=1, now=noon)

    assert again(goal).state == State.OPEN
    assert AuditEvent.objects.filter(verb="goal.agreed").count() == 1


def test_who_changes_a_goal_that_waits_asks_the_other(pairing, noon):
    goal = GoalFactory(pairing=pairing, proposed=True)

    services.edit(goal=goal, by=pairing.second, text="Something smaller", version=1, now=noon)

    assert (again(goal).state, again(goal).has_agreed(pairing.first), again(goal).has_agreed(pairing.second)) == ("proposed", False, True)


def test_a_yes_is_to_the_words_that_were_read(pairing, noon):
    goal = GoalFactory(pairing=pairing, proposed=True)
    services.edit(goal=goal, by=pairing.first, text="Something else", version=1, now=noon)

    with pytest.raises(services.Collided):
        services.agree(goal=goal, by=pairing.second, version=1, now=noon)

    assert again(goal).state == State.PROPOSED


@pytest.mark.parametrize("side", ["first", "second"])
def test_one_no_is_enough_to_a_goal_that_waits(side, pairing, noon):
    goal = GoalFactory(pairing=pairing, proposed=True)

    services.let_go(goal=goal, by=getattr(pairing, side), now=noon)

    assert again(goal).state == State.LET_GO


@pytest.mark.parametrize(("act", "state"), ENDS)
def test_a_goal_of_both_is_settled_when_both_say_the_same(act, state, pairing, noon):
    goal = GoalFactory(pairing=pairing, of_both=True)

    for _ in range(2):
        act(goal=goal, by=pairing.second, now=noon)
    assert again(goal).state == State.OPEN

    act(goal=goal, by=pairing.first, now=noon + timedelta(days=1))
    assert (again(goal).state, again(goal).settled_at) == (state, noon + timedelta(days=1))


def test_where_the_two_say_different_things_it_stays_open_and_each_can_change_their_word(pairing, noon):
    goal = GoalFactory(pairing=pairing, of_both=True)
    services.reach(goal=goal, by=pairing.first, now=noon)
    services.let_go(goal=goal, by=pairing.second, now=noon)
    assert again(goal).state == State.OPEN

    services.take_up(goal=goal, by=pairing.first, now=noon)
    assert (again(goal).first_says, again(goal).second_says) == ("", "let_go")

    services.reach(goal=goal, by=pairing.second, now=noon)
    services.reach(goal=goal, by=pairing.first, now=noon)
    assert again(goal).state == State.REACHED


def test_a_goal_of_both_is_taken_up_again_by_both(pairing, noon):
    goal = GoalFactory(pairing=pairing, of_both=True, reached=True)

    services.take_up(goal=goal, by=pairing.second, now=noon)
    assert again(goal).state == State.PROPOSED

    services.agree(goal=goal, by=pairing.first, version=1, now=noon)
    assert again(goal).state == State.OPEN


@pytest.mark.django_db(transaction=True)
def test_of_two_who_say_the_same_at_once_both_are_heard(noon):
    goal = GoalFactory(of_both=True)

    at_once(*(lambda half=half: services.reach(goal=goal, by=half, now=noon) for half in goal.pairing.halves))

    assert again(goal).state == State.REACHED


def test_nobody_touches_a_goal_of_the_other(pairing, noon):
    goal, done = GoalFactory(pairing=pairing), GoalFactory(pairing=pairing, reached=True)

    for act in (
        lambda: services.edit(goal=goal, by=pairing.second, text="Mine", version=1, now=noon),
        lambda: services.reach(goal=goal, by=pairing.second, now=noon),
        lambda: services.let_go(goal=goal, by=pairing.second, now=noon),
        lambda: services.take_up(goal=done, by=pairing.second, now=noon),
    ):
        with pytest.raises(Refused, match="hose"):
            act()


def test_who_saves_an_old_version_overwrites_nothing_and_learns_what_is_there(pairing, noon):
    goal = GoalFactory(pairing=pairing, of_both=True)
    services.edit(goal=goal, by=pairing.first, text="Theirs", version=1, now=noon)

    with pytest.raises(services.Collided) as collided:
        services.edit(goal=goal, by=pairing.second, text="Mine", version=1, now=noon)

    assert collided.value.goal.text == "Theirs"
    assert again(goal).text == "Theirs"


def test_saving_what_is_there_collides_with_nothing(pairing, noon):
    goal = GoalFactory(pairing=pairing, of_both=True)
    services.edit(goal=goal, by=pairing.first, text="The same", version=1, now=noon)

    services.edit(goal=goal, by=pairing.second, text="The same", version=1, now=noon)

    assert (again(goal).version, again(goal).written_by) == (2, pairing.first)


@pytest.mark.parametrize(("act", "state"), ENDS)
def test_a_goal_is_settled_once_and_can_be_taken_up_again(act, state, pairing, noon):
    goal = GoalFactory(pairing=pairing)

    for when in (noon, noon + timedelta(days=1)):
        act(goal=goal, by=pairing.first, now=when)
    assert (again(goal).state, again(goal).settled_at) == (state, noon)

    services.take_up(goal=goal, by=pairing.first, now=noon)
    assert (again(goal).state, again(goal).settled_at) == (State.OPEN, None)


def test_what_was_reached_is_not_let_go(pairing, noon):
    with pytest.raises(Refused):
        services.let_go(goal=GoalFactory(pairing=pairing, reached=True), by=pairing.first, now=noon)


def test_open_goals_are_few_enough_for_a_page(pairing, noon):
    GoalFactory.create_batch(12, pairing=pairing)
    done = GoalFactory(pairing=pairing, reached=True)

    with pytest.raises(Refused, match="12 open goals"):
        services.add(pairing=pairing, by=pairing.first, text="One more", now=noon)
    with pytest.raises(Refused, match="12 open goals"):
        services.take_up(goal=done, by=pairing.first, now=noon)

    assert services.add(pairing=pairing, by=pairing.second, text="One", now=noon)


@pytest.mark.parametrize("text", ["", "  ", "x" * 301])
def test_a_goal_is_one_line_with_something_in_it(text, pairing, noon):
    with pytest.raises(Refused, match="one line"):
        services.add(pairing=pairing, by=pairing.first, text=text, now=noon)


@pytest.mark.parametrize("state", [state for state in Pairing.State if state != Pairing.State.ACTIVE])
def test_goals_change_while_the_pairing_is_active_only(state, noon):
    pairing = PairingFactory(**{state: True})
    goal, done, me = GoalFactory(pairing=pairing), GoalFactory(pairing=pairing, reached=True), pairing.first

    for act in (
        lambda: services.add(pairing=pairing, by=me, text="One", now=noon),
        lambda: services.edit(goal=goal, by=me, text="Two", version=1, now=noon),
        lambda: services.reach(goal=goal, by=me, now=noon),
        lambda: services.let_go(goal=goal, by=me, now=noon),
        lambda: services.take_up(goal=done, by=me, now=noon),
    ):
        with pytest.raises(Refused, match="while it is active"):
            act()


def test_nobody_else_sets_goals_for_the_two(pairing, noon):
    for other in [pairing.coordinator, MembershipFactory(admin=True, program=pairing.program), MembershipFactory(program=pairing.program)]:
        with pytest.raises(Refused):
            services.add(pairing=pairing, by=other, text="One", now=noon)
        with pytest.raises(Refused):
            services.edit(goal=GoalFactory(pairing=pairing, of_both=True), by=other, text="Two", version=1, now=noon)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told_and_no_word_is_lost(noon):
    for _ in range(5):
        pairing = PairingFactory(active=True)
        goal = GoalFactory(pairing=pairing, of_both=True)

        results = at_once(
            *(
                lambda goal=goal, half=half: services.edit(goal=goal, by=half, text=f"Of {half.pk}", version=1, now=noon)
                for half in pairing.halves
            )
        )

        collided = [result for result in results if isinstance(result, services.Collided)]
        assert len(collided) == 1
        assert collided[0].goal.text == again(goal).text
        assert again(goal).version == 2
