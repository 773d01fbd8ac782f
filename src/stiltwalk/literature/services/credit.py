"""Credit: what a database says one may still ask today, read from its answers.

OpenAlex counts in credits or in dollars: ``X-RateLimit-Remaining`` and ``X-RateLimit-Credits-Used``, or
``X-RateLimit-Remaining-USD``, ``X-RateLimit-Cost-USD`` and ``X-RateLimit-Prepaid-Remaining-USD``, with
``X-RateLimit-Reset`` in seconds. A search costs $0.001; $0.10 a day are free without a key and $1 with a
free one (https://developers.openalex.org/api-reference/authentication and
https://docs.openalex.org/how-to-use-the-api/rate-limits-and-authentication, read 2026-11-22). Crossref
paces by ``X-Rate-Limit-Limit`` requests per ``X-Rate-Limit-Interval``
(https://crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/, read 2026-11-22).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

_LONGEST: Final = 60.0
"""Most seconds between two requests that these headers can ask for."""


class Credit(NamedTuple):
    """What is left.

    Attributes:
        left: in the service's own unit.
        cost: of a request like the last one, in the same unit.
        unit: ``$``, or ``credits``.
        renewed: seconds until there is more; ``None``: not said.
    """

    left: float
    cost: float
    unit: str
    renewed: float | None

    @property
    def enough(self) -> bool:
        """Whether another request like the last one can be paid for."""
        # amounts are printed in decimals: a tenth of a cost is no request
        return self.left >= 0.9 * self.cost and self.left > 0

    def __str__(self) -> str:
        if self.unit == "$":
            return f"${self.left:g} of credit is left, a request costs ${self.cost:g}"
        return f"{self.left:g} credits are left, a request costs {self.cost:g}"


def credit_in(headers: Mapping[str, str]) -> Credit | None:
    """What ``headers`` (names in lower case) say of the credit left; ``None``: nothing."""
    renewed = _number(headers.get("x-ratelimit-reset"))
    if (_number(headers.get("x-ratelimit-onetime-remaining")) or 0) > 0:
        return None  # bought once, spent when the day's is: nothing to stop for
    left = _number(headers.get("x-ratelimit-remaining-usd"))
    if left is not None:
        left += _number(headers.get("x-ratelimit-prepaid-remaining-usd")) or 0
        cost = _most(headers, "x-ratelimit-cost-usd", "x-ratelimit-cost-required-usd")
        return Credit(left, cost, "$", renewed)
    left = _number(headers.get("x-ratelimit-remaining"))
    cost = _most(headers, "x-ratelimit-credits-used", "x-ratelimit-credits-required")
    return Credit(left, cost, "credits", renewed) if left is not None and cost else None


def _most(headers: Mapping[str, str], *names: str) -> float:
    """The largest of these numbers: what a request cost, or would have had there been credit for it."""
    return max(_number(headers.get(name)) or 0 for name in names)


def interval_in(headers: Mapping[str, str]) -> float:
    """Least seconds between two requests, as ``headers`` say it; 0: they do not."""
    most = _number(headers.get("x-rate-limit-limit"))
    within = re.fullmatch(r"(\d+(?:\.\d+)?)s", headers.get("x-rate-limit-interval", "").strip())
    return min(_LONGEST, float(within.group(1)) / most) if most and within else 0.0


def _number(value: str | None) -> float | None:
    try:
        found = float((value or "").strip().removeprefix("$"))
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None
