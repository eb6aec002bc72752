"""What holds between people: the guidelines they agreed to, limits of their own, and the agreements that pairs wrote."""

from collections.abc import Sequence
from datetime import datetime

from guidelines.agreements import services as agreements
from guidelines.agreements.models import Agreement, Clause
from guidelines.agreements.queries import told
from guidelines.limits import services as limits
from guidelines.versions import services as guidelines
from guidelines.versions.models import GuidelineVersion
from matching.joint import services as joint
from matching.joint.models import Round
from matching.pairings.models import Pairing
from mentoring.demo import stories, words
from mentoring.demo.life import Pair
from programs.memberships.models import Membership

# How many days ago; a pair that begins with a program of five weeks is three weeks old.
BEGAN, FILLED_IN, SIGNED = 19, 18, 16
MOST_SIGNED = 5


def agree_to_guidelines(version: GuidelineVersion, member: Membership, now: datetime) -> None:
    guidelines.read_topics(version=version, keys=[topic.key for topic in version.all_topics], by=member, now=now)
    guidelines.acknowledge(version=version, by=member, now=now)


def write_agreements(pairs: Sequence[Pair]) -> None:
    """Some pairs have signed, the first among them; in one it is open to talk about, and in one only one of the two has filled it in."""
    old_enough = [pair for pair in pairs if pair.story is not stories.NEW and pair.pairing.state == Pairing.State.ACTIVE]
    *signed, talking, waiting = old_enough[: MOST_SIGNED + 2]
    for pair in signed:
        _sign(pair, _fill_in(pair))
    _fill_in(talking)
    _fill_in(waiting, both=False)
    _set_limits(signed[0])


def _fill_in(pair: Pair, *, both: bool = True) -> Round:
    clock = pair.clock
    asked = agreements.start(pairing=pair.pairing, by=pair.mentee, now=clock.ago(BEGAN, 19))
    for half, said in zip((pair.mentee, pair.mentor) if both else (pair.mentee,), words.FILLED_IN, strict=False):
        joint.answer(round=asked, by=half, content=said, now=clock.ago(FILLED_IN, 20))
    return asked


def _sign(pair: Pair, asked: Round) -> None:
    now = pair.clock.ago(SIGNED, 20)
    agreement = Agreement.objects.select_related("pairing").get(round=asked)
    for clause in Clause.objects.filter(agreement=agreement, key__in=words.WRITTEN_INTO_IT):
        agreements.write(clause=clause, by=pair.mentor, text=words.WRITTEN_INTO_IT[clause.key], version=1, now=now)
    text = told(agreement, pair.mentee).digest
    for half in (pair.mentee, pair.mentor):
        agreements.sign(agreement=agreement, by=half, digest=text, now=now)


def _set_limits(pair: Pair) -> None:
    version = GuidelineVersion.objects.filter(program=pair.pairing.program_id).in_force().get()
    for half, key in ((pair.mentee, "touch"), (pair.mentor, "channels"), (pair.mentor, "touch")):
        if topic := version.topic(key):
            limits.set_limit(topic=topic, words=topic.limits[2 if half is pair.mentee else 1], by=half)
