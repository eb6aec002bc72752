"""Very many people and what they answered, read question by question: one row of all answers to each."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from django.contrib.postgres.aggregates import StringAgg
from django.db.models import TextField
from django.db.models.functions import Cast

from matching.criteria.models import Criterion
from matching.scoring.people import said_in
from matching.scoring.sides import Choice, Crowd, Places
from programs.profiles.models import ProfileAnswer, ProfileQuestion

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from matching.pairings.places import WithPlaces

# Stands in no answer: what is no letter is spelled out in JSON.
BETWEEN = "\x1e"


def crowd_of(people: "QuerySet[WithPlaces]", criteria: Iterable[Criterion]) -> Crowd:
    """People of one program, who waited longest first, with what they answered to what counts. Two queries."""
    order = ("waiting_since", "pk")
    read = people.aggregate(members=_listed("pk", *order), profiles=_listed("profile", *order), zones=_listed("user__time_zone", *order))
    members, profiles, zones = _numbers(read["members"]), _numbers(read["profiles"]), np.array((read["zones"] or "").split(BETWEEN))
    questions = {question.pk: question for criterion in criteria for question in (criterion.question, criterion.of_mentor)}
    given = ProfileAnswer.objects.filter(question__in=questions).order_by().values_list("question")
    made = {}
    for key, who, said in given.annotate(who=_listed("profile"), said=_listed("value")):
        answer_of, answers = _told_apart(said.split(BETWEEN))
        here = _places_of(_numbers(who), profiles)
        is_here = here >= 0
        # Of free times alone it matters by which clock.
        clocks = zones if questions[key].kind == ProfileQuestion.Kind.TIMES else np.array([""])
        made[key] = list(_choices(answers, answer_of[is_here], here[is_here], clocks))
    return Crowd(members, made)


def _choices(answers: list[object], answer_of: Places, people: Places, clocks: "np.ndarray") -> Iterator[Choice]:
    """`answer_of`: of each of the people, which of the answers they gave."""
    chosen_in: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for number, answer in enumerate(answers):
        said = said_in(answer)
        for label in [said] if isinstance(said, str) else dict.fromkeys(said or ()):
            chosen_in[label, isinstance(said, str)].append(number)
    is_chosen = np.zeros(len(answers), bool)
    for (label, is_all), numbers in chosen_in.items():
        is_chosen[:] = False
        is_chosen[numbers] = True
        who = people[is_chosen[answer_of]]
        if len(clocks) == 1:
            yield Choice(label, str(clocks[0]), is_all, who)
            continue
        for zone in np.unique(clocks[who]):
            yield Choice(label, str(zone), is_all, who[clocks[who] == zone])


def _told_apart(texts: list[str]) -> tuple[Places, list[object]]:
    """Of each text its number among those that differ, and these as they were said."""
    number_of: dict[str, int] = {}
    numbers = np.array([number_of.setdefault(text, len(number_of)) for text in texts], dtype=np.int64)
    return numbers, [json.loads(text) for text in number_of]


def _listed(key: str, *order: str) -> StringAgg:
    """Many values as one text: to read each as a row of its own takes longer than all that is done with them."""
    return StringAgg(Cast(key, TextField()), BETWEEN, order_by=order)


def _numbers(text: str | None) -> Places:
    numbers: Places = np.fromstring((text or "").replace(BETWEEN, " "), dtype=np.int64, sep=" ")
    return numbers


def _places_of(keys: Places, among: Places) -> Places:
    """Where each of the keys stands `among` others; -1 where it does not."""
    if not len(among):
        return np.full(len(keys), -1)
    order = np.argsort(among)
    found = order[np.minimum(np.searchsorted(among, keys, sorter=order), len(among) - 1)]
    return np.where(among[found] == keys, found, -1)
