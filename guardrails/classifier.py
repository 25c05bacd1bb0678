"""The learned second opinion: what the guard expects of a classifier, and the packaged one that keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np

from guardrails import weights
from guardrails.encoder import Encoder, Floats
from guardrails.mapped import Mapped
from guardrails.ngrams import Linear, together
from guardrails.normalise import Normal
from guardrails.spelled import spelled
from guardrails.verdict import Danger

WINDOW = 30
"""How many words a window of a long message has, about."""

_STEP = 15
_WORD = re.compile(r"\S+")
_MASK = re.compile(r"[a-z][0-9@$!|+€£*]+[a-z]|[0-9@$][a-z]+[0-9@$]|([a-z])\1|(?<![a-z0-9])[0-9@$][a-z]{2,}")
_DOTTED = re.compile(r"(?<=[a-z])[.*_~|/+·](?=[a-z])")
_NOT_LETTER = re.compile(r"[^a-z0-9]+")


def _nothing() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a classifier thinks of one message.

    `scores` are probabilities of crisis, medical, sourcing and other; each is the highest over the
    windows of the message, so that long ones may add up to more than one. `followed` is the same for
    the message read together with what its writer said before; empty when nothing was. `pointed` is the
    highest over the places that rules pointed at; empty when none did. `places` says in which part of the
    original (begin, end) each score was found.
    """

    scores: Mapping[str, float]
    followed: Mapping[str, float] = field(default_factory=_nothing)
    pointed: Mapping[str, float] = field(default_factory=_nothing)
    dangers: Mapping[Danger, float] = field(default_factory=lambda: MappingProxyType({}))
    places: Mapping[str, tuple[int, int]] = field(default_factory=lambda: MappingProxyType({}))
    embedding: tuple[float, ...] | None = None


@runtime_checkable
class Classifier(Protocol):
    """Anything that gives calibrated probabilities for a message."""

    def classify(
        self, message: Normal, before: Sequence[Normal] = (), spots: Sequence[tuple[int, int]] = ()
    ) -> Opinion:
        """Return an opinion of a message, and of it after what the same writer said before, oldest first.

        `spots` are places in the original text of which rules are not sure; each is judged by its sentence.
        """
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the two models' logits become probabilities: the linear one's share, then factors and shifts."""

    linear: float
    scale: Floats
    shift: Floats

    def shares(self, encoder: Floats, linear: Floats) -> Floats:
        """Return calibrated probabilities (n, routes) for the logits (n, routes) of both models."""
        mixed = (1 - self.linear) * _log_softmax(encoder) + self.linear * _log_softmax(linear)
        shares: Floats = np.exp(_log_softmax(mixed * self.scale + self.shift))
        return shares


@dataclass(frozen=True, slots=True)
class Learned:
    """The packaged classifier: a fine-tuned sentence encoder, steadied by a linear model.

    It reads the whole message and windows over it, and the message after what was said before.
    """

    encoder: Encoder
    linear: Linear
    calibration: Calibration
    routes: tuple[str, ...]
    dangers: tuple[Danger, ...]
    version: str

    @classmethod
    def load(cls, folder: Path | None = None) -> Learned:
        """Return the classifier of a model folder, the packaged one if none is named; raises `ModelError`."""
        return _loaded(folder or weights.MODEL)

    def classify(
        self, message: Normal, before: Sequence[Normal] = (), spots: Sequence[tuple[int, int]] = ()
    ) -> Opinion:
        """Return an opinion of a message, of its windows, of what it continues and of what rules point at."""
        readings = (message.whole[0], *windows(message.whole[0]), *unmasked(message))
        parts = [spelled(reading) for reading in readings]
        texts = [(part.text, "") for part in parts]
        earlier = "\n".join(spelled(turn.whole[0]).text for turn in before if turn.whole[0].text)
        if earlier:
            texts.append((parts[0].text, earlier))
        pointed = [spelled(sentence).text for sentence in _sentences_at(message, spots)]
        texts += [(text, "") for text in pointed]
        encoded = self.encoder.encode(texts)
        linear = np.stack([self.linear.logits(together(text, before)) for text, before in texts])
        shares = self.calibration.shares(encoded.route, linear)
        own = len(texts) - len(pointed)
        alone, followed = shares[: len(parts)], shares[len(parts) : own]
        worst = alone.argmax(0)
        grave = int(shares[:, self.routes.index("crisis")].argmax())
        danger = 1.0 / (1.0 + np.exp(-encoded.danger[grave]))
        return Opinion(
            scores=self._named(alone.max(0)),
            followed=self._named(followed[0]) if followed.size else _nothing(),
            pointed=self._named(shares[own:].max(0)) if pointed else _nothing(),
            dangers=MappingProxyType({name: float(p) for name, p in zip(self.dangers, danger, strict=True)}),
            places=MappingProxyType(
                {
                    name: parts[int(at)].span(0, len(parts[int(at)].text))
                    for name, at in zip(self.routes, worst, strict=True)
                }
            ),
            embedding=tuple(float(x) for x in encoded.embedding[0]),
        )

    def _named(self, values: Floats) -> Mapping[str, float]:
        return MappingProxyType({name: float(value) for name, value in zip(self.routes, values, strict=True)})


@cache
def _loaded(folder: Path) -> Learned:
    """Read a model folder once: the guard and the publication rail share one encoder."""
    read = weights.Weights.read(folder)
    encoder = Encoder.of(read)
    try:
        linear = Linear.read(read.contents["linear.npz"])
        about = read.manifest["calibration"]
        calibration = Calibration(
            float(about["linear"]),
            np.asarray(about["scale"], np.float32),
            np.asarray(about["shift"], np.float32),
        )
        dangers = tuple(Danger(name) for name in read.manifest["dangers"])
    except (KeyError, TypeError, ValueError) as exc:
        raise read.damaged("linear.npz", exc) from exc
    return Learned(encoder, linear, calibration, tuple(read.manifest["routes"]), dangers, read.version)


@dataclass(frozen=True, slots=True)
class Missing:
    """Stands where the weights could not be loaded: it has no opinion, so that verdicts say `degraded`."""

    problem: str

    def classify(
        self, message: Normal, before: Sequence[Normal] = (), spots: Sequence[tuple[int, int]] = ()
    ) -> Opinion:
        """Raise RuntimeError, always."""
        raise RuntimeError(self.problem)


def _sentences_at(message: Normal, spots: Sequence[tuple[int, int]]) -> tuple[Mapped, ...]:
    """Return the sentences that hold one of the places, unless the message is just one sentence."""
    single = [sentence.readings[0] for sentence in message.sentences if not sentence.joined]
    if len(single) < 2:
        return ()
    return tuple(
        reading
        for reading in single
        for begin, end in (reading.span(0, len(reading.text)),)
        if any(begin < spot_end and spot < end for spot, spot_end in spots)
    )


def unmasked(message: Normal) -> tuple[Mapped, ...]:
    """Return the plainest reading of a message whose words are spaced out, stretched or written in digits.

    A hyphen taken out or a misspelling mended alone is no reason to read a message twice.
    """
    plain = message.whole[0].text
    masked = _MASK.search(plain) is not None
    others = [
        reading
        for reading in message.whole[1:]
        if (masked and _letters(reading.text) != _letters(plain))
        or len(reading.text.split()) + 2 <= len(plain.split())
        or len(_DOTTED.findall(plain)) > len(_DOTTED.findall(reading.text)) + 1
    ]
    # A digit may stand for two letters: the first and the last reading hold one way each.
    return tuple({reading.text: reading for reading in (*others[:1], *others[-1:])}.values())


def windows(reading: Mapped) -> tuple[Mapped, ...]:
    """Return parts of a long text: sentences put together to about 30 words, each begun by every sentence."""
    words = [match.span() for match in _WORD.finditer(reading.text)]
    if len(words) <= WINDOW + _STEP:
        return ()
    cuts = [
        0,
        *(at for at in range(1, len(words)) if _ends(reading.text, words[at - 1], words[at])),
        len(words),
    ]
    sentences = [piece for begin, end in pairwise(cuts) for piece in _short(begin, end)]
    found: list[tuple[int, int]] = []
    for at, (begin, _) in enumerate(sentences):
        end = next((e for _, e in sentences[at:] if e - begin >= WINDOW), len(words))
        if not found or end > found[-1][1]:
            found.append((begin, end))
    return tuple(reading.cut(words[begin][0], words[end - 1][1]) for begin, end in found)


def _ends(text: str, word: tuple[int, int], following: tuple[int, int]) -> bool:
    return text[word[1] - 1] in ".!?" or "\n" in text[word[1] : following[0]]


def _short(begin: int, end: int) -> list[tuple[int, int]]:
    """Cut a sentence without an end in sight into steps of half a window."""
    if end - begin <= WINDOW:
        return [(begin, end)]
    return [(at, min(at + _STEP, end)) for at in range(begin, end, _STEP)]


def _letters(text: str) -> str:
    return _NOT_LETTER.sub("", text)


def _log_softmax(logits: Floats) -> Floats:
    high = logits - logits.max(-1, keepdims=True)
    logs: Floats = high - np.log(np.exp(high).sum(-1, keepdims=True))
    return logs
