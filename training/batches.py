"""Turns the corpus into batches: routes with dangers, pairs for search, claims for publication."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from tokenizers import Tokenizer

from guardrails import GUARDED
from training.messages import DANGERS, Message, read_as, rows
from training.network import ROUTES
from training.noise import noisy

LENGTHS = (16, 24, 32, 48, 64, 96, 128)
SIZE = 32
PAIRS = 24
PAIR_LENGTH = 64
_POOL = 40
_SOFT = 0.2
_NOISE = 0.3
_BEFORE = 0.12
_BETWEEN = 0.1

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A text ready for the tokenizer, with what it should come out as; `dangers` is None if not labelled."""

    text: str
    before: str
    route: tuple[float, ...]
    dangers: tuple[float, ...] | None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids and segments (size, length) with the targets of one kind of lesson."""

    kind: str
    ids: Ints
    types: Ints
    target: Floats
    extra: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Topic:
    """One FAQ entry: what members ask it in and what it says."""

    asked: tuple[str, ...]
    said: tuple[str, ...]


class Tokens:
    """The base tokenizer: texts to ids, cut to the longest length."""

    def __init__(self, path: Path) -> None:
        self._tokenizer = Tokenizer.from_file(str(path))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LENGTHS[-1])

    def encode(self, texts: Sequence[tuple[str, str]]) -> list[tuple[list[int], list[int]]]:
        """Return (ids, segments) of each text with what came before it as the second segment."""
        given = [(text, before) if before else text for text, before in texts]
        return [(one.ids, one.type_ids) for one in self._tokenizer.encode_batch(given)]


def example(one: Message) -> Example:
    """Return a message as an example; other acceptable routes share a fifth of the target."""
    accepted = {route if route in GUARDED else "other" for route in one.accept | {one.route}}
    others = accepted - {one.group}
    target = dict.fromkeys(ROUTES, 0.0)
    target[one.group] = 1.0 - (_SOFT if others else 0.0)
    for other in others:
        target[other] += _SOFT / len(others)
    dangers = None
    if one.dangers is not None:
        dangers = tuple(float(name in one.dangers) for name in DANGERS)
    return Example(read_as(one.text), "\n".join(map(read_as, one.before)), tuple(target.values()), dangers)


def route_batches(examples: Sequence[Example], tokens: Tokens, rng: random.Random) -> Iterator[Batch]:
    """Yield one epoch of batches, with slips, subject changes and clauses in the middle mixed in."""
    calm = [one for one in examples if one.route[-1] == 1.0 and not one.before]
    varied = [_varied(one, calm, rng) for one in examples]
    rng.shuffle(varied)
    for at in range(0, len(varied), SIZE * _POOL):
        pool = varied[at : at + SIZE * _POOL]
        coded = tokens.encode([(one.text, one.before) for one in pool])
        order = sorted(range(len(pool)), key=lambda i: len(coded[i][0]))
        chunks = [order[i : i + SIZE] for i in range(0, len(order), SIZE)]
        rng.shuffle(chunks)
        for chunk in chunks:
            ids, types = padded([coded[i] for i in chunk], SIZE)
            size = len(chunk)
            route = np.zeros((SIZE, len(ROUTES)), np.float32)
            route[:, -1] = 1.0
            route[:size] = [pool[i].route for i in chunk]
            danger = np.full((SIZE, len(DANGERS)), -1.0, np.float32)
            for row, i in enumerate(chunk):
                if (dangers := pool[i].dangers) is not None:
                    danger[row] = dangers
            weight = np.zeros(SIZE, np.float32)
            weight[:size] = [pool[i].weight for i in chunk]
            yield Batch("route", ids, types, route, danger, weight)


def pair_batches(
    communities: Sequence[Sequence[Topic]], tokens: Tokens, rng: random.Random, steps: int
) -> Iterator[Batch]:
    """Yield batches of pairs from one community each: the first half asks, the second half is what fits."""
    for _ in range(steps):
        topics = rng.choice(communities)
        chosen = rng.sample(list(topics), min(PAIRS, len(topics)))
        asked, fits = [], []
        for topic in chosen:
            first = rng.choice(topic.asked)
            rest = [one for one in topic.asked if one != first]
            asked.append(noisy(first, rng) if rng.random() < _NOISE else first)
            fits.append(rng.choice(rest) if rest and rng.random() < 0.5 else rng.choice(topic.said))
        blank = [""] * (PAIRS - len(chosen))
        coded = tokens.encode([(text, "") for text in (*asked, *blank, *fits, *blank)])
        ids, types = padded([(i[:PAIR_LENGTH], t[:PAIR_LENGTH]) for i, t in coded], 2 * PAIRS)
        weight = np.zeros(PAIRS, np.float32)
        weight[: len(chosen)] = 1.0
        yield Batch("pair", ids, types, np.zeros((0,), np.float32), np.zeros((0,), np.float32), weight)


def claim_batches(
    labelled: Sequence[tuple[str, float]], tokens: Tokens, rng: random.Random
) -> Iterator[Batch]:
    """Yield one epoch of batches of passages that may or may not be published."""
    mixed = list(labelled)
    rng.shuffle(mixed)
    for at in range(0, len(mixed) - SIZE + 1, SIZE):
        chunk = mixed[at : at + SIZE]
        ids, types = padded([(i, t) for i, t in tokens.encode([(text, "") for text, _ in chunk])], SIZE)
        target = np.array([[label] for _, label in chunk], np.float32)
        yield Batch("claim", ids, types, target, np.zeros((0,), np.float32), np.ones(SIZE, np.float32))


def padded(coded: Sequence[tuple[list[int], list[int]]], size: int) -> tuple[Ints, Ints]:
    """Return ids and segments as arrays of the next length that holds them all."""
    longest = max(len(ids) for ids, _ in coded)
    length = next(one for one in LENGTHS if one >= min(longest, LENGTHS[-1]))
    ids, types = np.zeros((size, length), np.int32), np.zeros((size, length), np.int32)
    ids[:, 0] = 101
    for row, (one, segments) in enumerate(coded):
        ids[row, : min(length, len(one))] = one[:length]
        types[row, : min(length, len(one))] = segments[:length]
    return ids, types


def topics(folder: Path) -> list[Topic]:
    """Return the entries of one authored community as topics."""
    entries: list[dict[str, Any]] = yaml.safe_load((folder / "resources.yaml").read_text(encoding="utf-8"))[
        "entries"
    ]
    asked: dict[str, list[str]] = {entry["id"]: list(entry["questions"]) for entry in entries}
    for row in rows(folder / "queries.jsonl"):
        if row["entry"] in asked:
            asked[row["entry"]].append(row["text"])
    return [
        Topic(
            tuple(map(read_as, asked[entry["id"]])),
            (
                read_as(entry["title"]),
                read_as(f"{entry['title']}. {entry['answer']}"),
                read_as(entry["answer"]),
            ),
        )
        for entry in entries
    ]


_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


def passages(drafts: Sequence[dict[str, Any]], fine: Sequence[str]) -> list[tuple[str, float]]:
    """Return (passage, 1.0 when it must not be published): drafts, their sentences and pairs of these."""
    out: list[tuple[str, float]] = []
    for row in drafts:
        text, bad = row["text"], row["label"] == "reject"
        out.append((read_as(text), float(bad)))
        cut = [part for part in _SENTENCE.split(text) if len(part.split()) > 1]
        span = row.get("span") or ""
        for part in (*cut, *(" ".join(two) for two in pairwise(cut))):
            # Sentences around a bad one may be bad too: only those that hold the span are known.
            if not bad:
                out.append((read_as(part), 0.0))
            elif span and (span in part or (len(part.split()) > 2 and part in span)):
                out.append((read_as(part), 1.0))
    for text in fine:
        out.append((read_as(text), 0.0))
        out += [(read_as(part), 0.0) for part in _SENTENCE.split(text) if len(part.split()) > 2]
    return out


def _varied(one: Example, calm: Sequence[Example], rng: random.Random) -> Example:
    text, before = one.text, one.before
    if rng.random() < _NOISE:
        text = noisy(text, rng)
    if not before and rng.random() < _BEFORE:
        before = rng.choice(calm).text
    elif not before and rng.random() < _BETWEEN:
        text = " ".join(
            (rng.choice(calm).text, text, *((rng.choice(calm).text,) if rng.random() < 0.6 else ()))
        )
    return Example(text, before, one.route, one.dangers, one.weight)
