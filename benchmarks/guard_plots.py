"""Draws how well the classifier's probabilities are calibrated, and what other bars would cost.

    python -m benchmarks.guard_plots        # docs/guard-calibration.png, docs/guard-curve.png

On the held-out messages; needs the training environment (`make eval-guard` makes it).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from guardrails import GUARDED
from guardrails.opinion import Thresholds
from training.bars import Evidence, gather
from training.calibrate import weights
from training.messages import distinct, messages, parts

BINS = 10
COLOURS = ("#b3402e", "#2e6fb3", "#3f8f4f")


def calibration(found: Evidence, target: Path) -> None:
    """Draw the share of messages of a route against the probability given, as frequent as in life."""
    weight = weights(found.held)
    figure, axes = plt.subplots(figsize=(6, 6))
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", label="perfect")
    for route, colour in zip(GUARDED, COLOURS, strict=True):
        score = found.scores[route]
        right = np.array([one.route == route for one in found.held])
        bins = np.minimum((score * BINS).astype(int), BINS - 1)
        points = [
            (
                np.average(score[bins == b], weights=weight[bins == b]),
                np.average(right[bins == b], weights=weight[bins == b]),
            )
            for b in range(BINS)
            if (bins == b).sum() >= 5
        ]
        axes.plot(*zip(*points, strict=True), marker="o", color=colour, label=route.value)
    axes.set(xlabel="probability given", ylabel="share of that route", xlim=(0, 1), ylim=(0, 1))
    axes.set_title("Calibration on held-out messages, one in ten risky")
    axes.legend()
    figure.savefig(target, dpi=110, bbox_inches="tight")
    plt.close(figure)


def curve(found: Evidence, target: Path) -> None:
    """Draw recall against false alarms of the classifier alone, by register, with the bar that is set."""
    sure = Thresholds.load().sure
    registers = sorted(set(found.register))
    figure, panels = plt.subplots(1, len(registers), figsize=(5 * len(registers), 4.5), sharey=True)
    for axes, register in zip(np.atleast_1d(panels), registers, strict=True):
        there = found.register == register
        calm = there & found.harmless
        for route, colour in zip(GUARDED, COLOURS, strict=True):
            wanted = there & np.array([one.route == route for one in found.held])
            if wanted.sum() < 10:
                continue
            score = found.scores[route]
            bars = np.linspace(0.01, 0.99, 99)
            alarms = [max(float((score[calm] >= bar).mean()), 2e-4) for bar in bars]
            axes.plot(alarms, [(score[wanted] >= bar).mean() for bar in bars], color=colour,
                      label=f"{route.value} ({wanted.sum()})")  # fmt: skip
            at = max(float((score[calm] >= sure[route]).mean()), 2e-4)
            axes.plot([at], [(score[wanted] >= sure[route]).mean()], marker="o", color=colour)
        axes.set(
            xscale="log", xlabel=f"harmless messages stopped ({calm.sum()})", title=register, ylim=(0, 1)
        )
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
    np.atleast_1d(panels)[0].set_ylabel("found by the classifier alone")
    figure.suptitle("What other bars would find and cost; dots are the bars that are set")
    figure.savefig(target, dpi=110, bbox_inches="tight")
    plt.close(figure)


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--docs", type=Path, default=Path("docs"))
    given = parser.parse_args()
    names = parts()
    found = gather(distinct(messages(names["held_out"]), messages(names["dev"])))
    calibration(found, given.docs / "guard-calibration.png")
    curve(found, given.docs / "guard-curve.png")


if __name__ == "__main__":
    main()
