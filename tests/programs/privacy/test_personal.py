"""What the pages say of who reads what is what the filters of the tables let through."""

import pytest

from mentoring.kernel.holdings.registry import Reader, holdings
from programs.memberships.models import Membership
from tests.factories.matching import PairingFactory
from tests.factories.programs import MembershipFactory
from tests.programs.privacy.lives import somebody

# What somebody may read and this filter does not give them, here: each with the reason.
OTHERWISE = {
    "programs.Profile": "the other half reads it on the page of the pairing",
    "programs.ProfileAnswer": "the other half reads it on the page of the pairing",
    "matching.HandOverNote": "its author says who reads it",
    "guidelines.OwnLimit": "the two read which limit holds for both, and not whose it is",
    "checkins.Note": "its author opens it to the other half, or does not",
}


@pytest.mark.django_db
def test_nobody_reads_what_the_inventory_does_not_say():
    me = somebody()
    pairing = me.pairings_as_first.get()
    readers: dict[Reader | None, Membership] = {
        Reader.OTHER_HALF: pairing.second,
        Reader.COORDINATORS: pairing.coordinator,
        Reader.ADMINS: MembershipFactory(program=me.program, admin=True),
        None: PairingFactory(program=me.program, active=True).first,
    }
    looked_at, wrong = 0, []
    for holding in holdings():
        rows = holding.rows(me.user_id)
        if not hasattr(rows.model._default_manager.all(), "visible_to") or not rows.exists():
            continue
        looked_at += 1
        for reader, person in readers.items():
            sees = rows.model._default_manager.visible_to(person).filter(holding.whose(me.user_id)).exists()
            may = Reader.MEMBERS in holding.read_by or reader in holding.read_by
            if (sees and not may) or (may and not sees and holding.model._meta.label not in OTHERWISE):
                wrong.append(f"{holding.model._meta.label} {reader}: the filter says {sees}, the inventory {may}")

    assert looked_at > 20
    assert not wrong, "\n".join(wrong)
