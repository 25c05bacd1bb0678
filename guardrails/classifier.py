"""The learned second opinion, as a promise: what the guard expects of a classifier.

No classifier is packaged yet. The guard takes one that keeps this promise, and goes on by rules
alone, and says so, when it raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

from guardrails.verdict import Route


@runtime_checkable
class Classifier(Protocol):
    """Anything that gives calibrated probabilities for a text."""

    def classify(self, text: str) -> Mapping[Route | Literal["other"], float]:
        """Return a probability for crisis, medical, sourcing and other; they add up to one."""
        ...
