"""People as programs have them: ten criteria of mixed kinds."""

import numpy as np

from matching.solver import CriteriaScores, Criterion


def bits(flags: np.ndarray) -> np.ndarray:
    """bool[., bits] as uint64[., words]."""
    words = -(-flags.shape[1] // 64)
    padded = np.zeros((len(flags), words * 64), bool)
    padded[:, : flags.shape[1]] = flags
    return np.packbits(padded, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def criteria(n: int, m: int, seed: int) -> list[Criterion]:
    rng = np.random.default_rng(seed)

    def codes(values: int, missing: float = 0.05) -> tuple[np.ndarray, np.ndarray]:
        return tuple(np.where(rng.random(size) < missing, -1, rng.integers(0, values, size)) for size in (n, m))

    def numbers(low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
        return tuple(rng.integers(low, high, size) for size in (n, m))

    def sets(size: int, share: float) -> tuple[np.ndarray, np.ndarray]:
        return tuple(bits(rng.random((people, size)) < share) for people in (n, m))

    def weeks() -> tuple[np.ndarray, np.ndarray]:
        """Two to five evenings or mornings of three hours."""
        made = []
        for people in (n, m):
            flags = np.zeros((people, 168), bool)
            for _ in range(5):
                day, hour = rng.integers(0, 7, people), rng.integers(7, 20, people)
                for more in range(3):
                    flags[np.arange(people), 24 * day + hour + more] = True
            made.append(bits(flags))
        return made[0], made[1]

    return [
        Criterion("language", "overlap", *sets(12, 0.25), hard=True, missing_blocks=False),
        Criterion("place", "same", *codes(5), weight=30),
        Criterion("values", "same", *codes(12), weight=60),
        Criterion("background", "different", *codes(8), weight=60),
        Criterion("field", "same", *codes(20), weight=30),
        Criterion("experience", "far", *numbers(0, 40), weight=30, span=15),
        Criterion("age", "near", *numbers(18, 70), weight=10, span=20),
        Criterion("topics", "offers", *sets(24, 0.2), weight=100),
        Criterion("week", "overlap", *weeks(), weight=60, need=4),
        Criterion("style", "near", *numbers(1, 6), weight=30, span=4),
    ]


def scores(n: int, m: int, seed: int = 0) -> CriteriaScores:
    return CriteriaScores(criteria(n, m, seed), n, m)


def places(m: int, *, scarce: bool, seed: int = 0) -> np.ndarray:
    """1 to 3 a mentor: for two mentees a mentor 5% more than are needed, or a quarter fewer."""
    shares = (0.6, 0.3, 0.1) if scarce else (0.25, 0.4, 0.35)
    return np.random.default_rng(seed + 1).choice([1, 2, 3], m, p=shares)
