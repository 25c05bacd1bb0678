"""Shares with their uncertainty."""

from __future__ import annotations

import math


def wilson(hit: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    if not n:
        return 0.0, 1.0
    share = hit / n
    middle = share + z * z / (2 * n)
    wide = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return (middle - wide) / (1 + z * z / n), (middle + wide) / (1 + z * z / n)


def share(hit: int, n: int) -> str:
    """Return `hit/n`, the share and its interval as a short text."""
    if not n:
        return "-"
    low, high = wilson(hit, n)
    return (
        f"{hit}/{n} {hit / n:.1%} ({low:.0%}-{high:.0%})"
        if n < 400
        else f"{hit}/{n} {hit / n:.1%} ({low:.1%}-{high:.1%})"
    )
