"""The JSON Schema of `resources.yaml`, for editors that complete and check while one types."""

from __future__ import annotations

from typing import Any

from bot.resources.schema import ResourceFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the moderated file, version 1."""
    body = ResourceFile.model_json_schema()
    return {"$schema": DIALECT, **body, "title": "Signpost resources.yaml, version 1"}
