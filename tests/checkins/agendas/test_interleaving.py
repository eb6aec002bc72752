"""Two people at one agenda, each with pages that they opened a while ago: whatever they do, in whatever order, nothing is lost."""

import random
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from checkins.agendas import services
from checkins.agendas.models import AgendaItem
from matching.pairings.models import Pairing
from mentoring.kernel.errors import Refused
from tests.factories.matching import PairingFactory
from tests.times import NOON

pytestmark = pytest.mark.django_db

ACTS = ("add", "open", "save", "move", "withdraw")
STEP = st.tuples(st.sampled_from(ACTS), st.integers(0, 1), st.integers(0, 1000), st.booleans())


@dataclass
class Agenda:
    """The agenda itself, and beside it what must be true of it: who saved what, and which texts were shown in a collision."""

    pairing: Pairing
    # Of each half, the pages that are open: what stood in the form, and its version.
    tabs: dict[int, list[AgendaItem]] = field(default_factory=lambda: {0: [], 1: []})
    words: dict[int, tuple[str, str]] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    written: int = 0
    collisions: int = 0
    saves: int = 0

    def do(self, act: str, half: int, which: int, up: bool) -> None:
        person = self.pairing.halves[half]
        if act == "add":
            self._add(person)
        elif act == "open" and self.order:
            key = self.order[which % len(self.order)]
            self.tabs[half].append(AgendaItem.objects.visible_to(person).get(pk=key))
        elif act == "save" and self.tabs[half]:
            self._save(person, self.tabs[half].pop(which % len(self.tabs[half])), from_collision=False)
        elif act == "move" and self.order:
            self._move(person, self.order[which % len(self.order)], up)
        elif act == "withdraw" and self.order:
            self._withdraw(person, self.order[which % len(self.order)])

    def new_words(self) -> str:
        self.written += 1
        return f"Words {self.written}"

    def _add(self, person):
        text = self.new_words()
        if AgendaItem.objects.filter(author=person).open().count() == services.MOST_OPEN:
            return
        item = services.add(pairing=self.pairing, by=person, text=text, now=NOON)
        self.words[item.pk] = (text, "")
        self.order.append(item.pk)

    def _save(self, person, seen, *, from_collision):
        """Write something new into a form that was opened a while ago; from a collision, save again with both."""
        is_author = seen.author_id == person.pk
        text = self.new_words() if is_author else None
        points = f"{seen.points}\n{self.new_words()}"[-500:].strip()
        before = self.words[seen.pk]
        there = None
        try:
            services.edit(item=seen, by=person, text=text, points=points, version=seen.version, now=NOON)
        except services.SavedMeanwhile as collision:
            there = collision.item
        except Refused:
            # Only a topic that is gone may refuse.
            self.refused.append(seen.pk)
            return
        if there is None:
            # Nothing came between what this person had seen and what they saved.
            assert (seen.text, seen.points) == before, "A save went over words that its writer had not seen."
            self.words[seen.pk] = (text or before[0], points)
            self.saves += 1
        else:
            # What the page shows as "there now" is what was saved last, and it is still there.
            assert (there.text, there.points) == before
            assert not from_collision, "Whoever saves from the page with both texts is let through."
            self.collisions += 1
            self._save(person, there, from_collision=True)

    def _move(self, person, key, up):
        services.move(item=AgendaItem.objects.get(pk=key), by=person, up=up, now=NOON)
        at = self.order.index(key)
        to = at - 1 if up else at + 1
        if 0 <= to < len(self.order):
            self.order[at], self.order[to] = self.order[to], self.order[at]

    def _withdraw(self, person, key):
        item = AgendaItem.objects.get(pk=key)
        with suppress(Refused):
            services.withdraw(item=item, by=person, now=NOON)
        if item.author_id == person.pk:
            self.order.remove(key)

    def check(self) -> None:
        rows = AgendaItem.objects.filter(pairing=self.pairing)
        assert not set(self.refused) & set(self.order), "A save was refused though its topic is open."
        assert {row.pk: (row.text, row.points) for row in rows} == self.words, "A text that was saved is gone."
        assert list(rows.open().for_list().values_list("pk", flat=True)) == self.order, "A move is lost."
        assert len({row.position for row in rows}) == len(rows), "Two topics share a place."


class TestAnyInterleaving(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=st.lists(STEP, max_size=40))
    def test_any_interleaving_keeps_every_text_and_one_order(self, steps):
        agenda = Agenda(PairingFactory(active=True))

        for step in steps:
            agenda.do(*step)

        agenda.check()


@pytest.mark.django_db(transaction=True)
def test_ten_thousand_interleaved_edits(soak):
    """Each act is committed, as in life: within one transaction PostgreSQL would walk through all that a row was before."""
    edits = 10_000 if soak else 250
    draw = random.Random(20_260_316)
    agenda = Agenda(PairingFactory(active=True))

    while agenda.saves < edits:
        act = draw.choices(ACTS, weights=(2, 8, 8, 4, 1))[0]
        agenda.do(act, draw.randrange(2), draw.randrange(1000), draw.random() < 0.5)
        if agenda.saves % 100 == 0:
            agenda.check()

    agenda.check()
    assert agenda.collisions > edits // 20, "Hardly anybody met: this walk proves nothing."
