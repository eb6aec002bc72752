from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("simulate_signals", *arguments, stdout=out)
    return out.getvalue()


def test_the_table_has_a_row_a_world_and_says_that_nobody_tried_it_on_people():
    table = printed("--pairs", "30", "--seeds", "1", "--world", "healthy", "structured", "sudden")

    rows = [line.split()[0] for line in table.splitlines() if line and not line.startswith(" ")]
    assert [row for row in rows if row in ("healthy", "structured", "sudden", "gaming")] == ["healthy", "structured", "sudden"]
    assert "untested on people" in table
    assert "0.9 false findings" in table


def test_a_run_can_be_repeated_with_the_seeds_that_it_prints():
    first = printed("--pairs", "20", "--world", "healthy")
    seeds = first.split("--seeds ")[1].splitlines()[0].split()

    assert len(seeds) == 3
    assert printed("--pairs", "20", "--world", "healthy", "--seeds", *seeds) == first


def test_one_seed_is_enough():
    assert "--seeds 5\n" in printed("--pairs", "20", "--world", "healthy", "--seed", "5")


@pytest.mark.parametrize("wrong", [("--pairs", "0"), ("--cadence", "0"), ("--seeds", "-1"), ("--world", "paradise")])
def test_what_cannot_be_simulated_is_refused(wrong):
    with pytest.raises(CommandError):
        printed(*wrong)
