"""The frozen weights: complete, honest about their figures, and loud when damaged."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from bot.search.ranking import Ranker


@pytest.fixture
def data() -> dict[str, dict[str, float]]:
    loaded = yaml.safe_load((files("bot.search") / "thresholds.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_packaged_weights_load() -> None:
    """The thresholds are in order: speaking needs more than offering."""
    ranker = Ranker.load()
    assert 0 < ranker.offer_at < 1
    assert 0.5 <= ranker.answer_at <= ranker.answer_thin_at < 1


def test_a_missing_weight_names_itself_and_the_remedy(data: dict[str, dict[str, float]]) -> None:
    """A damaged file does not load in silence."""
    del data["speak"]["cover"]
    with pytest.raises(ValueError, match=r"speak lacks cover.*--fit"):
        Ranker.parse(data)


def test_the_figures_keep_to_the_promised_limits(data: dict[str, dict[str, dict[str, float]]]) -> None:
    """Left-out communities: few wrong answers, off-topic questions hardly ever answered."""
    figures = data["figures"]
    spoken = figures["in_scope"]["right"] + figures["in_scope"]["wrong"]
    assert figures["in_scope"]["wrong"] <= 0.1 * spoken
    assert figures["far"]["wrong"] <= 0.02
    assert figures["near"]["wrong"] <= 0.12
    assert figures["easy"]["right"] >= 0.95
