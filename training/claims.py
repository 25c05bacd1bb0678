"""Fits the head that judges draft answers anew, on the finished encoder and every labelled draft."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from training.batches import Tokens
from training.fit import predict
from training.network import Params

STRENGTH = 0.02


def with_claims(trained: Params, frozen: Params, rows: Sequence[tuple[str, float]], tokens: Tokens) -> Params:
    """Return the parameters with the claim head of least regularised loss over (passage, label) rows."""
    features = predict(trained, frozen, [(text, "") for text, _ in rows], tokens)["features"]
    model = LogisticRegression(C=STRENGTH, max_iter=400, class_weight="balanced")
    model.fit(features, np.array([label > 0.5 for _, label in rows]))
    claim = {"w": model.coef_.T.astype(np.float32), "b": model.intercept_.astype(np.float32)}
    return {**trained, "heads": {**trained["heads"], "claim": claim}}
