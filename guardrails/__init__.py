"""The guard of Signpost: text in, verdict out.

Pure: no network, no clock, no files but its own policy. `screen` judges a message, `redact` takes
names and numbers out of one before it is stored, `review_text` judges what moderators want to publish.
"""

from __future__ import annotations

from guardrails.data import PolicyError
from guardrails.guard import Guard, screen
from guardrails.publication import Claim, review_text
from guardrails.redact import redact
from guardrails.verdict import GUARDED, Author, Danger, Reason, Route, Surface, Turn, Verdict
from guardrails.weights import ModelError

__all__ = [
    "GUARDED",
    "Author",
    "Claim",
    "Danger",
    "Guard",
    "ModelError",
    "PolicyError",
    "Reason",
    "Route",
    "Surface",
    "Turn",
    "Verdict",
    "redact",
    "review_text",
    "screen",
]
