"""How long one decision takes, and how much memory the bot needs, with the bundled file.

    python -m benchmarks.decision [--json OUT]

Reads messages of the development corpus once to warm up and three times to measure, in one process.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bot.assistant import Assistant, Brain
from bot.clock import SystemClock
from bot.message import Message
from bot.resources.bundled import bundled_path
from bot.resources.library import Library
from guardrails import Guard

CORPUS = Path(__file__).parent.parent / "training" / "corpus"
FILES = ("ordinary", "chatter", "longposts", "medical", "crisisplain")
EACH = 400
ROUNDS = 3


def messages() -> list[Message]:
    """Return the same mix of short and long messages every time."""
    made = []
    for name in FILES:
        for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[:EACH]:
            text = json.loads(line)["text"]
            made.append(Message(str(len(made)), text, "1", "someone", datetime(2026, 11, 25, tzinfo=UTC)))
    return made


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description="Decision time and memory.")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    started = time.perf_counter()
    guard = Guard.load()
    library = Library(bundled_path(), guard=guard, state_dir=None, clock=SystemClock())
    assistant = Assistant(Brain.load(guard), library.for_guild)
    assistant.warm()
    load_s = time.perf_counter() - started
    todo = messages()
    for message in todo:
        assistant.reply(assistant.decide(message), None)
    medians, p99s, worst = [], [], 0.0
    for _ in range(ROUNDS):
        taken = []
        for message in todo:
            began = time.perf_counter()
            assistant.reply(assistant.decide(message), None)
            taken.append((time.perf_counter() - began) * 1000)
        medians.append(float(np.percentile(taken, 50)))
        p99s.append(float(np.percentile(taken, 99)))
        worst = max(worst, *taken)
    figures = {
        "messages": len(todo),
        "rounds": ROUNDS,
        "load_s": round(load_s, 2),
        "p50_ms": [round(min(medians), 2), round(statistics.median(medians), 2), round(max(medians), 2)],
        "p99_ms": [round(min(p99s), 2), round(statistics.median(p99s), 2), round(max(p99s), 2)],
        "worst_ms": round(worst, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    for name, value in figures.items():
        print(f"{name:12} {value}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
