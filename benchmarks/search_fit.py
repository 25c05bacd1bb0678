"""Chooses the ranker's weights and thresholds on the development communities.

Every figure it writes is leave-one-community-out: each community is judged by weights that never saw
it. The frozen weights are fitted on all of them. `python -m benchmarks.search --fit` runs it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from rich.progress import track

import bot.search
from benchmarks.communities import TRAINING, Asked, CommunityData, community, split
from bot.search.corpus import Corpus
from bot.search.features import EVIDENCE, MESSAGE_EVIDENCE, Evidence, about_message, gather, make_query
from bot.search.postings import Weights
from bot.search.ranking import MOST_CHOICES, order
from bot.search.words import Words, stem

SEARCH = Path(bot.search.__file__).parent
MOST_WRONG_OF_ANSWERED = 0.09
MOST_OUT_OF_SCOPE_ANSWERED = 0.05
MOST_FAR_SHOWN = 0.17
ANSWER_THIN = 0.9
"""Set by hand: one topic word or a fragment needs near certainty, and too few are labelled to fit it."""
EASY_WEIGHT = 0.2
"""Slightly changed examples count little: there are many, and they only have to stay easy."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message of one community with its evidence and which candidates are right."""

    asked: Asked
    evidence: Evidence
    right: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def weight(self) -> float:
        """Return how much the row counts."""
        return EASY_WEIGHT if "easy" in self.asked.tags else 1.0


@dataclass(frozen=True, slots=True)
class Judged:
    """What the models say of one message, and what is true of it."""

    asked: Asked
    about: tuple[float, ...]
    first: bool
    among: bool
    weight: float


def rows_of(data: CommunityData) -> list[Row]:
    """Return the evidence for every message of a community."""
    words = Words.load()
    corpus = Corpus.build(data.entries, data.questions, words)
    rows: list[Row] = []
    for asked in (*data.asked, *data.easy()):
        evidence = gather(make_query(asked.text, corpus, words), corpus)
        right = np.asarray([corpus.ids[entry] in asked.accept for entry in evidence.entries], dtype=bool)
        rows.append(Row(asked, evidence, right))
    return rows


def fit_order(rows: Sequence[Row], ridge: float = 1.0, steps: int = 300) -> Weights:
    """Return weights that put a right candidate first: a conditional logit, by Adam steps."""
    used = [row for row in rows if row.right.any()]
    lengths = np.asarray([len(row.right) for row in used])
    x = np.concatenate([row.evidence.rows for row in used]).astype(np.float64)
    right = np.concatenate([row.right for row in used])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    owner = np.repeat(np.arange(len(used)), lengths)
    counts = np.asarray([row.weight for row in used])[owner]
    weights, mean, square = (np.zeros(x.shape[1]) for _ in range(3))
    for step in range(1, steps + 1):
        scores = x @ weights
        exps = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        chance = exps / np.add.reduceat(exps, starts)[owner]
        target = exps * right / np.add.reduceat(exps * right, starts)[owner]
        slope = x.T @ ((chance - target) * counts) + ridge * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope * slope
        weights -= 0.1 * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights)


def fit_chance(judged: Sequence[Judged], among: bool, ridge: float = 1.0) -> Weights:
    """Return logistic weights (the bias last) for the first, or one of the first four, being right."""
    used = [j for j in judged if j.about]
    x = np.asarray([(*j.about, 1.0) for j in used])
    y = np.asarray([float(j.among if among else j.first) for j in used])
    counts = np.asarray([j.weight for j in used])
    penalty = np.eye(x.shape[1]) * ridge
    penalty[-1, -1] = 1e-3
    weights = np.zeros(x.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ ((chance - y) * counts) + penalty @ weights
        bend = (x * (chance * (1 - chance) * counts)[:, None]).T @ x + penalty
        weights -= np.linalg.solve(bend, slope)
    return np.asarray(weights)


def judge(rows: Sequence[Row], weights: Weights) -> list[Judged]:
    """Order every row's candidates and describe the outcome."""
    out: list[Judged] = []
    for row in rows:
        if not len(row.right):
            out.append(Judged(row.asked, (), False, False, row.weight))
            continue
        ordered, scores = order(row.evidence, weights)
        right = row.right[np.argsort(-(row.evidence.rows.astype(np.float64) @ weights), kind="stable")]
        among = bool(right[:MOST_CHOICES].any())
        out.append(Judged(row.asked, about_message(ordered, scores), bool(right[0]), among, row.weight))
    return out


def chance(judged: Judged, weights: Weights) -> float:
    """Return the chance a logistic model gives."""
    if not judged.about:
        return 0.0
    return float(1 / (1 + np.exp(-np.dot((*judged.about, 1.0), weights))))


def left_out(by_name: Mapping[str, list[Row]]) -> list[tuple[Judged, float, float]]:
    """Return every message with the two chances, each from weights that never saw its community."""
    judged = {}
    for name in by_name:
        others = [row for other, rows in by_name.items() if other != name for row in rows]
        judged[name] = judge(by_name[name], fit_order(others))
    out: list[tuple[Judged, float, float]] = []
    for name in by_name:
        pool = [j for other, js in judged.items() if other != name for j in js]
        speak, offer = fit_chance(pool, among=False), fit_chance(pool, among=True)
        out += [(j, chance(j, speak), chance(j, offer)) for j in judged[name]]
    return out


def choose(scored: Sequence[tuple[Judged, float, float]]) -> tuple[float, float]:
    """Return the lowest two thresholds that keep to the limits at the top of this module."""
    hard = [s for s in scored if "easy" not in s[0].asked.tags]
    answer = offer = 0.99
    for at in np.arange(0.95, 0.2, -0.01):
        inside = [j for j, speak, _ in hard if j.asked.in_scope and speak >= at]
        outside = [j for j, speak, _ in hard if not j.asked.in_scope and speak >= at]
        wrong = sum(not j.first for j in inside)
        outside_share = len(outside) / sum(not j.asked.in_scope for j, _, _ in hard)
        if outside_share > MOST_OUT_OF_SCOPE_ANSWERED:
            break
        if wrong <= MOST_WRONG_OF_ANSWERED * len(inside):
            answer = float(at)
    far = [s for s in hard if s[0].asked.far]
    for at in np.arange(0.95, 0.05, -0.01):
        if sum(max(speak - answer, o - at) >= 0 for _, speak, o in far) > MOST_FAR_SHOWN * len(far):
            break
        offer = float(at)
    return round(answer, 2), round(offer, 2)


def figures(
    scored: Sequence[tuple[Judged, float, float]], answer: float, offer: float
) -> dict[str, dict[str, float | int]]:
    """Return the leave-one-community-out figures at two thresholds."""
    groups = {
        "in_scope": [s for s in scored if s[0].asked.in_scope and "easy" not in s[0].asked.tags],
        "easy": [s for s in scored if "easy" in s[0].asked.tags],
        "far": [s for s in scored if s[0].asked.far],
        "near": [s for s in scored if not s[0].asked.in_scope and not s[0].asked.far],
    }
    out: dict[str, dict[str, float | int]] = {}
    for name, group in groups.items():
        spoken = [j for j, speak, _ in group if speak >= answer]
        shown = [j for j, speak, o in group if speak < answer and o >= offer]
        n = len(group)
        out[name] = {
            "n": n,
            "right": round(sum(j.first for j in spoken) / n, 3),
            "wrong": round(sum(not j.first for j in spoken) / n, 3),
            "offered_right": round(sum(j.among for j in shown) / n, 3),
            "offered_other": round(sum(not j.among for j in shown) / n, 3),
            "first": round(sum(j.first for j, _, _ in group) / n, 3),
            "among_four": round(sum(j.among for j, _, _ in group) / n, 3),
        }
    return out


def fit() -> dict[str, dict[str, float | int]]:
    """Fit on the development communities, write thresholds.yaml, and return the figures."""
    names = split("dev")
    by_name = {name: rows_of(community(name)) for name in track(names, "reading", transient=True)}
    scored = left_out(by_name)
    answer, offer = choose(scored)
    rows = [row for rows in by_name.values() for row in rows]
    weights = fit_order(rows)
    judged = judge(rows, weights)
    result = figures(scored, answer, offer)
    message = (*MESSAGE_EVIDENCE, "bias")
    data = {
        "version": 1,
        "thresholds": {"answer": answer, "answer_thin": ANSWER_THIN, "offer": offer},
        "figures": {"communities": list(names), **result},
        "order": _named(EVIDENCE, weights),
        "speak": _named(message, fit_chance(judged, among=False)),
        "offer": _named(message, fit_chance(judged, among=True)),
    }
    head = (
        "# Weights and thresholds of search. Made by `python -m benchmarks.search --fit`, not by hand.\n"
        "# `figures` are leave-one-community-out shares on the development communities: right and wrong\n"
        "# were spoken, offered_right and offered_other were titles to choose from. `easy` are slightly\n"
        "# changed example questions, before the exact-wording rule.\n"
    )
    (SEARCH / "thresholds.yaml").write_text(head + yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return result


def count_common() -> int:
    """Rewrite data/common.yaml from the development messages; return how many stems it lists."""
    words = Words.load()
    counts: Counter[str] = Counter()
    total = 0
    for name in yaml.safe_load((TRAINING / "split.yaml").read_text(encoding="utf-8"))["dev"]:
        for line in (TRAINING / "corpus" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text")
            if text:
                total += 1
                counts.update({stem(token) for token in words.analyse(text).tokens})
    listed = [(s, n) for s, n in counts.items() if n >= 6 and s.isalpha() and len(s) >= 2]
    listed.sort(key=lambda pair: (-pair[1], pair[0]))
    head = (
        "# How common words are: share of the authored development messages that hold each stem.\n"
        "# Made by `python -m benchmarks.search --common`; do not edit by hand.\n"
    )
    data = {"version": 1, "common": {s: round(n / total, 5) for s, n in listed}}
    (SEARCH / "data" / "common.yaml").write_text(
        head + yaml.safe_dump(data, sort_keys=False), encoding="utf-8"
    )
    return len(listed)


def _named(names: Sequence[str], weights: Weights) -> dict[str, float]:
    return {name: round(float(w), 4) for name, w in zip(names, weights, strict=True)}
