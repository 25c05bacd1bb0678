"""Weighs the evidence: which entry is first, and whether to speak it, offer titles or stay silent.

Three small linear models whose weights stand in `thresholds.yaml` with the figures they were chosen
by: one orders the candidates, one gives the chance that the first is right, one the chance that
the right one is among the first four.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
import yaml

from bot.search.features import EVIDENCE, MESSAGE_EVIDENCE, Evidence, about_message
from bot.search.postings import Weights

MOST_CHOICES = 4
FEWEST_CHOICES = 2


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates best first, and what the models make of them."""

    evidence: Evidence
    scores: tuple[float, ...]
    chance_first: float
    chance_offered: float

    def share(self, at: int) -> float:
        """Return the weight of one candidate against all of them."""
        return float(np.exp(self.scores[at]) / np.exp(np.asarray(self.scores)).sum())


@dataclass(frozen=True)
class Ranker:
    """The frozen weights and the two thresholds."""

    order: Mapping[str, float]
    speak: Mapping[str, float]
    offer: Mapping[str, float]
    answer_at: float
    answer_thin_at: float
    """The bar for a message that says little: one topic word, or a fragment of a conversation."""
    offer_at: float

    @classmethod
    @functools.cache
    def load(cls) -> Ranker:
        """Read the packaged weights."""
        text = files("bot.search").joinpath("thresholds.yaml").read_text(encoding="utf-8")
        return cls.parse(yaml.safe_load(text))

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Ranker:
        """Return the ranker of a thresholds file; raises ValueError where a weight is missing."""
        message = (*MESSAGE_EVIDENCE, "bias")
        wanted = {"order": EVIDENCE, "speak": message, "offer": message}
        for model, names in wanted.items():
            missing = [name for name in names if name not in data.get(model, {})]
            if missing:
                raise ValueError(
                    f"bot/search/thresholds.yaml: {model} lacks {', '.join(missing)}. "
                    "Run python -m benchmarks.search --fit"
                )
        models = {m: MappingProxyType({n: float(data[m][n]) for n in names}) for m, names in wanted.items()}
        return cls(
            **models,
            answer_at=float(data["thresholds"]["answer"]),
            answer_thin_at=float(data["thresholds"]["answer_thin"]),
            offer_at=float(data["thresholds"]["offer"]),
        )

    def rank(self, evidence: Evidence) -> Ranked:
        """Order the candidates and judge the first ones; ties stay in the order of the rough score."""
        if not len(evidence.entries):
            return Ranked(evidence, (), 0.0, 0.0)
        ordered, scores = order(evidence, np.asarray([self.order[name] for name in EVIDENCE]))
        about = (*about_message(ordered, scores), 1.0)
        return Ranked(
            ordered,
            scores,
            _logistic(about, [self.speak[name] for name in (*MESSAGE_EVIDENCE, "bias")]),
            _logistic(about, [self.offer[name] for name in (*MESSAGE_EVIDENCE, "bias")]),
        )


def order(evidence: Evidence, weights: Weights) -> tuple[Evidence, tuple[float, ...]]:
    """Return the evidence with the candidates sorted by their weighed score, and the scores."""
    scores = evidence.rows.astype(np.float64) @ weights
    places = np.argsort(-scores, kind="stable")
    ordered = replace(
        evidence,
        entries=evidence.entries[places],
        rows=evidence.rows[places],
        best_units=evidence.best_units[places],
        held=evidence.held[:, places],
    )
    return ordered, tuple(float(s) for s in scores[places])


def _logistic(values: tuple[float, ...], weights: list[float]) -> float:
    total = float(np.dot(values, weights))
    return float(1 / (1 + np.exp(-np.clip(total, -30, 30))))
