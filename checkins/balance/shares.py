"""Does a share lean so far to one side that the two would like to know? Knows no Django.

Before anything is known of a program, a share is taken to be even, weakly: Beta(1, 1), which is mu = 1/2 and phi = 2 of SIGNALS, as if
each side had done the thing once. After k of n it is Beta(1 + k, 1 + n - k).
"""

from math import exp, fsum, lgamma, log

EVEN_FROM, EVEN_TO = 0.30, 0.70
# Of an interval of 80 in 100, ten lie below it and ten above.
TAIL = 0.10


def chance_below(share: float, k: int, n: int) -> float:
    """The chance that the true share is at most `share` (more than 0, less than 1), when one side did k of n."""
    # A Beta of whole numbers is a binomial turned round: of n + 1 throws, at least k + 1 below.
    throws = n + 1
    return fsum(
        exp(lgamma(throws + 1) - lgamma(j + 1) - lgamma(throws - j + 1) + j * log(share) + (throws - j) * log(1 - share))
        for j in range(k + 1, throws + 1)
    )


def leans(one: int, other: int) -> bool:
    """Does the interval of the share lie wholly outside what counts as even? The same whichever side is named first."""
    n = one + other
    return max(chance_below(EVEN_FROM, one, n), chance_below(EVEN_FROM, other, n)) >= 1 - TAIL
