"""What earlier tiers reached, kept while the next is solved."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.planning.parts.asking import room
from allocator.planning.parts.whole import LIMITS, RULE_TIERS, Answer, Joint, Whole

Floats = NDArray[np.float64]
TIERS = (LIMITS, *RULE_TIERS, "existing beds", "objective")
_NO_MISS = 1e-9
_OFF = 1e-6


@dataclass(eq=False)
class Holds:
    """Tiers that are settled.

    Attributes
    ----------
    apart
        Per tier, the most that each piece may have of it by itself: no other answer can do with
        less anywhere, so that nothing is lost.
    together
        Per tier, the most of all pieces and rows, where they may trade with one another.
    as_is
        Per tier, what each piece has of it once all tiers are settled.
    """

    whole: Whole
    apart: dict[str, list[float]] = field(default_factory=dict)
    together: dict[str, float] = field(default_factory=dict)
    as_is: dict[str, list[float]] = field(default_factory=dict)

    def hold(self, tier: str, x: Answer, least: list[float]) -> None:
        """Keep what an answer reached; ``least`` is what each piece needs of it by itself."""
        value = self.whole.value(tier, x)
        alone = sum(least) + self.whole.constants.get(tier, 0.0)
        if value <= alone + _OFF * max(2.0 * len(least), abs(value)):
            mine = [self.whole.terms(tier, k).value(x[k]) for k in range(len(x))]
            self.apart[tier] = [room(max(a, b)) for a, b in zip(mine, least, strict=True)]
        else:
            self.together[tier] = room(value)

    def keep_as_is(self, x: Answer) -> None:
        """Let nothing get worse than it is, part by part: what settles ties comes after this."""
        for tier in (*TIERS, "cost"):
            mine = [self.whole.terms(tier, k).value(v) for k, v in enumerate(x)]
            self.as_is[tier] = [room(value) for value in mine]

    def rows_of(self, k: int) -> tuple[csr_array, Floats]:
        """Rows that hold settled tiers in a piece alone: coefficients, and upper sides."""
        held = {**self.apart, **self.as_is}
        terms = [self.whole.terms(tier, k) for tier in held]
        kept = [e.vector.any() for e in terms]
        upper = [most[k] - e.constant for most, e in zip(held.values(), terms, strict=True)]
        vectors = [e.vector for e, some in zip(terms, kept, strict=True) if some]
        n = len(self.whole.pieces[k].program.lower)
        rows = csr_array(np.array(vectors, dtype=np.float64).reshape(len(vectors), n))
        return rows, np.array([u for u, some in zip(upper, kept, strict=True) if some])

    def allow(self, x: Answer) -> bool:
        """Whether an answer keeps to all that is held, and to the borders."""
        if any(x[b.part][b.column] > x[b.home][b.home_column] + 0.5 for b in self.whole.borders):
            return False
        for tier, most in self.together.items():
            if self.whole.value(tier, x) > most + _OFF:
                return False
        for k in range(len(x)):
            rows, upper = self.rows_of(k)
            if len(upper) and (rows @ x[k] > upper + _OFF * np.maximum(1.0, np.abs(upper))).any():
                return False
        return all(
            row.missed(x) <= _OFF * max(1.0, abs(row.rhs))
            for row in self.whole.rows
            if row.tier in self.apart
        )

    def joint_rows(self, stage: str) -> list[tuple[Joint, float | None]]:
        """Rows over several pieces that matter in a stage, and what a miss of 1 / scale costs.

        None: it may not be missed. Rows of later tiers do not matter yet.
        """
        found: list[tuple[Joint, float | None]] = []
        for row in self.whole.rows:
            if row.tier == stage:
                found.append((row, 1.0))
            elif row.tier in self.apart:
                found.append((row, None))
            elif row.tier in self.together:
                found.append((row, 0.0))
        return found
