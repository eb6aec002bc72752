"""What somebody says of themselves. The questions are in `test_question_services.py`."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from matching.pairings.models import Pairing
from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.profiles import services
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion
from programs.readiness import services as readiness
from tests.at_once import at_once
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory, ProfileFactory, ProfileQuestionFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    return MembershipFactory()


@pytest.fixture
def course(amara):
    return ProfileQuestionFactory(program=amara.program, text="Which course?", is_required=True)


@pytest.fixture
def save(amara):
    """`save(answers={…})` is what Amara says of herself, who seeks mentoring."""

    def say(**said) -> Profile:
        seeks = {"offers_mentoring": False, "seeks_mentoring": True, "offers_capacity": 1, "answers": {}, "now": NOON}
        return services.save_profile(membership=amara, by=amara, **seeks | said)

    return say


def answers_of(membership):
    return dict(ProfileAnswer.objects.filter(profile__membership=membership).values_list("question__text", "value"))


# --- half done, and done ---


def test_a_profile_is_saved_half_done(save, course, amara):
    languages = ProfileQuestionFactory(program=amara.program, text="Languages?", kind="languages")

    profile = save(answers={languages: ["English", "Igbo"]})

    assert answers_of(amara) == {"Languages?": ["English", "Igbo"]}
    assert profile.finished_at is None
    assert services.missing(profile) == ["Which course?"]


def test_what_is_missing_is_named_in_the_order_of_the_page(save, course, amara):
    first = ProfileQuestionFactory(program=amara.program, text="What matters?", is_required=True, position=course.position + 1)
    ProfileQuestionFactory(program=amara.program, text="Anything else?")
    ProfileQuestionFactory(program=amara.program, text="Old one?", is_required=True, retired_at=NOON)
    ProfileQuestionFactory(text="Another program's?", is_required=True)

    profile = save(seeks_mentoring=False, answers={first: ""})

    assert services.missing(profile) == ["Whether you offer mentoring, seek it, or both", "Which course?", "What matters?"]


@pytest.mark.parametrize(("offers", "seeks", "asked"), [(True, False, "offering"), (False, True, "seeking"), (True, True, "both")])
def test_who_is_not_asked_a_question_misses_nothing(save, amara, offers, seeks, asked):
    ProfileQuestionFactory(program=amara.program, text="offering", asked_of="offering", is_required=True)
    ProfileQuestionFactory(program=amara.program, text="seeking", asked_of="seeking", is_required=True)

    profile = save(offers_mentoring=offers, seeks_mentoring=seeks)

    assert services.missing(profile) == (["offering", "seeking"] if asked == "both" else [asked])


def test_finishing_settles_what_was_still_to_do(save, course, amara):
    readiness.require(membership=amara, key="profile", now=NOON)
    save()
    amara.refresh_from_db()
    assert amara.ready_at is None

    save(answers={course: "Biology"}, now=NOON + timedelta(hours=1))

    amara.refresh_from_db()
    assert amara.ready_at == NOON + timedelta(hours=1)
    assert amara.profile.finished_at == NOON + timedelta(hours=1)
    assert [event.detail for event in AuditEvent.objects.filter(verb="profile.saved").order_by("pk")] == [{"done": 0}, {"done": 1}]


def test_finishing_starts_the_pairing_that_waited_for_it(save, course, amara):
    readiness.require(membership=amara, key="profile", now=NOON)
    pairing = PairingFactory(accepted=True, program=amara.program, first=amara, second__ready_at=NOON)

    save(answers={course: "Biology"})

    pairing.refresh_from_db()
    assert (pairing.state, pairing.activated_at) == (Pairing.State.ACTIVE, NOON)


def test_who_takes_a_needed_answer_away_has_it_named_again_and_stays_ready(save, course, amara):
    readiness.require(membership=amara, key="profile", now=NOON)
    save(answers={course: "Biology"})

    profile = save(answers={course: ""}, now=NOON + timedelta(days=1))

    amara.refresh_from_db()
    assert (profile.finished_at, services.missing(profile)) == (None, ["Which course?"])
    assert amara.ready_at == NOON


def test_saving_a_finished_profile_again_keeps_when_it_was_finished(save, course):
    save(answers={course: "Biology"})

    profile = save(answers={course: "Chemistry"}, now=NOON + timedelta(days=1))

    assert (profile.finished_at, profile.changed_at) == (NOON, NOON + timedelta(days=1))


# --- answers ---


def test_an_answer_that_is_emptied_is_removed_and_the_others_stay(save, amara):
    one, other, list_of = (
        ProfileQuestionFactory(program=amara.program, text=text, kind=kind, choices=["Family", "Nature"] if kind == "several" else [])
        for text, kind in [("One?", "short_text"), ("Other?", "short_text"), ("Several?", "several")]
    )
    save(answers={one: "a", other: "b", list_of: ["Family"]})

    save(answers={one: "", list_of: []})

    assert answers_of(amara) == {"Other?": "b"}


def test_an_answer_given_again_replaces_the_first(save, course, amara):
    save(answers={course: "Biology"})

    save(answers={course: "Chemistry"})

    assert answers_of(amara) == {"Which course?": "Chemistry"}


def test_the_answers_of_others_stay_as_they_are(save, course, amara):
    jonas = ProfileFactory(membership__program=amara.program)
    ProfileAnswer.objects.create(profile=jonas, question=course, value="History")

    save(answers={course: "Biology"})
    save(answers={course: ""})

    assert answers_of(jonas.membership) == {"Which course?": "History"}


def test_a_profile_is_written_by_nobody_else(amara):
    coordinator = MembershipFactory(program=amara.program, coordinator=True)

    with pytest.raises(Refused, match="written by the person it is about"):
        services.save_profile(
            membership=amara, by=coordinator, offers_mentoring=True, seeks_mentoring=False, offers_capacity=1, answers={}, now=NOON
        )

    assert not Profile.objects.exists()


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ({"kind": "one", "choices": ["1", "2"]}, "3"),
        ({"kind": "several", "choices": ["Family", "Nature"]}, ["Family", "Money"]),
        ({"kind": "times", "choices": ["Monday"]}, ["Sunday"]),
        ({"kind": "several", "choices": ["a", "b", "c"], "most_choices": 2}, ["a", "b", "c"]),
    ],
)
def test_what_is_not_in_the_list_or_too_much_is_refused_and_nothing_is_kept(save, amara, question, value):
    asked = ProfileQuestionFactory(program=amara.program, **question)

    with pytest.raises(Refused, match=r"Choose"):
        save(answers={asked: value})

    assert not Profile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_first_saves_at_once_make_one_profile():
    amara = MembershipFactory()
    course = ProfileQuestionFactory(program=amara.program, is_required=True)

    def save(value):
        return lambda: services.save_profile(
            membership=amara, by=amara, offers_mentoring=False, seeks_mentoring=True, offers_capacity=1, answers={course: value}, now=NOON
        )

    saved = at_once(save("Biology"), save("Chemistry"))

    assert len({profile.pk for profile in saved}) == 1
    assert ProfileAnswer.objects.get().value in ("Biology", "Chemistry")


# --- what the program holds already ---


def test_a_profile_begins_with_what_the_program_holds(amara, course):
    profile = services.begin(
        membership=amara,
        prefilled={"offers_mentoring": True, "offers_capacity": 3, "answers": {str(course.pk): "Biology"}},
        now=NOON,
    )

    assert (profile.offers_mentoring, profile.seeks_mentoring, profile.offers_capacity) == (True, False, 3)
    assert answers_of(amara) == {"Which course?": "Biology"}
    # The person has not looked at it yet.
    assert profile.finished_at is None


def test_what_no_question_in_use_asks_for_is_left_out(amara):
    retired = ProfileQuestionFactory(program=amara.program, retired_at=NOON)
    elsewhere = ProfileQuestionFactory()

    services.begin(membership=amara, prefilled={"answers": {str(retired.pk): "a", str(elsewhere.pk): "b", "999999": "c"}}, now=NOON)

    assert not ProfileAnswer.objects.exists()


def test_who_comes_back_keeps_what_they_said_themselves(save, course, amara):
    languages = ProfileQuestionFactory(program=amara.program, text="Languages?", kind="languages")
    save(answers={course: "Biology"})

    profile = services.begin(
        membership=amara,
        prefilled={"offers_mentoring": True, "answers": {str(course.pk): "History", str(languages.pk): ["English"]}},
        now=NOON,
    )

    assert (profile.offers_mentoring, profile.seeks_mentoring) == (False, True)
    assert answers_of(amara) == {"Which course?": "Biology", "Languages?": ["English"]}


def test_what_was_filled_in_already_counts_as_said_once_the_person_saves_it(amara, course, save):
    profile = services.begin(membership=amara, prefilled={"seeks_mentoring": True, "answers": {str(course.pk): "Biology"}}, now=NOON)

    assert services.missing(profile) == []
    assert save().finished_at == NOON


# --- what the database keeps ---


@pytest.mark.parametrize("capacity", ["offers_capacity", "seeks_capacity"])
def test_nobody_has_more_than_twenty_at_once(amara, capacity):
    with pytest.raises(IntegrityError, match="programs_profile_capacity_is_at_most_twenty"), transaction.atomic():
        ProfileFactory(membership=amara, **{capacity: 21})


def test_a_question_has_one_answer_a_person(amara, course):
    profile = ProfileFactory(membership=amara)
    ProfileAnswer.objects.create(profile=profile, question=course, value="Biology")

    with pytest.raises(IntegrityError, match="programs_profileanswer_one_a_question"), transaction.atomic():
        ProfileAnswer.objects.create(profile=profile, question=course, value="History")


@pytest.mark.parametrize("wrong", [{"kind": "one", "most_choices": 2}, {"kind": "several", "most_choices": 0}])
def test_only_a_choice_of_several_is_limited(amara, wrong):
    with pytest.raises(IntegrityError, match="limits_a_choice_of_several"), transaction.atomic():
        ProfileQuestion.objects.create(program=amara.program, text="?", choices=["a", "b"], **wrong)
