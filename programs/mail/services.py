"""Choosing one's mail."""

from collections.abc import Collection
from datetime import datetime, time

from django.db import transaction

from mentoring.kernel.outbox import kinds
from mentoring.kernel.wishes import services as wishes
from programs.people.models import User


@transaction.atomic
def choose(*, user: User, categories: Collection[str], quiet_from: time, quiet_until: time, gathers: bool, now: datetime) -> None:
    """Want mail of these categories and of no others, at these hours. Only what is different is written."""
    # One after the other, so that of two pages that are saved at once the later one is what stands.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    chosen = wishes.of([user.pk])[user.pk]
    for category in kinds.categories():
        is_wanted = category.name in categories
        if is_wanted != chosen.wants(category.name):
            wishes.choose(recipient=user, category=category.name, is_wanted=is_wanted, now=now)
    if (quiet_from, quiet_until, gathers) != (chosen.quiet_from, chosen.quiet_until, chosen.gathers):
        wishes.set_times(recipient=user, quiet_from=quiet_from, quiet_until=quiet_until, gathers=gathers, now=now)
