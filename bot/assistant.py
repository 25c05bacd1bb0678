"""The pipeline: one message in, one decision out. Knows nothing of Discord.

    Message -> guard: crisis > medical > sourcing
            -> not stopped -> is it a question for us?
            -> search -> answer | choices | nothing
            -> Decision

Nothing here has a side effect. Whatever breaks on the way makes the decision safer, never bolder:
a failing guard gives help lines, a failing search an honest line.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import structlog

from bot.errors import ResourceError
from bot.intent import Intent
from bot.message import Decision, Message
from bot.replies import Reply, Saving, Speaker
from bot.resources.helplines import Helplines
from bot.resources.library import ResourceSet
from bot.resources.schema import Community, Entry, Kind, Referral
from bot.resources.wordings import Wordings, packaged
from bot.search import Found, SearchIndex
from guardrails import Author, Danger, Guard, Reason, Route, Surface, Turn, Verdict

log = structlog.get_logger(__name__)

CARD_LINES = 4
"""How many help lines one card shows; more stand behind its button."""

ALL_KINDS = (
    Kind.EMERGENCY,
    Kind.CRISIS,
    Kind.POISON,
    Kind.SUBSTANCE_USE,
    Kind.VIOLENCE,
    Kind.YOUTH,
    Kind.MEDICAL,
)

_INDEXES_KEPT = 64


class Screener(Protocol):
    """What the pipeline needs of a guard."""

    @property
    def whys(self) -> Mapping[str, str]: ...

    def screen(
        self, text: str, context: Sequence[Turn] = (), surface: Surface = Surface.MENTION
    ) -> Verdict: ...


@dataclass(frozen=True, slots=True)
class Brain:
    """What the pipeline needs and never changes: guard, intent, help lines, wordings."""

    guard: Screener
    intent: Intent
    helplines: Helplines
    wordings: Wordings

    @classmethod
    def load(cls, guard: Guard | None = None) -> Brain:
        """Load everything from the packages; raises what the parts raise when they are damaged."""
        the_guard = guard or Guard.load()
        return cls(the_guard, Intent.load(), load_helplines(), packaged().with_whys(the_guard.whys))


def load_helplines() -> Helplines:
    """Return the packaged help lines; the compiled-in last resort when the file is damaged."""
    try:
        return Helplines.load()
    except ResourceError as exc:
        log.error("helplines_damaged", problem=str(exc))
        return Helplines.last_resort()


class Assistant:
    """Decides what to do about a message, and says it.

    `resources_for` gives the immutable set in force for a server (None for direct messages).
    Thread-safe: the only thing that changes is a cache of search indexes by the file's digest.
    """

    def __init__(self, brain: Brain, resources_for: Callable[[str | None], ResourceSet]) -> None:
        self._brain = brain
        self._resources_for = resources_for
        self._indexes: OrderedDict[tuple[str, str | None], SearchIndex] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def helplines(self) -> Helplines:
        """The packaged help lines."""
        return self._brain.helplines

    def resources(self, guild_id: str | None) -> ResourceSet:
        """Return the set in force for a server."""
        return self._resources_for(guild_id)

    def warm(self, guild_id: str | None = None) -> None:
        """Build the search index of a server's set, so that the first question does not wait."""
        self._index(self._resources_for(guild_id), None)

    def speaker(self, guild_id: str | None) -> Speaker:
        """Return what puts words together for a server."""
        resources = self._resources_for(guild_id)
        texts = resources.wordings_overlay.get("en", {})
        wordings = self._brain.wordings.overlaid(texts) if texts else self._brain.wordings
        return Speaker(wordings, resources.community, self._brain.helplines)

    def reply(
        self, decision: Decision, guild_id: str | None, saving: Saving = Saving.UNCLAIMED
    ) -> Reply | None:
        """Return the words for a decision, or None when the bot stays silent."""
        return self.speaker(guild_id).reply(decision, saving)

    def error_reply(self, guild_id: str | None, region: str | None = None) -> Reply:
        """Return the card for anything that broke outside the pipeline."""
        where = region or self.region_of(guild_id)
        # A community's own wordings may be what broke: the packaged ones are known to be whole.
        community = self._resources_for(guild_id).community
        speaker = Speaker(self._brain.wordings, community, self._brain.helplines)
        return speaker.error(self.lines_for_unknown(guild_id, where), where)

    def region_of(self, guild_id: str | None) -> str | None:
        """Return a server's region; None for a direct message, where any country would be a guess."""
        return self._resources_for(guild_id).community.region if guild_id is not None else None

    def lines_for_unknown(self, guild_id: str | None, region: str | None = None) -> tuple[Referral, ...]:
        """Return the help lines for somebody of whom nothing is known but the server."""
        where = region or self.region_of(guild_id)
        return self._lines_for_danger((Danger.UNKNOWN,), where, self._resources_for(guild_id))

    def lines_of(self, guild_id: str | None, region: str | None, kind: Kind | None) -> tuple[Referral, ...]:
        """Return every help line of a region, or those of one kind, for /helplines."""
        own = self._resources_for(guild_id).referrals
        kinds = (kind,) if kind is not None else ALL_KINDS
        return self._brain.helplines.for_kinds(kinds, region or self.region_of(guild_id), own=own)

    # -- the pipeline ----------------------------------------------------------------------------------

    def decide(self, message: Message) -> Decision:
        """Return what to do about one message. Never raises for any text."""
        resources = self._resources_for(message.guild_id)
        region = self._region(message, resources)
        try:
            verdict = self._brain.guard.screen(message.text, message.context, message.surface)
        except Exception:
            log.exception("guard_failed", surface=message.surface.value)
            return self._guard_failed(message, region, resources)
        if verdict.route is not None:
            return self._stopped(message, verdict, region, resources)
        decision = self._not_stopped(message, verdict, region, resources)
        return self._checked_in(message, decision, verdict, region, resources)

    def _region(self, message: Message, resources: ResourceSet) -> str | None:
        if message.region:
            return message.region
        # In a direct message nobody knows where the person is: a server's region would be a guess.
        if message.surface is Surface.DM and message.guild_id is None:
            return None
        return resources.community.region

    def _guard_failed(self, message: Message, region: str | None, resources: ResourceSet) -> Decision:
        return Decision(
            Route.CRISIS,
            dangers=(Danger.UNKNOWN,),
            referrals=self._lines_for_danger((Danger.UNKNOWN,), region, resources),
            degraded=True,
            region=region,
            failed=("guard",),
        )

    def _stopped(
        self, message: Message, verdict: Verdict, region: str | None, resources: ResourceSet
    ) -> Decision:
        assert verdict.route is not None
        crisis = verdict.route is Route.CRISIS
        dangers = verdict.dangers or ((Danger.UNKNOWN,) if crisis else ())
        lines = (
            self._lines_for_danger(dangers, region, resources)
            if crisis
            else self._brain.helplines.for_route(
                verdict.route, region, own=resources.referrals, limit=CARD_LINES
            )
        )
        decision = Decision(
            verdict.route,
            dangers=dangers if crisis else (),
            referrals=lines,
            reasons=verdict.reasons,
            scores=verdict.scores,
            degraded=verdict.degraded,
            silent=not crisis and not _heard(message),
            region=region,
            language=verdict.language,
        )
        return self._checked_in(message, decision, verdict, region, resources)

    def _not_stopped(
        self, message: Message, verdict: Verdict, region: str | None, resources: ResourceSet
    ) -> Decision:
        base = Decision(
            Route.CHAT,
            reasons=verdict.reasons,
            scores=verdict.scores,
            degraded=verdict.degraded or resources.degraded,
            region=region,
            language=verdict.language,
        )
        if not message.text.strip():
            return replace(base, failed=("empty",), silent=not message.addressed)
        fragment = _follows_up(message.context)
        asks = self._brain.intent.asks(message.text, addressed=message.addressed)
        if not asks and not fragment:
            return replace(base, silent=not message.addressed)
        if not _heard(message):
            return replace(base, route=Route.UNANSWERED, silent=True)
        try:
            found = self._search(message, resources, region)
        except Exception:
            log.exception("search_failed", surface=message.surface.value)
            return replace(base, route=Route.UNANSWERED, failed=("search",), log=not verdict.check_in)
        if not asks and found.outcome == "nothing":
            return replace(base, silent=not message.addressed)
        stopped = self._screen_basis(message, found)
        if stopped is not None:
            return self._stopped(message, stopped, region, resources)
        return self._found(base, found, verdict, region, resources)

    def _found(
        self,
        base: Decision,
        found: Found,
        verdict: Verdict,
        region: str | None,
        resources: ResourceSet,
    ) -> Decision:
        scores = {**verdict.scores, "search": found.entries[0].score if found.entries else 0.0}
        nearest = tuple((hit.entry_id, hit.score) for hit in found.entries[:3])
        base = replace(base, scores=scores, nearest=nearest)
        offered = tuple(
            entry for hit in found.entries[:4] if (entry := resources.entry(hit.entry_id)) is not None
        )
        # A foreign text is never answered, and a guard that wavers or lost a layer vouches for no answer.
        if verdict.language is not None:
            lines = self._lines_for_danger((Danger.UNKNOWN,), region, resources)
            choices = offered if found.outcome != "nothing" else ()
            return replace(
                base, route=Route.UNANSWERED, choices=choices, referrals=lines, log=not verdict.check_in
            )
        if found.outcome == "answer" and offered:
            reason = Reason("search/answer", "answer", self._brain.wordings["why_answer"].text)
            if base.degraded or verdict.hesitant:
                return replace(base, route=Route.ANSWER, choices=offered[:1])
            return replace(base, route=Route.ANSWER, entries=offered[:1], reasons=(*base.reasons, reason))
        if found.outcome == "choices" and offered:
            return replace(base, route=Route.ANSWER, choices=offered)
        return replace(base, route=Route.UNANSWERED, log=not verdict.check_in)

    def _checked_in(
        self,
        message: Message,
        decision: Decision,
        verdict: Verdict,
        region: str | None,
        resources: ResourceSet,
    ) -> Decision:
        needs_line = verdict.check_in or (decision.degraded and message.addressed and not decision.silent)
        if not needs_line or decision.route is Route.CRISIS:
            return decision
        dangers = verdict.dangers or (Danger.SELF_HARM,)
        quiet = self._lines_for_danger(dangers, region, resources)[:1]
        return replace(decision, check_in=True, dangers=verdict.dangers, check_in_lines=quiet)

    # -- parts --------------------------------------------------------------------------------------------

    def _lines_for_danger(
        self, dangers: tuple[Danger, ...], region: str | None, resources: ResourceSet
    ) -> tuple[Referral, ...]:
        return self._brain.helplines.for_dangers(dangers, region, own=resources.referrals, limit=CARD_LINES)

    def _search(self, message: Message, resources: ResourceSet, region: str | None) -> Found:
        context = tuple(
            turn.text
            for turn in message.context
            if turn.author is Author.SAME and turn.route not in (Route.CRISIS, Route.MEDICAL, Route.SOURCING)
        )
        return self._index(resources, region).search(message.text, context)

    def _screen_basis(self, message: Message, found: Found) -> Verdict | None:
        for sentence in found.basis:
            if sentence == message.text:
                continue
            verdict = self._brain.guard.screen(sentence, (), message.surface)
            if verdict.route is not None:
                return verdict
        return None

    def _index(self, resources: ResourceSet, region: str | None) -> SearchIndex:
        regional = region if any(entry.region for entry in resources.entries) else None
        key = (resources.digest, regional)
        with self._lock:
            index = self._indexes.get(key)
            if index is not None:
                self._indexes.move_to_end(key)
                return index
        entries = tuple(entry for entry in resources.entries if _for_region(entry, region))
        questions = {entry.id: resources.questions.get(entry.id, ()) for entry in entries}
        index = SearchIndex.build(entries, questions)
        with self._lock:
            self._indexes[key] = index
            while len(self._indexes) > _INDEXES_KEPT:
                self._indexes.popitem(last=False)
        return index


def _for_region(entry: Entry, region: str | None) -> bool:
    return entry.region is None or entry.region == region


def _heard(message: Message) -> bool:
    """Whether anything but danger may be spoken to: watch channels hear only danger."""
    if message.surface is Surface.WATCH_CHANNEL:
        return message.addressed
    return message.addressed or message.surface is Surface.ASK_CHANNEL


def _follows_up(context: tuple[Turn, ...]) -> bool:
    return any(turn.route is Route.ANSWER and turn.author is Author.SAME for turn in context[-2:])


def no_resources(
    community: Community, wordings: Mapping[str, Mapping[str, str]] | None = None
) -> ResourceSet:
    """Return an empty set: help lines and guard run, and there are no entries."""
    return ResourceSet(
        community=community,
        entries=(),
        questions={},
        referrals=(),
        wordings_overlay=wordings or {},
        findings=(),
        digest="",
        degraded=True,
    )
