"""`manage.py simulate_signals`: how often signals are wrong and how soon they come, in invented programs. It reads no data of anybody."""

import secrets
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from checkins.imbalance.simulation import (
    NEVER,
    STATED_FALSE_FINDINGS,
    STATED_SILENCE,
    WITHIN_WEEKS,
    Bad,
    Benign,
    Estimate,
    Run,
    judge_bad,
    judge_benign,
    rules_beside,
    share_true,
)
from checkins.imbalance.worlds import WEEKS_WHEN_BAD, WORLDS

BAD_IN_A_HUNDRED = (2, 8, 20)
FRESH_SEEDS = 3
# Wide enough for the longest name, and for an estimate with its margin.
NAME, WIDE, NARROW = 21, 15, 7
HEAD_OF_BAD = """
Of 100 pairs that went bad, found within so many weeks, and what of pairs that are well is found by chance. Then: weeks until half are
found; of 100 findings, how many name the right side; of 100 pairs of which something was found in {weeks} weeks, how many are bad where
{bad} of 100 are. Last, found within {within} weeks by each rule beside it."""
OUT_OF_REACH = """
What no test can reach, with four acts a week and a check-in every two weeks: at 1.0 false findings, 85 % of sudden falls within 6 weeks.
At most 78 % could be found; 73 % with one score a check-in. Careful bars halve the false findings, and find about a third of sudden falls
within 6 weeks; check-ins every week find a few more of them, at 1.1 false findings. What is weakest stands above and is not hidden: half as
deep, decides alone, gaming, low activity. All of this is of invented pairs: untested on people.
"""


class Command(BaseCommand):
    help = (
        "Let invented pairs live, some well and some badly, and print how often signals are wrong about the first and how soon they come "
        "for the others, beside rules with a fixed limit. All worlds take some minutes. Needs no database."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = [world.name for world in WORLDS]
        parser.add_argument("--world", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
        parser.add_argument("--pairs", type=int, default=2500, help="pairs of each world and seed (2500)")
        parser.add_argument("--seeds", type=int, nargs="+", help=f"whole numbers, to repeat a run ({FRESH_SEEDS} fresh ones)")
        parser.add_argument("--cadence", type=int, default=2, metavar="WEEKS", help="weeks from one check-in to the next (2)")

    def handle(self, *args: Any, world: list[str], pairs: int, seeds: list[int] | None, cadence: int, **options: Any) -> None:
        if pairs < 1 or cadence < 1 or any(seed < 0 for seed in seeds or []):
            raise CommandError("Pairs and weeks must be 1 or more, seeds 0 or more.")
        seeds = seeds or [secrets.randbelow(2**32) for _ in range(FRESH_SEEDS)]
        chosen = [each for each in WORLDS if each.name in world]
        run = Run(pairs, tuple(seeds), cadence, rules_beside(pairs, seeds[0], cadence))
        self.stdout.write(
            f"{pairs} pairs of each world and seed, a check-in every {cadence} weeks. To repeat it: --seeds {' '.join(map(str, seeds))}\n"
            f"Stated, in 100 months of pairs that are well: {STATED_FALSE_FINDINGS} false findings, {STATED_SILENCE} notes of silence.\n"
            "Beside it fixed limits; those that are tuned are set so that they are wrong as often as is stated:\n"
            + "".join(f"  {rule.name}: {rule.words}.\n" for rule in run.rules),
            ending="",
        )
        # What went bad is compared with what is well.
        healthy = judge_benign(WORLDS[0], run)
        if benign := [each for each in chosen if each.fall is None]:
            self.stdout.write("\nFalse findings in 100 months of pairs that are well (after ±: 95 %, by pair)")
            self.stdout.write(_row("", ["signals", "silence", *(rule.name for rule in run.rules)]))
            for each in benign:
                judged = healthy if each is healthy.world else judge_benign(each, run)
                self.stdout.write(_row(each.name, [_number(part) for part in (judged.findings, judged.silence, *judged.by_rule.values())]))
        if bad := [each for each in chosen if each.fall]:
            self.stdout.write(
                HEAD_OF_BAD.format(
                    weeks=WEEKS_WHEN_BAD,
                    bad=", ".join(map(str, BAD_IN_A_HUNDRED)),
                    within=", ".join(map(str, WITHIN_WEEKS)),
                )
            )
            after = [f"{weeks} weeks" for weeks in WITHIN_WEEKS]
            of = [f"at {each}" for each in BAD_IN_A_HUNDRED]
            self.stdout.write(_row("", [*after, f"by week {WEEKS_WHEN_BAD}"], ["half", "side", *of], [rule.name for rule in run.rules]))
            self.stdout.write(_row_by_chance(healthy))
            for each in bad:
                self.stdout.write(_row_of_bad(judge_bad(each, run), healthy))
        self.stdout.write(OUT_OF_REACH)


def _row_by_chance(healthy: Benign) -> str:
    found = [_in_a_hundred(part) for part in (*healthy.by_chance, healthy.flagged)]
    return _row("by chance", found, [""] * (2 + len(BAD_IN_A_HUNDRED)), [_beside(parts) for parts in healthy.rules_by_chance.values()])


def _row_of_bad(judged: Bad, healthy: Benign) -> str:
    half = "never" if judged.median_weeks >= NEVER else f"{judged.median_weeks:.0f}"
    true = (share_true(judged, healthy, bad) for bad in BAD_IN_A_HUNDRED)
    found = [_in_a_hundred(part) for part in (*judged.within, judged.at_all)]
    beside = [_beside(parts) for parts in judged.by_rule.values()]
    return _row(judged.world.name, found, [half, *(f"{100 * part:.0f}" for part in (judged.side_right, *true))], beside)


def _beside(parts: tuple[Estimate, ...]) -> str:
    return " ".join(f"{100 * part.value:.0f}" for part in parts)


def _number(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ± {estimate.margin:.2f}"


def _in_a_hundred(part: Estimate) -> str:
    return f"{100 * part.value:.1f} ± {100 * part.margin:.1f}"


def _row(name: str, wide: list[str], narrow: Sequence[str] = (), last: Sequence[str] = ()) -> str:
    cells = [f"{cell:>{WIDE}}" for cell in wide] + [f"{cell:>{NARROW}}" for cell in narrow] + [f"{cell:>{WIDE}}" for cell in last]
    return f"{name:{NAME}}" + "".join(cells)
