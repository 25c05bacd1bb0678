"""Text -> tokens -> one pass of the small encoder: logits of each head, and the sentence embedding.

One thread, no network, no state that changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from guardrails.weights import Weights

MOST_TOKENS = 128
DIMENSIONS = 384
_TOGETHER = 16
_OUTPUTS = ("route", "danger", "claim", "embedding")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the encoder says of n texts; embeddings have length one.

    Shapes: route (n, 4), danger (n, number of dangers), claim (n, 1), embedding (n, 384).
    """

    route: Floats
    danger: Floats
    claim: Floats
    embedding: Floats


@dataclass(frozen=True, slots=True)
class Encoder:
    """The loaded encoder; safe to share between threads."""

    _session: Any
    _tokenizer: Any

    @classmethod
    def of(cls, weights: Weights) -> Encoder:
        """Return the encoder of checked weights; raises `ModelError`."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            session = ort.InferenceSession(
                weights.contents["encoder.onnx"], options, providers=["CPUExecutionProvider"]
            )
            tokenizer = Tokenizer.from_str(weights.contents["tokenizer.json"].decode("utf-8"))
        except Exception as exc:
            # Both libraries raise errors of their own making, some of them plain `Exception`.
            raise weights.damaged("encoder.onnx", exc) from exc
        tokenizer.no_padding()
        tokenizer.enable_truncation(MOST_TOKENS)
        return cls(session, tokenizer)

    def encode(self, texts: Sequence[tuple[str, str]]) -> Encoded:
        """Encode texts, each with what the same writer said before it (or nothing), in the order given.

        Texts are readings as `guardrails.spelled` makes them; what goes beyond 128 tokens is cut.
        """
        coded = self._tokenizer.encode_batch([(text, before) if before else text for text, before in texts])
        order = sorted(range(len(texts)), key=lambda at: len(coded[at].ids))
        parts: list[list[Floats]] = []
        for chunk in _chunks(order):
            length = len(coded[chunk[-1]].ids)
            ids = np.zeros((len(chunk), length), np.int64)
            types = np.zeros((len(chunk), length), np.int64)
            for row, at in enumerate(chunk):
                ids[row, : len(coded[at].ids)] = coded[at].ids
                types[row, : len(coded[at].ids)] = coded[at].type_ids
            parts.append(self._session.run(_OUTPUTS, {"ids": ids, "types": types}))
        back = np.argsort(order)
        return Encoded(
            *(np.concatenate([part[kind] for part in parts])[back] for kind in range(len(_OUTPUTS)))
        )


def _chunks(order: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(order), _TOGETHER):
        yield order[at : at + _TOGETHER]
