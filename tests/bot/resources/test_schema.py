"""The models and their JSON Schema."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.resources.json_schema import json_schema
from bot.resources.schema import Referral, ResourceFile, Review


def test_the_json_schema_knows_every_key_of_the_file() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert set(schema["properties"]) == set(ResourceFile.model_fields)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["version"]["const"] == 1


@pytest.mark.parametrize("value", [dt.date(2026, 11, 1), "2026-11-01", " 2026-11-01 "])
def test_a_day_is_a_date_or_year_month_day(value: object) -> None:
    assert Review.model_validate({"by": "R", "date": value}).date == dt.date(2026, 11, 1)


@pytest.mark.parametrize("value", ["1700000000", "2026-13-01", "1/11/2026", "2026-11-01T10:00:00", ""])
def test_anything_else_is_no_day(value: str) -> None:
    with pytest.raises(ValidationError):
        Review.model_validate({"by": "R", "date": value})


def test_a_help_line_needs_a_way_to_reach_it() -> None:
    row = {"id": "x", "kinds": ["crisis"], "region": "*", "name": "X"}
    with pytest.raises(ValidationError, match="call, text, url"):
        Referral.model_validate(row)
    assert Referral.model_validate({**row, "text": "741741"}).text == "741741"


def test_models_cannot_be_changed() -> None:
    review = Review.model_validate({"by": "R", "date": "2026-11-01"})
    with pytest.raises(ValidationError):
        review.by = "S"


def test_every_rule_of_the_file_is_explained_to_moderators() -> None:
    root = Path(__file__).parents[3]
    named = re.compile(r'"((?:schema|reachability|search|helpline|review|style)/[a-z-]+)"')
    used = {
        rule for path in (root / "bot/resources").glob("*.py") for rule in named.findall(path.read_text())
    }
    documented = (root / "docs/resources-schema.md").read_text()
    assert len(used) > 40
    assert sorted(rule for rule in used if f"`{rule}`" not in documented) == []
