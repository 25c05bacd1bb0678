"""How well the bot tells questions from chat, on harmless messages of the corpus.

python -m benchmarks.intent            figures on both splits
python -m benchmarks.intent --fit      refit weights and thresholds on the development files
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml

from bot.cli.evaluate import wilson
from bot.intent import Intent

CORPUS = Path(__file__).parent.parent / "training" / "corpus"
SPLIT = Path(__file__).parent.parent / "training" / "split.yaml"
QUESTIONS = {"answer", "unanswered"}
GUARDED = {"crisis", "medical", "sourcing"}
MOST_CHAT_ADDRESSED, MOST_CHAT_AMBIENT = 0.06, 0.035
NATURAL = ("ordinary", "chatter", "everyday", "chatter2", "everyday2")


def rows(names: Iterable[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield (file, text, is a question) for the messages whose label is beyond doubt."""
    for name in names:
        for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            accepted = set(row["accept"]) | {row["route"]}
            if "text" not in row or accepted & GUARDED:
                continue
            if accepted <= QUESTIONS or accepted == {"chat"}:
                yield name, row["text"], row["route"] != "chat"


def fit(intent: Intent, names: list[str]) -> tuple[float, dict[str, float], dict[str, float]]:
    """Return bias, weights and thresholds by ridge logistic regression (Newton's method)."""
    data = list(rows(names))
    x = np.array([(1.0, *intent.features(text)) for _, text, _ in data])
    y = np.array([float(asks) for _, _, asks in data])
    ridge = np.eye(x.shape[1]) * 2.0
    ridge[0, 0] = 0.0
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        hessian = x.T @ (x * (p * (1 - p))[:, None]) + ridge
        w -= np.linalg.solve(hessian, x.T @ (p - y) + ridge @ w)
    natural = np.array([name in NATURAL and not asks for name, _, asks in data])
    chat = np.sort(1 / (1 + np.exp(-x @ w))[natural])
    thresholds = {
        "addressed": float(np.quantile(chat, 1 - MOST_CHAT_ADDRESSED)),
        "ambient": float(np.quantile(chat, 1 - MOST_CHAT_AMBIENT)),
    }
    return float(w[0]), dict(zip(intent.names, map(float, w[1:]), strict=True)), thresholds


def measure(intent: Intent, names: list[str]) -> None:
    """Print recall of questions and the share of chat taken for a question, by file."""
    print(
        f"{'file':14}{'questions':>10}{'addressed':>11}{'ambient':>9}{'chat':>8}{'addressed':>11}{'ambient':>9}"
    )
    for name in [*names, "all"]:
        mine = [(text, asks) for file, text, asks in rows(names) if name in (file, "all")]
        asked = [text for text, asks in mine if asks]
        chat = [text for text, asks in mine if not asks]
        cells = [f"{name:14}"]
        for texts, width in ((asked, 10), (chat, 8)):
            cells.append(f"{len(texts):>{width}}")
            for addressed, place in ((True, 11), (False, 9)):
                hit = sum(intent.asks(text, addressed) for text in texts)
                cells.append(f"{hit / len(texts):>{place}.3f}" if texts else " " * place)
        print("".join(cells))
        if name == "all":
            for label, texts in (("questions", asked), ("chat", chat)):
                for addressed in (True, False):
                    hit = sum(intent.asks(text, addressed) for text in texts)
                    low, high = wilson(hit, len(texts))
                    kind = "addressed" if addressed else "ambient"
                    print(f"  {label} {kind}: {hit}/{len(texts)}, 95 % interval {low:.3f}-{high:.3f}")


def main() -> None:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--fit", action="store_true", help="refit on the development files")
    args = parser.parse_args()
    split = yaml.safe_load(SPLIT.read_text(encoding="utf-8"))
    dev = [name for name in split["dev"] if name != "dialogues"]
    path = Path(str(files("bot.resources") / "intent.yaml"))
    if args.fit:
        bias, weights, thresholds = fit(Intent.load(), dev)
        head = re.split(r"(?m)^bias:", path.read_text(encoding="utf-8"))[0]
        lines = [f"bias: {bias:.3f}", "weights:"]
        lines += [f"  {name}: {weight:.3f}" for name, weight in weights.items()]
        lines += ["thresholds:"] + [f"  {name}: {value:.3f}" for name, value in thresholds.items()]
        path.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    intent = Intent.load()
    print("development")
    measure(intent, dev)
    print("\nheld out")
    measure(intent, list(split["held_out"]))


if __name__ == "__main__":
    main()
