"""What the tests of the pages share: a pair, who may look at it, and who may not."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from checkins.agendas.models import AgendaItem
from checkins.answers.models import CheckIn
from checkins.care.models import Task
from checkins.sessions.models import Session
from matching.pairings.models import Pairing
from programs.memberships.models import Membership, Program
from programs.people.models import User
from tests.factories.checkins import plan_of
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.security.access_matrix import ROUTES
from tests.security.cells import is_kept_out
from tests.security.routes import name_of


@dataclass(frozen=True)
class People:
    pairing: Pairing
    half: Membership
    other_half: Membership
    neighbour: Membership
    coordinator: Membership
    admin: Membership
    outsider: Membership


def people_around(**state: Any) -> People:
    pairing = PairingFactory(**(state or {"active": True}))
    program = pairing.program
    neighbours = PairingFactory(active=True, program=program, proposed_by=pairing.proposed_by)
    return People(
        pairing=pairing,
        half=pairing.first,
        other_half=pairing.second,
        neighbour=neighbours.first,
        coordinator=pairing.proposed_by,
        admin=MembershipFactory(admin=True, program=program),
        outsider=PairingFactory(active=True).first,
    )


def address(name: str, program: Any, *arguments: object) -> str:
    return reverse(f"checkins:{name}", args=[getattr(program, "slug", program), *arguments])


def pages_of_the_program(around: People, **things: object) -> list[str]:
    """Every page under this program whose address can be made from its pairing and one of these things, by the name they have there.

    What can only be sent is no page: asked for, it answers nothing, as the access matrix sees.
    """
    named = [{}, *({thing: key} for thing, key in {"pairing": around.pairing.pk, **things}.items())]
    found = set()
    for namespace in ("checkins", "matching", "programs", "guidelines"):
        routes = get_resolver().namespace_dict[namespace][1].reverse_dict
        for name in [name for name in routes if isinstance(name, str) and "get" in ROUTES[f"{namespace}:{name}"].methods]:
            for arguments in named:
                with suppress(NoReverseMatch):
                    found.add(reverse(f"{namespace}:{name}", kwargs={"program": around.pairing.program.slug, **arguments}))
    assert address("pairing", around.pairing.program, around.pairing.pk) in found
    return sorted(found)


def let_in(pages: list[str], role: str) -> list[str]:
    """Those whose door does not turn this role away. It would, whatever there is: that it does is for the access matrix."""
    return [page for page in pages if not is_kept_out(name_of(page), role)]


def shown(browser: Client, page: str) -> str:
    """A page without what is different each time."""
    answer = browser.get(page)
    body = b"".join(answer.streaming_content).decode() if answer.streaming else answer.text
    body = re.sub(r'(name="(csrfmiddlewaretoken|once)" value|X-CSRFToken": )=?"[^"]+"', "", body)
    return f"{answer.status_code} {answer.headers.get('Location', '')}\n{body}"


def many_pairs(program: Program, number: int, coordinator: Membership) -> None:
    """Active pairings in bulk, each with a meeting, a topic, an open check-in of both halves and a task."""
    now = timezone.now()
    start = User.objects.count()
    people = Membership.objects.bulk_create(
        Membership(program=program, user=user, is_participant=True, joined_at=now, ready_at=now)
        for user in User.objects.bulk_create(
            User(email=f"many{place}@example.org", name=f"Somebody Number{place}") for place in range(start, start + 2 * number)
        )
    )
    pairings = Pairing.objects.bulk_create(
        Pairing(
            program=program,
            first=first,
            second=second,
            state=Pairing.State.ACTIVE,
            coordinator=coordinator,
            proposed_by=coordinator,
            proposed_at=now - timedelta(days=20),
            first_accepted_at=now,
            second_accepted_at=now,
            activated_at=now - timedelta(days=15),
        )
        for first, second in zip(people[::2], people[1::2], strict=True)
    )
    Session.objects.bulk_create(
        Session(pairing=pairing, state="held", starts_at=now - timedelta(days=2), minutes=45, logged_by=pairing.first, logged_at=now)
        for pairing in pairings
    )
    AgendaItem.objects.bulk_create(
        AgendaItem(pairing=pairing, author=pairing.first, text="A topic", position=1, raised_at=now) for pairing in pairings
    )
    plan = plan_of(program)
    CheckIn.objects.bulk_create(
        CheckIn(
            number=1,
            plan=plan,
            pairing=pairing,
            membership=half,
            due_on=(now - timedelta(days=1)).date(),
            opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=9),
            read_by="coordinators",
            answered_at=now if half == pairing.second else None,
        )
        for pairing in pairings
        for half in pairing.halves
    )
    Task.objects.bulk_create(
        Task(
            kind=Task.Kind.LOW_COMFORT if place % 2 else Task.Kind.UNANSWERED,
            pairing=pairing,
            about=pairing.first,
            read_by="coordinators",
            seen_on=now.date(),
            since_on=now.date(),
            contact_first="first",
            raised_at=now,
            due_at=now,
        )
        for place, pairing in enumerate(pairings)
    )
    # As the database does by itself a minute later: without it, it takes the tables for as small as they were.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def trail_and_others(program: Program, pages: list[str]) -> tuple[str, list[str]]:
    """The page of the trail, and the others.

    Some pages write down that they were read or saved: to compare what was there before and after, the trail is looked at behind them, and
    before them the next time. The file of it says itself that it was made, and is left out: that it tells what its page tells, is tested
    where it belongs.
    """
    trail, trail_export = (reverse(f"programs:{name}", args=[program.slug]) for name in ("trail", "trail-export"))
    assert {trail, trail_export} <= set(pages)
    return trail, [page for page in pages if page not in (trail, trail_export)]
