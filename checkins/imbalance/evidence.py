"""How many times likelier the weeks are if a level fell than if it stayed: logarithms of Bayes factors."""

import numpy as np
from scipy.special import gammaln

from checkins.imbalance.settings import Numbers

LOWEST_LEVEL = 0.002


def beta(a: Numbers, b: Numbers) -> Numbers:
    """Logarithm of the beta function."""
    log: Numbers = gammaln(a) + gammaln(b) - gammaln(a + b)
    return log


def fallen(level: Numbers, fall: Numbers) -> Numbers:
    """Where a fall of so many log-odds brings a level that is more than 0 and less than 1."""
    left = level * np.exp(-fall)
    return left / (left + 1 - level)


def where_it_fell(k: Numbers, n: Numbers, a: Numbers, b: Numbers, fall: Numbers, sure: Numbers) -> tuple[Numbers, Numbers]:
    """Beta of the level after a fall, for somebody who did `k` of `n` before it; prior Beta(a, b), and `sure` of how deep it is."""
    level = np.clip((a + k) / (a + b + n), LOWEST_LEVEL, 1 - LOWEST_LEVEL)
    fallen_a = fallen(level, fall) * sure
    return fallen_a, sure - fallen_a


def until_then(k: Numbers, n: Numbers, a: Numbers, b: Numbers, fall: Numbers, sure: Numbers) -> Numbers:
    """The part of `of_a_fall` that is known once a week has begun, and never changes."""
    return beta(a + k, b + (n - k)) - beta(*where_it_fell(k, n, a, b, fall, sure))


def of_a_fall(
    known: Numbers, k_before: Numbers, n_before: Numbers, k: Numbers, n: Numbers, a: Numbers, b: Numbers, fall: Numbers, sure: Numbers
) -> Numbers:
    """That the level fell at a week: `k_before` of `n_before` until it, of which `known`; `k` of `n` with all weeks."""
    fallen_a, fallen_b = where_it_fell(k_before, n_before, a, b, fall, sure)
    k_since, n_since = k - k_before, n - n_before
    return known + beta(fallen_a + k_since, fallen_b + (n_since - k_since)) - beta(a + k, b + (n - k))


def of_a_low_start(k: Numbers, n: Numbers, mean: Numbers, a: Numbers, b: Numbers, fall: Numbers, sure: Numbers) -> Numbers:
    """That the level was low since the beginning."""
    low_a = fallen(mean, fall) * sure
    low_b = sure - low_a
    low = beta(low_a + k, low_b + (n - k)) - beta(low_a, low_b)
    return low - (beta(a + k, b + (n - k)) - beta(a, b))


def sum_over_weeks(logs: Numbers, most: Numbers) -> Numbers:
    """Logarithm of the sum over axis 1, of which `most`, finite, are the largest."""
    total: Numbers = np.log(np.exp(logs - most[:, None]).sum(axis=1)) + most
    return total
