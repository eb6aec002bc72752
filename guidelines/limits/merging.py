"""Two people's limits become one set. Knows no Django.

A set of limits says for each topic how many steps it is stricter than what everybody keeps to. What is not in it is none.
"""

from collections.abc import Mapping, Sequence

Limits = Mapping[str, int]


def step_of(words: str, scale: Sequence[str]) -> int:
    """`scale`: from what everybody keeps to up to the strictest. What is not in it any more counts as the strictest."""
    return scale.index(words) if words in scale else max(len(scale) - 1, 0)


def merged(one: Limits, other: Limits) -> Limits:
    """For each topic the stricter."""
    steps = {topic: max(one.get(topic, 0), other.get(topic, 0)) for topic in sorted({*one, *other})}
    return {topic: step for topic, step in steps.items() if step}
