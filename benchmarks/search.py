"""How well search finds the entry that answers, and how fast.

    python -m benchmarks.search                      figures on the development communities
    python -m benchmarks.search --split held_out     figures on communities nothing was fitted on
    python -m benchmarks.search --misses             also print what went wrong (development only)
    python -m benchmarks.search --growth             build and query time from 5 to 10,000 entries
    python -m benchmarks.search --fit                choose weights and thresholds again

The frozen weights were fitted on the development communities, so their figures here are a little too
kind; the leave-one-community-out figures stand in bot/search/thresholds.yaml.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.communities import Asked, CommunityData, community, split
from bot.cli.evaluate import wilson
from bot.resources.schema import Entry, Status
from bot.search import Found, SearchIndex

COUNTS = (
    "in_scope", "right", "wrong", "offered", "offered_other", "missed", "top1", "top3",
    "far", "far_answered", "far_offered", "near", "near_answered", "near_offered",
)  # fmt: skip


@dataclass(slots=True)
class Counts:
    """What search did with the messages of one community, or of all of them."""

    name: str
    of: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))
    ms: list[float] = field(default_factory=list)

    def add(self, asked: Asked, found: Found, nearest: Sequence[str], ms: float) -> str:
        """Count one message; return what became of it."""
        self.ms.append(ms)
        ids = [hit.entry_id for hit in found.entries]
        if asked.in_scope:
            self.of["in_scope"] += 1
            self.of["top1"] += bool(asked.accept & set(nearest[:1]))
            self.of["top3"] += bool(asked.accept & set(nearest[:3]))
            outcome = {
                "answer": "right" if asked.accept & set(ids) else "wrong",
                "choices": "offered" if asked.accept & set(ids) else "offered_other",
                "nothing": "missed",
            }[found.outcome]
            self.of[outcome] += 1
            return outcome
        where = "far" if asked.far else "near"
        self.of[where] += 1
        if found.outcome == "nothing":
            return "kept_silent"
        outcome = f"{where}_answered" if found.outcome == "answer" else f"{where}_offered"
        self.of[outcome] += 1
        return outcome

    def merge(self, other: Counts) -> None:
        """Add another community's counts."""
        for name, count in other.of.items():
            self.of[name] += count
        self.ms += other.ms

    def speed(self, share: float) -> float:
        """Return the milliseconds that this share of the queries stays under."""
        ordered = sorted(self.ms) or [0.0]
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def as_json(self) -> dict[str, Any]:
        """Return counts, intervals and speed."""
        of = self.of
        outside = of["far"] + of["near"]
        answered = of["far_answered"] + of["near_answered"]
        offered = of["far_offered"] + of["near_offered"]
        shares = {
            k: wilson(of[k], of["in_scope"]) for k in ("right", "wrong", "offered", "missed", "top1", "top3")
        }
        shares["wrong_of_answered"] = wilson(of["wrong"], of["right"] + of["wrong"])
        shares["out_of_scope_answered"] = wilson(answered, outside)
        return {
            **of,
            "out_of_scope": outside,
            "answered": answered,
            "offered_out": offered,
            "kept_silent": outside - answered - offered,
            "intervals": {k: [round(low, 3), round(high, 3)] for k, (low, high) in shares.items()},
            "p50_ms": round(self.speed(0.5), 2),
            "p99_ms": round(self.speed(0.99), 2),
        }


def measure(data: CommunityData, misses: list[dict[str, Any]]) -> Counts:
    """Ask a community's index everything its members ask."""
    index = data.index()
    counts = Counts(data.name)
    for asked in data.asked:
        began = perf_counter()
        found = index.search(asked.text)
        ms = (perf_counter() - began) * 1000
        nearest = [hit.entry_id for hit in found.entries]
        if found.outcome == "answer":
            nearest = nearest[:1] + [
                h.entry_id for h in index.nearest(asked.text, 4) if h.entry_id != nearest[0]
            ]
        outcome = counts.add(asked, found, nearest, ms)
        if outcome not in ("right", "kept_silent", "offered"):
            misses.append(
                {
                    "community": data.name,
                    "outcome": outcome,
                    "text": asked.text,
                    "accept": sorted(asked.accept),
                    "got": [[h.entry_id, h.score] for h in found.entries],
                }
            )
    return counts


def show(all_counts: Sequence[Counts], out: Console) -> None:
    """Print one line a community, and the intervals of the total."""
    table = Table(title="search, in per cent")
    names = ("n", "right", "wrong", "offered", "other", "missed", "top1", "top3")
    for column in ("", *names, "far ans", "far off", "near ans", "near off", "p50 ms", "p99 ms"):
        table.add_column(column, justify="left" if not column else "right")
    for counts in all_counts:
        of = counts.of
        inside = ("right", "wrong", "offered", "offered_other", "missed", "top1", "top3")
        cells = [f"{100 * of[key] / max(of['in_scope'], 1):.1f}" for key in inside]
        for where in ("far", "near"):
            cells += [f"{100 * of[f'{where}_{k}'] / max(of[where], 1):.1f}" for k in ("answered", "offered")]
        speed = (f"{counts.speed(0.5):.1f}", f"{counts.speed(0.99):.1f}")
        table.add_row(counts.name, str(of["in_scope"]), *cells, *speed)
    out.print(table)
    for name, (low, high) in all_counts[-1].as_json()["intervals"].items():
        out.print(f"  {name}: 95 % interval {100 * low:.1f} to {100 * high:.1f}")


def growth(out: Console) -> None:
    """Print build and query time for made-up files of 5 to 10,000 entries."""
    base = [entry for name in split("dev") for entry in community(name).entries]
    texts = [asked.text for name in split("dev") for asked in community(name).asked][:300]
    vocabulary = [word for entry in base for word in entry.answer.split()]
    dice = random.Random(7)
    for size in (5, 100, 1000, 10_000):
        entries = [_made_up(number, vocabulary, dice) for number in range(size)]
        began = perf_counter()
        index = SearchIndex.build(entries, {entry.id: entry.questions for entry in entries})
        built = perf_counter() - began
        times = []
        for text in texts:
            began = perf_counter()
            index.search(text)
            times.append((perf_counter() - began) * 1000)
        times.sort()
        p50, p99 = times[len(times) // 2], times[int(0.99 * len(times))]
        out.print(f"{size:6} entries: built in {built:.2f} s, query p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def _made_up(number: int, vocabulary: Sequence[str], dice: random.Random) -> Entry:
    def say(count: int) -> str:
        return " ".join(dice.choice(vocabulary) for _ in range(count))

    return Entry(
        id=f"entry-{number}",
        title=say(4)[:80],
        questions=tuple(say(8)[:200] for _ in range(4)),
        answer=say(60)[:1800],
        status=Status.PUBLISHED,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--split", choices=("dev", "held_out"), default="dev")
    parser.add_argument("--json", type=Path, metavar="OUT", help="also write the figures to this file")
    parser.add_argument(
        "--misses", action="store_true", help="print every message that went wrong (dev only)"
    )
    parser.add_argument("--growth", action="store_true", help="measure speed on made-up files instead")
    parser.add_argument(
        "--fit", action="store_true", help="make thresholds.yaml again from the dev communities"
    )
    parser.add_argument("--common", action="store_true", help="make data/common.yaml again, before --fit")
    args = parser.parse_args(argv)
    out = Console(width=150)
    if args.common or args.fit:
        return _remake(args.common, args.fit, out)
    if args.growth:
        growth(out)
        return 0
    misses: list[dict[str, Any]] = []
    total = Counts("all")
    each = [measure(community(name), misses) for name in track(split(args.split), "asking", transient=True)]
    for counts in each:
        total.merge(counts)
    show([*each, total], out)
    if args.misses and args.split == "dev":
        for miss in misses:
            out.print(json.dumps(miss, ensure_ascii=False), markup=False, soft_wrap=True)
    if args.json:
        report = {counts.name: counts.as_json() for counts in (*each, total)}
        args.json.write_text(json.dumps({"split": args.split, **report}, indent=2) + "\n", encoding="utf-8")
    return 0


def _remake(common: bool, weights: bool, out: Console) -> int:
    from benchmarks import search_fit  # not needed to measure

    if common:
        out.print(f"data/common.yaml: {search_fit.count_common()} stems")
    if weights:
        for name, shares in search_fit.fit().items():
            out.print(f"{name}: {shares}", markup=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
