"""The 95th percentile, used for latency.

Examples
--------
>>> measure_p95([3.0] * 19 + [50.0])
3.0
>>> measure_p95([1.0, 2.0])
2.0
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def measure_p95(times: Sequence[float]) -> float:
    """Return the time that 95 % of the runs did not exceed (nearest rank).

    Parameters
    ----------
    times : sequence of float
        At least one, in any unit and order.
    """
    return sorted(times)[math.ceil(0.95 * len(times)) - 1]


__all__ = ["measure_p95"]
