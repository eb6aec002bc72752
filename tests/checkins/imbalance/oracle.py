"""The rules of imbalance signals once more, from scratch for every week, one pair and one number at a time: slow, and shares no code.

Everything is reckoned from all weeks so far; nothing is carried from one to the next but what was found.
"""

from math import exp, isnan, lgamma, log, sqrt

KINDS = {
    "together": ("acts", "answers"),
    "topics": ("topics",),
    "decisions": ("decisions",),
    "scheduling": ("scheduling",),
    "answers": ("answers",),
    "gap": ("gap",),
    "from_start": ("acts", "answers"),
    "silence": ("replies",),
}
STREAMS = ["topics", "decisions", "scheduling", "acts", "answers", "gap", "replies"]
RECORDED = STREAMS[:4]


def findings(facts, settings, baseline):
    """[(week, side, kind, evidence, since)] of the first pair."""
    weeks = [week for week in range(facts.topics.shape[1]) if not isnan(facts.topics[0, week, 0])]
    found, spent = [], set()
    may_find = {"imbalance": 0, "silence": 0}
    for place, week in enumerate(weeks):
        if place + 1 < settings.min_weeks:
            continue
        lived = weeks[: place + 1]
        table = {(side, t): streams(facts, lived, t, side, settings, baseline) for side in (0, 1) for t in lived}
        for group in may_find:
            if week < may_find[group]:
                continue
            best = None
            for side in (0, 1):
                for number, kind in enumerate(KINDS):
                    if (kind == "silence") != (group == "silence") or (kind == "from_start" and side in spent):
                        continue
                    strength, since = evidence(kind, side, lived, table, may_find[group], settings, baseline)
                    margin = strength - settings.bars[side][number]
                    if margin >= 0 and (best is None or margin > best[0]):
                        best = margin, side, kind, strength, since
            if best:
                _, side, kind, strength, since = best
                found.append((week, side, kind, strength, since))
                may_find[group] = week + settings.quiet_weeks + 1
                if group == "imbalance":
                    spent.add(side)
    return found


def evidence(kind, side, lived, table, not_before, settings, baseline):
    if not any(table[side, t][stream][1] for stream in KINDS[kind] for t in lived):
        return -1e9, lived[0]
    if kind == "from_start":
        total = 0.0
        for stream in KINDS[kind]:
            k, n = sums(table, side, stream, lived)
            a, b = prior(stream, side, baseline)
            low_a, low_b = fallen(baseline.mean[side][STREAMS.index(stream)], stream, settings)
            total += log_beta(low_a + k, low_b + n - k) - log_beta(low_a, low_b) - log_beta(a + k, b + n - k) + log_beta(a, b)
        return total, lived[0]
    by_week = []
    for v in lived[-settings.window :]:
        if v < not_before:
            continue
        by_week.append((sum(log_ratio(table, side, stream, lived, v, settings, baseline) for stream in KINDS[kind]), v))
    strongest = max(ratio for ratio, _ in by_week)
    since = min(v for ratio, v in by_week if abs(ratio - strongest) < 1e-9)
    return log(sum(exp(ratio) for ratio, _ in by_week)), since


def log_ratio(table, side, stream, lived, v, settings, baseline):
    a, b = prior(stream, side, baseline)
    k_before, n_before = sums(table, side, stream, [t for t in lived if t < v])
    k, n = sums(table, side, stream, [t for t in lived if t >= v])
    level = min(max((a + k_before) / (a + b + n_before), 0.002), 0.998)
    low_a, low_b = fallen(level, stream, settings)
    fell = log_beta(a + k_before, b + n_before - k_before) - log_beta(a, b) + log_beta(low_a + k, low_b + n - k) - log_beta(low_a, low_b)
    stayed = log_beta(a + k_before + k, b + n_before + n - k_before - k) - log_beta(a, b)
    return fell - stayed


def streams(facts, lived, week, side, settings, baseline):
    """{stream: (k, n)} of that week, discounted."""
    result = {}
    so_far = [t for t in lived if t <= week]
    both_record = all(sum(acts(facts, t, which)["acts"] for t in so_far) >= settings.min_own_acts for which in (0, 1))
    for stream in RECORDED:
        k, n = acts(facts, week, side)[stream], acts(facts, week, 0)[stream] + acts(facts, week, 1)[stream]
        if not both_record:
            k, n = 0.0, 0.0
        if n > settings.most_acts:
            k, n = k * settings.most_acts / n, settings.most_acts
        result[stream] = k, n
    own, other = view(facts, week, side), view(facts, week, 1 - side)
    result["answers"], result["gap"] = (0.0, 0.0), (0.0, 0.0)
    if own is not None:
        adjusted = own
        if other is not None:
            level, others_level = level_before(facts, lived, week, side, baseline), level_before(facts, lived, week, 1 - side, baseline)
            others_deviation = (other - others_level) / sqrt(others_level * (1 - others_level))
            adjusted = own - baseline.side_correlation * others_deviation * sqrt(level * (1 - level))
            adjusted = min(max(adjusted, 0.0), 1.0)
            result["gap"] = 16 * min(max(0.5 + (own - other) / 2, 0.0), 1.0), 16.0
        n = 4.0 * len(given(facts, week, side))
        result["answers"] = n * adjusted, n
    asked = bool(facts.asked[0, week, side])
    result["replies"] = float(asked and own is not None), float(asked)
    for stream, (k, n) in result.items():
        by = 1 + max(n - 1, 0) / (baseline.week_precision[STREAMS.index(stream)] + 1)
        if stream in ("answers", "gap"):
            by *= (1 + baseline.memory) / (1 - baseline.memory)
        result[stream] = k / by, n / by
    return result


def acts(facts, week, side):
    counts = {name: float(getattr(facts, name)[0, week, side]) for name in RECORDED[:3]}
    return counts | {"acts": sum(counts.values())}


def given(facts, week, side):
    return [float(answer) for answer in facts.answers[0, week, side] if not isnan(answer)]


def view(facts, week, side):
    answers = given(facts, week, side)
    return sum(answer - 1 for answer in answers) / (4 * len(answers)) if answers else None


def level_before(facts, lived, week, side, baseline):
    earlier = [seen for t in lived if t < week and (seen := view(facts, t, side)) is not None]
    mu, phi = baseline.mean[side][4], baseline.pair_precision[4]
    return (mu * phi + 4 * sum(earlier)) / (phi + 4 * len(earlier))


def prior(stream, side, baseline):
    mu, phi = baseline.mean[side][STREAMS.index(stream)], baseline.pair_precision[STREAMS.index(stream)]
    return mu * phi, (1 - mu) * phi


def fallen(level, stream, settings):
    log_odds = log(level / (1 - level)) - settings.fall[STREAMS.index(stream)]
    low = 1 / (1 + exp(-log_odds))
    sure = settings.fallen_precision[STREAMS.index(stream)]
    return low * sure, (1 - low) * sure


def sums(table, side, stream, weeks):
    return sum(table[side, t][stream][0] for t in weeks), sum(table[side, t][stream][1] for t in weeks)


def log_beta(a, b):
    return lgamma(a) + lgamma(b) - lgamma(a + b)
