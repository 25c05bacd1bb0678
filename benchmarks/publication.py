"""Measure the publication rail: recall and precision by kind, span overlap and false rejects.

The first 60 % of the lines of `training/corpus/publication.jsonl` are development data; the rest only
measures. Run `python -m benchmarks.publication [--json FILE] [--misses] [--corpus FILE]`; `--misses` lists
the development side only, so that nobody writes rules from the side that measures.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.cli.evaluate import wilson
from guardrails.publication import Claim, review_text

CORPUS = Path("training/corpus/publication.jsonl")
DEVELOPMENT_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Judged:
    """One labelled text with what the rail said of it."""

    text: str
    rejected: bool
    kind: str
    span: str
    claims: tuple[Claim, ...]

    def kind_right(self) -> bool:
        """Say whether one of the claims is of the labelled kind."""
        return any(claim.kind == self.kind for claim in self.claims)

    def overlaps(self) -> bool:
        """Say whether some claim touches the labelled span."""
        start = self.text.find(self.span)
        end = start + len(self.span)
        return any(claim.start < end and start < claim.end for claim in self.claims)

    def jaccard(self) -> float:
        """Return how much of claims and labelled span is common, in characters."""
        start = self.text.find(self.span)
        labelled = set(range(start, start + len(self.span)))
        found = {place for claim in self.claims for place in range(claim.start, claim.end)}
        return len(labelled & found) / len(labelled | found) if labelled | found else 0.0


def judge(lines: Sequence[str]) -> list[Judged]:
    """Review every labelled line."""
    judged = []
    for line in lines:
        row: dict[str, Any] = json.loads(line)
        judged.append(
            Judged(
                row["text"],
                row["label"] == "reject",
                row["kind"],
                row.get("span") or "",
                review_text(row["text"]),
            )
        )
    return judged


def share(hits: int, total: int) -> dict[str, float | int]:
    """Return a count with its share and interval, as it goes into the JSON."""
    low, high = wilson(hits, total)
    return {"hit": hits, "n": total, "share": hits / total if total else 0.0, "low": low, "high": high}


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return all figures of one part of the corpus."""
    bad = [one for one in judged if one.rejected]
    good = [one for one in judged if not one.rejected]
    caught = [one for one in bad if one.claims]
    refused = [one for one in good if one.claims]
    said = Counter(kind for one in judged for kind in {claim.kind for claim in one.claims})
    said_right = Counter(one.kind for one in bad if one.kind_right())
    kinds = sorted({one.kind for one in bad})
    return {
        "recall": share(len(caught), len(bad)),
        "precision": share(len(caught), len(caught) + len(refused)),
        "false_rejects": share(len(refused), len(good)),
        "kind_named": share(sum(one.kind_right() for one in bad), len(bad)),
        "span_touched": share(sum(one.overlaps() for one in bad), len(bad)),
        "span_jaccard": sum(one.jaccard() for one in caught) / len(caught) if caught else 0.0,
        "kinds": {
            kind: {
                "recall": share(
                    sum(1 for one in bad if one.kind == kind and one.claims),
                    sum(1 for one in bad if one.kind == kind),
                ),
                "named": said_right[kind],
                "precision": share(said_right[kind], said[kind]),
            }
            for kind in kinds
        },
        "false_rejects_by_kind": dict(Counter(one.kind for one in refused)),
    }


def show(name: str, figures: dict[str, Any]) -> None:
    """Print the table of one part."""
    print(f"\n== {name}")
    for key in ("recall", "precision", "false_rejects", "kind_named", "span_touched"):
        one = figures[key]
        interval = f"[{one['low']:.1%}, {one['high']:.1%}]"
        print(f"{key:16} {one['hit']:4}/{one['n']:<4} {one['share']:6.1%}  {interval}")
    print(f"{'span_jaccard':16} {figures['span_jaccard']:.2f} (mean over caught)")
    print(f"{'kind':26} {'recall':>9}  {'interval':18} {'named':>5}  precision of the name")
    for kind, one in figures["kinds"].items():
        recall, precision = one["recall"], one["precision"]
        interval = f"[{recall['low']:.0%}, {recall['high']:.0%}]"
        print(
            f"{kind:26} {recall['hit']:4}/{recall['n']:<4}  {interval:18} {one['named']:5}  "
            f"{precision['hit']}/{precision['n']}"
        )
    if figures["false_rejects_by_kind"]:
        print("false rejects by kind of text:", figures["false_rejects_by_kind"])


def communities(root: Path) -> dict[str, Any]:
    """Review every string of the development communities that members would read; all of them are good."""
    names = yaml.safe_load((root / "split.yaml").read_text(encoding="utf-8"))["communities"]["dev"]
    total = 0
    refused: list[dict[str, str]] = []
    for name in names:
        path = root / "corpus" / "communities" / name / "resources.yaml"
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["entries"]:
            texts = [("answer", entry["answer"]), ("title", entry["title"])]
            texts += [("link title", link["title"]) for link in entry.get("links") or ()]
            for what, text in texts:
                total += 1
                refused += [
                    {
                        "community": name,
                        "entry": entry["id"],
                        "what": what,
                        "rule": claim.rule,
                        "quote": text[claim.start : claim.end],
                    }
                    for claim in review_text(text, what=what)
                ]
    return {"texts": total, "refused": refused}


def main() -> None:
    """Print both parts, the communities and the speed; write JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--misses", action="store_true", help="list misses and false rejects of the development side"
    )
    options = parser.parse_args()
    lines = options.corpus.read_text(encoding="utf-8").splitlines()
    cut = int(len(lines) * DEVELOPMENT_SHARE)
    review_text("warm up")
    started = time.perf_counter()
    parts = {"development": judge(lines[:cut]), "held out": judge(lines[cut:])}
    per_text = (time.perf_counter() - started) / len(lines) * 1000
    figures = {name: summary(judged) for name, judged in parts.items()}
    for name, one in figures.items():
        show(name, one)
    served = communities(options.corpus.parent.parent)
    print(f"\n== communities: {len(served['refused'])} claims in {served['texts']} texts")
    for refused in served["refused"]:
        print("  ", refused)
    print(f"\n{per_text:.2f} ms a text")
    if options.misses:
        for judged in parts["development"]:
            if judged.rejected != bool(judged.claims):
                print(f"{'miss' if judged.rejected else 'false'} {judged.kind}: {judged.text}")
    if options.json:
        written = {**figures, "communities": served, "ms_a_text": per_text}
        options.json.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
