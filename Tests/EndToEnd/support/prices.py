# SPDX-License-Identifier: Apache-2.0
"""Costs, computed once more and in another way than the gateway does: exact fractions of a dollar."""

import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Price:
    """US dollars per million tokens, as decimal text, as in the configuration file."""

    input: str
    output: str
    cached_input: str | None = None
    cache_write: str | None = None

    def yaml(self) -> dict:
        # Numbers as a person would write them; they are read back from this text, never from a binary fraction.
        fields = {name: getattr(self, name) for name in ("input", "output", "cached_input", "cache_write")}
        return {name: float(value) for name, value in fields.items() if value is not None}

    def nano_dollars(self, *, prompt: int, completion: int, cached: int = 0, cache_write: int = 0) -> int:
        """The exact cost, rounded up once to a whole nano-dollar."""
        base = Fraction(self.input)
        dollars = (
            (prompt - cached - cache_write) * base
            + cached * (base if self.cached_input is None else Fraction(self.cached_input))
            + cache_write * (base if self.cache_write is None else Fraction(self.cache_write))
            + completion * Fraction(self.output)
        ) / 1_000_000
        return math.ceil(dollars * 1_000_000_000)


# What the tests' gateway is configured with. Odd on purpose: no two sums of tokens cost the same by accident.
GPT = Price("0.15", "0.60", cached_input="0.075")
CLAUDE = Price("3.1", "15.7", cached_input="0.31", cache_write="3.75")
EMBEDDING = Price("0.02", "0")
