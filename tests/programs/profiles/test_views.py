import pytest
from django.urls import reverse

from programs.profiles.models import Profile, ProfileAnswer
from programs.readiness.models import Requirement
from tests.factories.programs import MembershipFactory, ProfileFactory, ProfileQuestionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    return MembershipFactory()


@pytest.fixture
def course(amara):
    return ProfileQuestionFactory(program=amara.program, text="Which course?", is_required=True)


def page_of(membership):
    return reverse("programs:profile", args=[membership.program.slug])


def test_looking_at_it_writes_nothing(amara, course, as_member):
    answer = as_member(amara).get(page_of(amara))

    assert "Which course?" in answer.content.decode()
    assert not Profile.objects.exists()


def test_half_done_is_saved_and_what_is_missing_is_named(amara, course, as_member):
    ProfileQuestionFactory(program=amara.program, text="What else?")

    answer = as_member(amara).post(page_of(amara), {"wish": "seeks"}, follow=True)

    page = answer.content.decode()
    assert answer.redirect_chain == [(page_of(amara), 302)]
    assert "Saved. You can go on whenever you like" in page
    assert [str(what) for what in answer.context["missing"]] == ["Which course?"]
    assert "<li>Which course?</li>" in page
    assert amara.profile.seeks_mentoring


def test_a_finished_profile_leads_home(amara, course, as_member):
    answer = as_member(amara).post(page_of(amara), {"wish": "seeks", f"question_{course.pk}": "Biology"})

    assert answer.url == reverse("checkins:home", args=[amara.program.slug])
    assert amara.profile.finished_at is not None
    assert not Requirement.objects.filter(membership=amara, key="profile", done_at=None).exists()


@pytest.mark.parametrize(("typed", "said"), [("x" * 10_001, "Now there are 10001."), ("a\x00b", "Null characters are not allowed.")])
def test_what_cannot_be_saved_is_said_at_its_field_and_everything_typed_stays(amara, as_member, typed, said):
    question = ProfileQuestionFactory(program=amara.program, kind="long_text")
    other = ProfileQuestionFactory(program=amara.program)
    name = f"question_{question.pk}"

    answer = as_member(amara).post(page_of(amara), {"wish": "both", name: typed, f"question_{other.pk}": "Biology"})

    form = answer.context["form"]
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert (form["wish"].value(), form[name].value(), form[f"question_{other.pk}"].value()) == ("both", typed, "Biology")
    assert not Profile.objects.exists()


def test_a_question_that_was_replaced_meanwhile_is_looked_at_once_more(amara, course, as_member, noon):
    new = ProfileQuestionFactory(program=amara.program, text="What do you study?", replaces=course)
    course.retired_at = noon
    course.save()

    answer = as_member(amara).post(page_of(amara), {"wish": "seeks", "asked": str(course.pk), f"question_{course.pk}": "Biology"})
    page = answer.content.decode()
    assert "The questions have changed while you were writing" in page
    assert 'value="Biology"' in page

    as_member(amara).post(page_of(amara), {"wish": "seeks", "asked": str(new.pk), f"question_{new.pk}": "Biology"})
    assert ProfileAnswer.objects.get().question == new


def test_a_new_page_says_which_questions_it_shows(amara, course, as_member):
    page = as_member(amara).get(page_of(amara)).content.decode()

    assert f'name="asked" value="{course.pk}"' in page


@pytest.mark.parametrize("who", ["coordinator", "outsider", "somebody who left"])
def test_only_participants_have_one(amara, as_member, who, noon):
    person = {
        "coordinator": lambda: MembershipFactory(program=amara.program, coordinator=True),
        "outsider": MembershipFactory,
        "somebody who left": lambda: MembershipFactory(program=amara.program, left_at=noon),
    }[who]()

    assert as_member(person).get(page_of(amara)).status_code == 404


def test_one_writes_ones_own_and_nobody_elses(amara, course, as_member):
    jonas = ProfileFactory(membership__program=amara.program).membership
    ProfileAnswer.objects.create(profile=jonas.profile, question=course, value="History")

    as_member(amara).post(page_of(amara), {"wish": "seeks", f"question_{course.pk}": "Biology"})

    assert ProfileAnswer.objects.get(profile=jonas.profile).value == "History"


def test_it_costs_the_same_for_one_question_and_for_thirty(amara, as_member, costs_the_same):
    profile = ProfileFactory(membership=amara, finished_at=None)
    browser = as_member(amara)

    def ask(how_many):
        for question in ProfileQuestionFactory.create_batch(how_many, program=amara.program, is_required=True):
            ProfileAnswer.objects.create(profile=profile, question=question, value="x")

    ask(1)
    costs_the_same(lambda: browser.get(page_of(amara)), grow=lambda: ask(29))
