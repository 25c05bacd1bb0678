"""Turns logits into probabilities that mean what they say, on messages that were not trained on.

Labelled files hold far more danger than life does: messages are weighed so that one in ten is risky.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax

from training.messages import Message
from training.network import ROUTES

PRIOR = {"crisis": 0.04, "medical": 0.045, "sourcing": 0.015, "other": 0.9}
SHARES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
_BINS = 12

Doubles = NDArray[np.float64]


def weights(held: Sequence[Message]) -> Doubles:
    """Return a weight for each message so that routes are as frequent as in life; they add up to one."""
    groups = [one.group for one in held]
    return np.array([PRIOR[group] / groups.count(group) for group in groups])


def targets(held: Sequence[Message]) -> Doubles:
    """Return the routes of messages as rows of one."""
    return np.array([[float(one.group == route) for route in ROUTES] for one in held])


def mixed(encoder: Doubles, linear: Doubles, share: float) -> Doubles:
    """Return the log odds of both models put together."""
    out: Doubles = (1 - share) * log_softmax(encoder, axis=1) + share * log_softmax(linear, axis=1)
    return out


def fit_calibration(logits: Doubles, held: Sequence[Message]) -> tuple[Doubles, Doubles, float]:
    """Return (factors, shifts, loss): one of each a route, of least weighted log loss."""
    weight, target = weights(held), targets(held)

    def loss(at: Doubles) -> float:
        return float(
            -(weight[:, None] * target * log_softmax(logits * np.exp(at[:4]) + at[4:], axis=1)).sum()
        )

    best = minimize(loss, np.zeros(8), method="L-BFGS-B")
    return np.exp(best.x[:4]), best.x[4:] - best.x[7], float(best.fun)


def share_of(encoder: Doubles, linear: Doubles, held: Sequence[Message]) -> tuple[float, Doubles, Doubles]:
    """Return (the linear model's share, factors, shifts) of least loss."""
    tried = [(share, *fit_calibration(mixed(encoder, linear, share), held)) for share in SHARES]
    share, scale, shift, _ = min(tried, key=lambda one: one[3])
    return share, scale, shift


def calibration_error(shares: Doubles, held: Sequence[Message]) -> dict[str, float]:
    """Return the expected calibration error of each guarded route at the prior of life."""
    weight, target = weights(held), targets(held)
    out = {}
    for at, route in enumerate(ROUTES[:3]):
        bins = np.minimum((shares[:, at] * _BINS).astype(int), _BINS - 1)
        out[route] = float(
            sum(
                abs((weight[bins == b] * (shares[bins == b, at] - target[bins == b, at])).sum())
                for b in range(_BINS)
            )
        )
    return out
