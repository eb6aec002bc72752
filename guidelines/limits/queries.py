"""Limits as one may read them: one's own, and those that hold for two."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from guidelines.limits.merging import Limits, merged, step_of
from guidelines.limits.models import OwnLimit
from guidelines.versions.models import GuidelineVersion
from guidelines.versions.topics import Topic
from matching.pairings.models import Pairing
from programs.memberships.models import Membership


@dataclass(frozen=True)
class Held:
    """What holds for one topic. `is_stricter`: than what the program asks of everybody."""

    topic: Topic
    words: str
    is_stricter: bool


def own_limit(me: Membership, topic: Topic) -> str:
    """Empty where I keep to what everybody keeps to. What was set before the topic changed is the strictest now."""
    words = OwnLimit.objects.visible_to(me).filter(topic=topic.key).values_list("words", flat=True).first()
    return topic.limits[step_of(words, topic.limits)] if words and topic.limits else ""


def mine(me: Membership, topics: Iterable[Topic]) -> list[Held]:
    words = dict(OwnLimit.objects.visible_to(me).values_list("topic", "words"))
    return _held(_steps(words, topics), topics)


def ours(pairing: Pairing, topics: Sequence[Topic]) -> list[Held]:
    """For the two of a pairing, in the order of the guidelines. One query, which does not tell one half from the other."""
    words: dict[int, dict[str, str]] = {pairing.first_id: {}, pairing.second_id: {}}
    found = OwnLimit.objects.filter(membership__in=words)
    for membership, topic, said in found.values_list("membership", "topic", "words"):
        words[membership][topic] = said
    one, other = (_steps(of_half, topics) for of_half in words.values())
    return _held(merged(one, other), topics)


def topics_in_force(membership: Membership) -> Sequence[Topic]:
    version = GuidelineVersion.objects.visible_to(membership).in_force().first()
    return [topic for topic in version.all_topics if topic.limits] if version else []


def _steps(words: Mapping[str, str], topics: Iterable[Topic]) -> Limits:
    return {topic.key: step_of(words[topic.key], topic.limits) for topic in topics if topic.key in words and topic.limits}


def _held(steps: Limits, topics: Iterable[Topic]) -> list[Held]:
    return [Held(topic, topic.limits[steps.get(topic.key, 0)], steps.get(topic.key, 0) > 0) for topic in topics]
