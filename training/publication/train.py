"""Writes `guardrails/policy/publication_words.yaml`: what words tell advice from ordinary FAQ text.

Weights are log odds counted on authored texts only: the development side of the publication corpus,
`own.jsonl`, the answers of the development communities and of the bundled file, and the wordings. The
threshold comes from ten-fold cross-validation, at the share of good texts given by `--false-rejects`.
Run `python -m training.publication.train`.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import yaml

from benchmarks.publication import DEVELOPMENT_SHARE
from guardrails.publication import fold
from guardrails.tone import Tone, features, passages

FOLDS = 10
SMOOTHING = 1.0
FEWEST_TEXTS = 2
TARGET = Path("guardrails/policy/publication_words.yaml")
HEADER = """\
# How much a word, a pair of words or a word beginning ("begin*") speaks for advice (above 0) or for ordinary
# FAQ text (below 0). Written by training/publication/train.py from authored texts: do not edit by hand.
"""


def read(training: Path) -> tuple[list[str], list[str]]:
    """Return the bad and the good texts that may be learned from."""
    lines = (training / "corpus" / "publication.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines[: int(len(lines) * DEVELOPMENT_SHARE)]]
    rows += [
        json.loads(line)
        for line in (training / "publication" / "own.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    bad = [row["text"] for row in rows if row["label"] == "reject"]
    good = [row["text"] for row in rows if row["label"] == "ok"]
    names = yaml.safe_load((training / "split.yaml").read_text(encoding="utf-8"))["communities"]["dev"]
    for name in names:
        path = training / "corpus" / "communities" / name / "resources.yaml"
        good += [entry["answer"] for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]]
    bundled = yaml.safe_load(Path("resources.yaml").read_text(encoding="utf-8"))["entries"]
    good += [entry["answer"] for entry in bundled]
    wordings = yaml.safe_load(Path("bot/resources/wordings.yaml").read_text(encoding="utf-8"))["wordings"]
    good += [wording["text"] for wording in wordings.values()]
    return bad, good


def weigh(bad: Sequence[str], good: Sequence[str]) -> dict[str, float]:
    """Return the log odds of everything that stands in two texts at least.

    They are relative to all features of a side and not to its texts, which differ in length: so
    a word that nobody has seen speaks for neither side.
    """
    in_bad = Counter(one for text in bad for one in features(text))
    in_good = Counter(one for text in good for one in features(text))
    odds = in_good.total() / in_bad.total()
    return {
        one: math.log((in_bad[one] + SMOOTHING) / (in_good[one] + SMOOTHING * odds) * odds)
        for one in sorted(in_bad.keys() | in_good.keys())
        if in_bad[one] + in_good[one] >= FEWEST_TEXTS
    }


def worst(tone: Tone, text: str) -> float:
    """Return the highest score among the passages of a text."""
    return max((tone.score(text[start:end]) for start, end in passages(text)), default=-math.inf)


def cross_validated(bad: Sequence[str], good: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return the score of every text under weights that never saw it."""
    bad_scores = [0.0] * len(bad)
    good_scores = [0.0] * len(good)
    for part in range(FOLDS):
        tone = Tone(
            weigh(
                [text for index, text in enumerate(bad) if index % FOLDS != part],
                [text for index, text in enumerate(good) if index % FOLDS != part],
            ),
            0.0,
        )
        for texts, scores in ((bad, bad_scores), (good, good_scores)):
            for index in range(part, len(texts), FOLDS):
                scores[index] = worst(tone, texts[index])
    return bad_scores, good_scores


def main() -> None:
    """Train, choose the threshold, print the cross-validated figures and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--training", type=Path, default=Path("training"))
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--false-rejects", type=float, default=0.01)
    options = parser.parse_args()
    bad, good = ([fold(text).text for text in texts] for texts in read(options.training))
    bad_scores, good_scores = cross_validated(bad, good)
    ranked = sorted(good_scores, reverse=True)
    threshold = math.ceil(ranked[int(len(ranked) * options.false_rejects)] * 100) / 100
    caught = sum(score > threshold for score in bad_scores)
    refused = sum(score > threshold for score in good_scores)
    figures = f"cross-validated: {caught} of {len(bad)} bad caught, {refused} of {len(good)} good refused"
    words = {one: round(weight, 2) for one, weight in weigh(bad, good).items() if abs(weight) >= 0.2}
    body = yaml.safe_dump(
        {"version": 1, "figures": figures, "threshold": threshold}, sort_keys=False, width=200
    )
    listed = yaml.safe_dump({"words": words}, sort_keys=True, allow_unicode=True, width=200)
    options.target.write_text(HEADER + body + listed, encoding="utf-8")
    print(figures, f"threshold {threshold}, {len(words)} weights")


if __name__ == "__main__":
    main()
