"""Fits the linear model over letters and words that steadies the encoder."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from guardrails.ngrams import PLACES, counted

STRENGTH = 8.0
ROUNDS = 80


def fit_linear(texts: Sequence[str], labels: Sequence[int]) -> bytes:
    """Return the weights as the bytes of an .npz file; labels are positions in `ROUTES`."""
    starts, places, counts = [0], [], []
    for text in texts:
        where, often = counted(text)
        places.append(where)
        counts.append(1.0 + np.log(often))
        starts.append(starts[-1] + len(where))
    matrix = csr_matrix(
        (np.concatenate(counts), np.concatenate(places), np.array(starts)),
        shape=(len(texts), PLACES),
        dtype=np.float32,
    )
    holding = np.bincount(matrix.indices, minlength=PLACES)
    rarity = (np.log((1 + len(texts)) / (1 + holding)) + 1).astype(np.float16)
    matrix = matrix.multiply(rarity.astype(np.float32)[None]).tocsr()
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
    matrix = _scaled(matrix, lengths)
    model = LogisticRegression(C=STRENGTH, max_iter=ROUNDS, tol=1e-3).fit(matrix, np.asarray(labels))
    out = io.BytesIO()
    np.savez_compressed(
        out, rarity=rarity, weights=model.coef_.T.astype(np.float16), bias=model.intercept_.astype(np.float32)
    )
    return out.getvalue()


def _scaled(matrix: csr_matrix, lengths: np.ndarray) -> csr_matrix:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return csr_matrix(
        (matrix.data / np.maximum(lengths, 1e-9)[rows], matrix.indices, matrix.indptr), shape=matrix.shape
    )
