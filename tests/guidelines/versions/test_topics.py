from dataclasses import replace

import pytest

from guidelines.versions.topics import Answer, Change, Topic, changes, differences, faults_of
from tests.factories.guidelines import TIME, topic


def test_what_is_kept_is_what_was_written():
    assert Topic.kept(TIME.to_keep()) == TIME


def test_what_became_of_each_topic_is_told_by_its_key():
    before = [topic("time"), topic("money"), topic("touch")]
    after = [topic("touch"), replace(topic("time"), rule="A week before."), topic("homes")]

    assert changes(before, after) == [
        Change("changed", "Time", "time"),
        Change("new", "Homes", "homes"),
        Change("gone", "Money", "money"),
    ]


@pytest.mark.parametrize("part", ["title", "rule", "why", "limit_question", "situation"])
def test_every_word_of_a_topic_counts_and_no_space(part):
    words = getattr(TIME, part)

    assert replace(TIME, **{part: words.replace(" ", "\n ")}).digest == TIME.digest
    assert replace(TIME, **{part: f"{words} Now."}).digest != TIME.digest


def test_limits_and_answers_count_too():
    answers = (replace(TIME.answers[0], fits=True), *TIME.answers[1:])

    assert len({TIME.digest, replace(TIME, limits=TIME.limits[::-1]).digest, replace(TIME, answers=answers).digest}) == 3


def test_the_difference_is_shown_word_by_word():
    told = differences(TIME, replace(TIME, rule="Tell each other two days before if you cannot come."))

    assert told == [
        (
            "The rule",
            [("same", "Tell each other"), ("gone", "a day"), ("new", "two days"), ("same", "before if you cannot come.")],
        )
    ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"rule": ""}, "rule"),
        ({"why": "\n"}, "why"),
        ({"why": "x" * 10_001}, "why"),
        ({"rule": "Be kind.\n## Time\n"}, "rule"),
        ({"limit_question": "- One"}, "limit_question"),
        ({"limits": ("One.",)}, "limits"),
        ({"limits": ("One.", "one.")}, "limits"),
        ({"limits": ("One.", "x" * 301)}, "limits"),
        ({"situation": ""}, "situation"),
        ({"answers": ()}, "situation"),
        ({"answers": TIME.answers[:1]}, "answers"),
        ({"answers": (Answer("Wait.", False, "They wait."), Answer("Go.", False, "They go."))}, "answers"),
        ({"answers": (*TIME.answers, Answer("Wait.", False, ""))}, "answers"),
    ],
)
def test_what_cannot_be_kept_is_told_by_its_field(wrong, field):
    assert not list(faults_of(TIME))
    assert field in [name for name, _words in faults_of(replace(TIME, **wrong))]
