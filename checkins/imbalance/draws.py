"""Once a month some pairings of which nothing was found are drawn by chance, for somebody to look: how much does the reckoning miss?"""

from datetime import datetime, timedelta
from random import SystemRandom

from django.db import transaction
from django.db.models import Exists, OuterRef

from checkins.care.models import Task
from checkins.imbalance.models import QuietReview
from checkins.plans.models import zone_of
from matching.pairings.models import Pairing
from mentoring.kernel.times import local_day
from programs.memberships.models import Program

PART = 0.05
# Before that nothing could have been found.
HAS_BEGUN = timedelta(weeks=4)


@transaction.atomic
def draw(*, program: Program, now: datetime) -> int:
    """Draw a twentieth of the active pairings without an open task, as every open signal has one; one at least. Once a month."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    month = local_day(now, zone_of(program)).replace(day=1)
    if QuietReview.objects.filter(pairing__program=program, month=month).exists():
        return 0
    quiet = Pairing.objects.active().filter(program=program, activated_at__lte=now - HAS_BEGUN)
    quiet = quiet.exclude(Exists(Task.objects.open().filter(pairing=OuterRef("pk"))))
    keys = list(quiet.order_by("pk").values_list("pk", flat=True))
    drawn = SystemRandom().sample(keys, min(max(round(PART * len(keys)), 1), len(keys)))
    QuietReview.objects.bulk_create([QuietReview(pairing_id=key, month=month, drawn_at=now) for key in sorted(drawn)])
    return len(drawn)
