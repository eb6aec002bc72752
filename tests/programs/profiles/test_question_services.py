"""A program's own questions: what happens to answers when a question changes."""

import pytest

from mentoring.kernel.audit.models import AuditEvent
from mentoring.kernel.errors import Refused
from programs.profiles import services
from programs.profiles.models import Profile, ProfileAnswer, ProfileQuestion
from tests.factories.programs import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator():
    return MembershipFactory(coordinator=True)


@pytest.fixture
def question(coordinator, noon):
    return services.add_question(
        program=coordinator.program, by=coordinator, text="What matters?", kind="several", choices=["Family", "Nature"], now=noon
    )


@pytest.fixture
def answer(question, noon):
    profile = Profile.objects.create(membership=MembershipFactory(program=question.program), changed_at=noon)
    return ProfileAnswer.objects.create(profile=profile, question=question, value=["Family"])


@pytest.fixture
def change(question, coordinator, noon):
    """`change(text=…)` is the question that takes the place of the first."""

    def replace(**changes) -> ProfileQuestion:
        kept = {"text": question.text, "kind": question.kind, "choices": question.choices, "audience": question.audience}
        return services.replace_question(question=question, by=coordinator, now=noon, **kept | changes)

    return replace


def test_answers_are_kept_where_they_still_fit(answer, change):
    new = change(text="What matters to you?", choices=["Family", "Nature", "Faith"], keep_answers=True)

    assert new.answers.get().value == ["Family"]
    assert ProfileAnswer.objects.filter(question=answer.question).exists()


def test_answers_are_not_kept_unless_somebody_says_that_they_fit(answer, change):
    assert not change(text="What annoys you?").answers.exists()


@pytest.mark.parametrize(
    "changes",
    [{"choices": ["Nature", "Faith"]}, {"kind": "one"}, {"audience": "members"}],
    ids=["choice gone", "other kind", "more readers"],
)
def test_an_answer_that_no_longer_fits_or_would_find_more_readers_is_left_behind(answer, change, changes):
    assert not change(text="What matters to you?", keep_answers=True, **changes).answers.exists()


def test_fewer_readers_are_always_fine(answer, change):
    assert change(audience="coordinators", keep_answers=True).answers.exists()


def test_saving_what_is_there_makes_no_new_row(question, change):
    assert change() == question
    assert ProfileQuestion.objects.count() == 1


def test_two_coordinators_who_change_the_same_question_do_not_make_two(question, change):
    change(text="What matters to you?")

    with pytest.raises(Refused, match="Look at the list again"):
        change(text="What do you care about?")

    assert ProfileQuestion.objects.in_use().count() == 1


def test_a_list_of_one_is_no_choice(coordinator, noon):
    with pytest.raises(Refused, match="at least two"):
        services.add_question(program=coordinator.program, by=coordinator, text="?", kind="one", choices=["Only"], now=noon)


def test_each_change_is_recorded(question, change, coordinator, noon):
    new = change(text="What matters to you?")
    services.move_question(question=new, by=coordinator, up=True, now=noon)
    services.retire_question(question=new, by=coordinator, now=noon)

    assert list(AuditEvent.objects.order_by("seq").values_list("verb", flat=True)) == [
        "question.added",
        "question.replaced",
        "question.retired",
    ]
