"""How long the guard takes per message, by length, with its memory and cold start.

    python -m benchmarks.guard_speed

One thread, one message after another, all distinct: development messages of about 5, 20, 60 and 150 words,
the longest put together from several.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from guardrails import Guard
from training.messages import messages, parts

LENGTHS = (5, 20, 60, 150)
COUNT = 300
_COLD = """
import resource, time
begin = time.perf_counter()
from guardrails import Guard
guard = Guard.load()
print(time.perf_counter() - begin)
for words in range(1, 200, 5):
    guard.screen("the bus was late and we walked home " * (words // 8 + 1))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def texts(words: int, rng: random.Random) -> list[str]:
    """Return distinct texts of exactly so many words, cut from messages put one after another."""
    pool = [one.text for one in messages(parts()["dev"])]
    found: list[str] = []
    while len(found) < COUNT:
        joined: list[str] = []
        while len(joined) < words:
            joined += rng.choice(pool).split()
        found.append(" ".join(joined[:words]))
    return found


def timed(guard: Guard, given: Sequence[str]) -> list[float]:
    """Return milliseconds for each text, in order from fast to slow."""
    out = []
    for text in given:
        begin = time.perf_counter()
        guard.screen(text)
        out.append(1000 * (time.perf_counter() - begin))
    return sorted(out)


def main() -> None:
    """Measure and print."""
    runs = [
        subprocess.run([sys.executable, "-c", _COLD], capture_output=True, text=True, check=True).stdout
        for _ in range(3)
    ]
    cold, memory = zip(*(map(float, run.split()) for run in runs), strict=True)
    guard = Guard.load()
    rng = random.Random(1)
    table = Table("words", "p50 ms", "p99 ms", "messages a second")
    for words in LENGTHS:
        given = texts(words, rng)
        timed(guard, given[:20])
        spent = timed(guard, given)
        table.add_row(
            str(words),
            f"{spent[len(spent) // 2]:.1f}",
            f"{spent[int(len(spent) * 0.99)]:.1f}",
            f"{1000 * len(spent) / sum(spent):.0f}",
        )
    console = Console()
    console.print(table)
    console.print(f"cold start {min(cold):.1f} to {max(cold):.1f} s; peak memory {max(memory):.0f} MB")


if __name__ == "__main__":
    main()
