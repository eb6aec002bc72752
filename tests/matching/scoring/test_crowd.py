"""Very many people, read question by question, are the same people as if each were read alone."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching.criteria.models import Criterion
from matching.pairings import places
from matching.scoring.crowd import crowd_of
from matching.scoring.encoding import described, encoded
from programs.memberships.models import Membership
from programs.people.models import User
from programs.profiles.models import ProfileAnswer
from tests.factories.matching import CriterionFactory
from tests.factories.programs import ProfileFactory, ProfileQuestionFactory, ProgramFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db
LABELS = ["Mon am", "Tue pm", "arabic ", "Arabic", "\N{SYMBOL FOR RECORD SEPARATOR}", 'a "b"', ""]
ANSWERS = st.none() | st.sampled_from(LABELS) | st.lists(st.sampled_from([*LABELS, 7, None]), max_size=3) | st.just({"no": "answer"})
ZONES = ["UTC", "Asia/Kolkata", "America/New_York"]
KINDS = {"one": "similar", "several": "different", "languages": "language", "times": "overlap"}


@pytest.fixture
def program():
    """Its people, and a criterion of each kind of answer."""
    program = ProgramFactory()
    for kind, counts_as in KINDS.items():
        question = ProfileQuestionFactory(program=program, kind=kind, choices=LABELS)
        CriterionFactory(program=program, question=question, kind=counts_as, **({"weight": 0} if counts_as == "language" else {}))
    for _ in range(4):
        ProfileFactory(membership__program=program, mentor=True)
    return program


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whoever_is_read_in_a_crowd_is_compared_as_if_read_alone(program, data):
    criteria = list(Criterion.objects.filter(program=program).for_list())
    everybody = list(Membership.objects.filter(program=program).select_related("profile", "user"))
    for one in everybody:
        User.objects.filter(pk=one.user_id).update(time_zone=data.draw(st.sampled_from(ZONES)))
    said = {(one, criterion.question): data.draw(ANSWERS) for one in everybody for criterion in criteria}
    ProfileAnswer.objects.all().delete()
    ProfileAnswer.objects.bulk_create(
        ProfileAnswer(profile=one.profile, question=question, value=value) for (one, question), value in said.items() if value is not None
    )

    # One of them is no part of it, although they answered.
    crowd = crowd_of(places.with_places(Membership.objects.exclude(pk=everybody[0].pk), on=NOON.date()), criteria)

    alone = described(program, Membership.objects.filter(pk__in=crowd.members.tolist()))
    in_order = [alone[member] for member in crowd.members.tolist()]
    assert len(in_order) == 3
    for criterion in criteria:
        for one in in_order:
            expected = encoded([criterion], [one], in_order, NOON.date()).block(np.array([0]))
            assert (encoded([criterion], [one], crowd, NOON.date()).block(np.array([0])) == expected).all()


def test_nobody_is_no_crowd(program):
    assert len(crowd_of(places.with_places(Membership.objects.none(), on=NOON.date()), [])) == 0
