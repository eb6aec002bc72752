"""What counts is set, moved and taken out; and two people are kept apart, and let go again."""

import pytest

from matching.criteria import services
from matching.criteria.models import Criterion, Exclusion
from matching.criteria.services import Wish
from matching.pairings import services as pairings
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.profiles import services as profiles
from programs.profiles.models import ProfileQuestion
from programs.setup.templates import LIFE_EXPERIENCE, TEMPLATES
from tests.factories.matching import CriterionFactory, ExclusionFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProfileQuestionFactory, ProgramFactory
from tests.times import NOON

Kind, Part, Weight, OfAnswer = Criterion.Kind, Criterion.Part, Criterion.Weight, ProfileQuestion.Kind
Reason = Exclusion.Reason

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return ProgramFactory()


@pytest.fixture
def staff(program):
    return MembershipFactory(program=program, coordinator=True)


def question(program, kind: str = OfAnswer.SEVERAL, **what: object) -> ProfileQuestion:
    return ProfileQuestionFactory(program=program, kind=kind, choices=["1", "2"] if kind != OfAnswer.LANGUAGES else [], **what)


def last_event() -> AuditEvent:
    return AuditEvent.objects.latest("pk")


# --- what counts ---


def test_a_question_counts_after_those_that_count_already(program, staff, noon):
    CriterionFactory(program=program, position=4)

    criterion = services.add(
        program=program,
        question=question(program),
        wish=Wish(kind=Kind.SIMILAR, weight=Weight.MUCH, need=2, is_part=True),
        by=staff,
        now=noon,
    )

    assert (criterion.position, criterion.weight, criterion.need, criterion.part) == (5, 60, 2, Part.ANCHOR)
    assert (last_event().verb, last_event().detail["weight"]) == ("criterion.added", 60)


def test_a_rule_weighs_nothing_and_is_no_part_of_what_is_told(program, staff, noon):
    wish = Wish(kind=Kind.MUST_DIFFER, weight=Weight.MOST, need=3, in_order=True, is_part=True)

    rule = services.add(program=program, question=question(program, OfAnswer.ONE), wish=wish, by=staff, now=noon)

    assert (rule.weight, rule.need, rule.in_order, rule.part) == (0, 1, False, Part.NONE)


@pytest.mark.parametrize(
    ("answered", "kind", "asked_of", "words"),
    [
        (OfAnswer.LONG_TEXT, Kind.SIMILAR, "both", "cannot be compared"),
        (OfAnswer.TIMES, Kind.SIMILAR, "both", "cannot be compared"),
        (OfAnswer.SEVERAL, Kind.SIMILAR, "offering", "Only those who offer"),
        (OfAnswer.SEVERAL, Kind.SIMILAR, "seeking", "Only those who seek"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_the_reason(program, staff, noon, answered, kind, asked_of, words):
    with pytest.raises(Refused, match=words):
        services.add(
            program=program,
            question=question(program, answered, asked_of=asked_of),
            wish=Wish(kind=kind, weight=Weight.SOME),
            by=staff,
            now=noon,
        )


def test_what_one_looks_for_and_another_offers_may_be_two_questions(program, staff, noon):
    looks_for, offers = question(program, asked_of="seeking"), question(program, asked_of="offering")

    made = services.add(
        program=program,
        question=looks_for,
        wish=Wish(kind=Kind.OFFERS, weight=Weight.MOST, mentor_question=offers),
        by=staff,
        now=noon,
    )

    assert made.of_mentor == offers


@pytest.mark.parametrize("wish", [Wish(kind=Kind.SIMILAR), Wish(kind=Kind.SIMILAR, weight=31), Wish(kind=Kind.SIMILAR, weight=30, need=51)])
def test_numbers_that_nobody_could_choose_are_refused(program, staff, noon, wish):
    with pytest.raises(Refused):
        services.add(program=program, question=question(program), wish=wish, by=staff, now=noon)


def test_the_same_way_twice_is_refused(program, staff, noon):
    there = CriterionFactory(program=program)

    with pytest.raises(Refused, match="already"):
        services.add(program=program, question=there.question, wish=Wish(kind=there.kind, weight=Weight.SOME), by=staff, now=noon)


def test_a_question_of_another_program_is_refused(program, staff, noon):
    elsewhere = question(ProgramFactory())

    with pytest.raises(Refused, match="of this program"):
        services.add(program=program, question=elsewhere, wish=Wish(kind=Kind.SIMILAR, weight=Weight.SOME), by=staff, now=noon)


def test_only_those_who_run_the_program_set_what_counts(program, noon):
    for nobody in (MembershipFactory(program=program), MembershipFactory(coordinator=True)):
        with pytest.raises(Refused):
            services.use_suggestion(program=program, by=nobody, now=noon)


def test_a_change_says_what_was_before(staff, program, noon):
    criterion = CriterionFactory(program=program, weight=Weight.SOME)

    services.change(criterion=criterion, wish=Wish(kind=Kind.DIFFERENT, weight=Weight.MOST), by=staff, now=noon)

    criterion.refresh_from_db()
    assert (criterion.kind, criterion.weight) == (Kind.DIFFERENT, 100)
    assert (last_event().detail["kind_before"], last_event().detail["weight_before"]) == ("similar", 30)


def test_a_change_that_changes_nothing_is_no_event(staff, program, noon):
    criterion = CriterionFactory(program=program, weight=Weight.SOME)

    services.change(criterion=criterion, wish=Wish(kind=criterion.kind, weight=Weight.SOME), by=staff, now=noon)

    assert not AuditEvent.objects.exists()


def test_what_somebody_took_out_meanwhile_is_not_changed(staff, program, noon):
    criterion = CriterionFactory(program=program)
    Criterion.objects.all().delete()

    with pytest.raises(Refused, match="taken this out"):
        services.change(criterion=criterion, wish=Wish(kind=Kind.SIMILAR, weight=Weight.MOST), by=staff, now=noon)


def test_it_moves_up_and_at_the_end_it_stays(staff, program, noon):
    first, second = CriterionFactory.create_batch(2, program=program, position=0)

    services.move(criterion=second, up=True, by=staff, now=noon)
    services.move(criterion=second, up=True, by=staff, now=noon)

    assert list(Criterion.objects.for_list()) == [second, first]


def test_it_is_taken_out_and_twice_is_once(staff, program, noon):
    criterion = CriterionFactory(program=program)

    services.remove(criterion=criterion, by=staff, now=noon)
    services.remove(criterion=criterion, by=staff, now=noon)

    assert not Criterion.objects.exists()
    assert AuditEvent.objects.filter(verb="criterion.removed", object_id=str(criterion.pk)).count() == 1


# --- questions change ---


def replace(asked: ProfileQuestion, staff, **what: object) -> ProfileQuestion:
    return profiles.replace_question(
        question=asked, by=staff, now=NOON, **{"text": "Better words?", "kind": asked.kind, "choices": ["1", "2"], **what}
    )


def test_a_criterion_follows_a_question_that_is_replaced(staff, program):
    looks_for, offers = question(program), question(program)
    criterion = CriterionFactory(program=program, kind=Kind.OFFERS, question=looks_for, mentor_question=offers)

    new, new_offers = replace(looks_for, staff), replace(offers, staff)

    criterion.refresh_from_db()
    assert (criterion.question, criterion.mentor_question, criterion.trouble) == (new, new_offers, "")


def test_a_question_that_is_taken_out_leaves_its_criterion_there_with_its_trouble(staff, program, noon):
    criterion = CriterionFactory(program=program)

    profiles.retire_question(question=criterion.question, by=staff, now=noon)

    assert "no longer asked" in Criterion.objects.for_list().get().trouble


def test_a_question_that_is_answered_in_another_way_from_now_on_has_trouble_too(staff, program):
    criterion = CriterionFactory(program=program)

    replace(criterion.question, staff, kind=OfAnswer.LONG_TEXT, choices=[])

    assert "cannot be compared" in Criterion.objects.for_list().get().trouble


# --- our suggestion ---


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=TEMPLATES)
def test_each_kind_of_program_begins_with_what_fits_its_questions(program, staff, noon, template):
    for position, one in enumerate(template.questions):
        ProfileQuestionFactory(
            program=program,
            position=position,
            text=str(one.text),
            kind=one.kind,
            choices=[str(choice) for choice in one.choices],
            asked_of=one.asked_of,
            audience=one.audience,
        )

    made = services.use_suggestion(program=program, by=staff, now=noon)

    assert [criterion.trouble for criterion in made] == [""] * len(made)
    assert {Kind.LANGUAGE, Kind.OVERLAP, Kind.SIMILAR} <= {criterion.kind for criterion in made}
    assert {Part.ANCHOR} <= {criterion.part for criterion in made}
    assert AuditEvent.objects.filter(verb="criterion.added").count() == len(made)
    assert Criterion.objects.count() == len(made)


def test_experience_of_life_is_where_two_differ(program, staff, noon):
    asked = question(program, text=str(LIFE_EXPERIENCE.text))

    (made,) = services.use_suggestion(program=program, by=staff, now=noon)

    assert (made.question, made.kind, made.part) == (asked, Kind.DIFFERENT, Part.DIFFERENCE)


def test_what_coordinators_alone_may_read_is_not_suggested(program, staff, noon):
    question(program, audience=ProfileQuestion.Audience.COORDINATORS)

    with pytest.raises(Refused, match="None of the questions"):
        services.use_suggestion(program=program, by=staff, now=noon)


def test_where_something_counts_already_nothing_is_suggested_over_it(program, staff, noon):
    CriterionFactory(program=program)

    with pytest.raises(Refused, match="already"):
        services.use_suggestion(program=program, by=staff, now=noon)


# --- never these two ---


@pytest.fixture
def two(program):
    return MembershipFactory(program=program), MembershipFactory(program=program)


def apart(two, by, reason: str = Reason.RELATIVE) -> Exclusion:
    return services.exclude(program=two[0].program, one=two[0], other=two[1], reason=reason, by=by, now=NOON)


def test_those_who_run_the_program_keep_two_apart(two, staff):
    exclusion = apart(two, staff)

    assert (exclusion.one, exclusion.other, exclusion.by) == (*two, staff)
    assert (last_event().actor_id, last_event().detail["reason"]) == (staff.user_id, "relative")


def test_somebody_says_in_private_that_the_other_is_not_for_them_and_twice_is_once(two):
    private = apart(two, two[0], Reason.PRIVATE)

    assert apart(two[::-1], two[0], Reason.PRIVATE) == private


def test_both_may_say_so_without_learning_of_each_other(two):
    apart(two, two[0], Reason.PRIVATE)
    apart(two, two[1], Reason.PRIVATE)

    assert Exclusion.objects.count() == 2


def test_of_a_private_choice_the_trail_does_not_say_whose_it_is(two):
    private = apart(two, two[0], Reason.PRIVATE)
    services.take_back(exclusion=private, by=two[0], now=NOON)

    events = AuditEvent.objects.filter(object_type="matching.exclusion")
    assert [event.verb for event in events.order_by("seq")] == ["exclusion.made", "exclusion.taken-back"]
    assert [(event.actor_id, event.detail) for event in events] == [(None, {})] * 2


def test_staff_who_keep_two_apart_do_not_learn_that_one_of_them_did_so_in_private(two, staff):
    apart(two, two[0], Reason.PRIVATE)

    apart(two, staff)

    assert Exclusion.objects.count() == 2


def test_two_who_are_kept_apart_already_are_not_again(two, program, staff):
    apart(two, staff)

    for by in (staff, MembershipFactory(program=program, coordinator=True)):
        with pytest.raises(Refused, match="already"):
            apart(two[::-1], by)


def test_who_may_not_say_so_is_refused(two, program, staff):
    nobodies = [(two[0], Reason.RELATIVE), (MembershipFactory(program=program), Reason.PRIVATE), (staff, Reason.PRIVATE)]
    for by, reason in nobodies:
        with pytest.raises(Refused):
            apart(two, by, reason)

    assert not Exclusion.objects.exists()


def test_two_of_two_programs_and_one_alone_are_no_two(two, staff):
    with pytest.raises(Refused, match="of this program"):
        services.exclude(program=staff.program, one=two[0], other=MembershipFactory(), reason=Reason.STAFF, by=staff, now=NOON)
    with pytest.raises(Refused, match="two different"):
        services.exclude(program=staff.program, one=two[0], other=two[0], reason=Reason.STAFF, by=staff, now=NOON)


def test_it_is_taken_back_and_twice_is_once(program, staff):
    exclusion = ExclusionFactory(program=program)

    services.take_back(exclusion=exclusion, by=staff, now=NOON)
    services.take_back(exclusion=exclusion, by=staff, now=NOON)

    assert not Exclusion.objects.exists()


def test_what_is_private_its_author_alone_takes_back(program, staff):
    private = ExclusionFactory(program=program, private=True)

    for nobody in (staff, private.other):
        with pytest.raises(Refused):
            services.take_back(exclusion=private, by=nobody, now=NOON)
    services.take_back(exclusion=private, by=private.one, now=NOON)

    assert not Exclusion.objects.exists()


def test_nobody_takes_back_what_others_keep_them_from(program):
    concerned = MembershipFactory(program=program, is_coordinator=True)

    with pytest.raises(Refused):
        services.take_back(exclusion=ExclusionFactory(program=program, one=concerned), by=concerned, now=NOON)


@pytest.mark.parametrize("reason", [Reason.RELATIVE, Reason.PRIVATE])
def test_who_is_kept_apart_is_not_introduced_by_hand_and_the_words_do_not_say_whose_choice_it_was(program, staff, reason):
    two = [ProfileFactory(membership__program=program, mentor=is_mentor).membership for is_mentor in (False, True)]
    apart(two, staff if reason == Reason.RELATIVE else two[0], reason)

    with pytest.raises(Refused, match="it may be somebody’s own choice"):
        pairings.propose(program=program, one=two[0], other=two[1], mentor=two[1], by=staff, now=NOON)
