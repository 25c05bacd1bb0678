"""The formats that other programs read: a message as JSON in, a decision as JSON out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from bot.message import Decision, Message
from bot.replies import Reply
from guardrails import Author, Route, Surface, Turn


class TurnCase(BaseModel):
    """An earlier message. A bare string is an earlier message of the same person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    author: Author = Author.SAME
    age_s: Annotated[float, Field(ge=0)] = 0.0
    route: Route | None = None

    def turn(self) -> Turn:
        """Return it as the guard takes it."""
        return Turn(self.text, self.author, self.age_s, self.route)


def _turn(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


TurnLike = Annotated[TurnCase, BeforeValidator(_turn)]
RegionLike = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), BeforeValidator(_upper)]


class MessageCase(BaseModel):
    """One line of `signpost decide`."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int | None = None
    text: str
    context: tuple[TurnLike, ...] = ()
    region: RegionLike | None = None
    surface: Surface = Surface.MENTION
    addressed: bool = True

    def message(self, now: datetime, region: str | None = None) -> Message:
        """Return it as the pipeline takes it; `region` stands in where the line names none."""
        return Message(
            source_id=str(self.id) if self.id is not None else "0",
            text=self.text,
            channel_id="0",
            author_key="",
            created_at=now,
            surface=self.surface,
            addressed=self.addressed,
            region=self.region or region,
            context=tuple(case.turn() for case in self.context),
        )


def decision_json(
    case_id: str | int | None, decision: Decision, reply: Reply | None, ms: float
) -> dict[str, Any]:
    """Return a decision in the format that `signpost decide` writes, one object a line."""
    entries = [entry.id for entry in decision.entries]
    return {
        "id": case_id,
        "route": decision.route.value,
        "entry": entries[0] if entries else None,
        "entries": entries,
        "choices": [entry.id for entry in decision.choices],
        "referrals": [referral.id for referral in decision.referrals],
        "dangers": [danger.value for danger in decision.dangers],
        "check_in": decision.check_in,
        "degraded": decision.degraded,
        "reply": reply.text if reply else None,
        "reasons": [
            {"rule": reason.rule, "why": reason.why, "start": reason.start, "end": reason.end}
            for reason in decision.reasons
        ],
        "scores": {name: round(score, 4) for name, score in decision.scores.items()},
        "ms": round(ms, 3),
    }
