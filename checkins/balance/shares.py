"""Does a share lean so far to one side that the two would like to know? Knows no Django.

What is usual in the program is what is known before the two have done anything: Beta(mu phi, (1 - mu) phi) of SIGNALS, as if so many things
had been done before, in the usual shares. After k of n it is Beta(mu phi + k, (1 - mu) phi + n - k).
"""

from scipy.special import betaincinv

EVEN_FROM, EVEN_TO = 0.30, 0.70
# Of an interval of 80 in 100, ten lie below it and ten above.
TAIL = 0.10


def interval(one: int, other: int, *, usual: float, alike: float) -> tuple[float, float]:
    """Where the share of the first side lies in 80 of 100 cases. `usual`: its usual share; `alike`: how many things that is worth."""
    a, b = usual * alike + one, (1 - usual) * alike + other
    return float(betaincinv(a, b, TAIL)), float(betaincinv(a, b, 1 - TAIL))


def leans(one: int, other: int, *, usual: float, alike: float) -> bool:
    """Does the interval lie wholly outside what counts as even, and what was done as well? What is usual leans for nobody."""
    if not one + other or EVEN_FROM <= one / (one + other) <= EVEN_TO:
        return False
    low, high = interval(one, other, usual=usual, alike=alike)
    return high < EVEN_FROM or low > EVEN_TO
