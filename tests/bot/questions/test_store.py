"""What the log does when nothing is wrong. A second implementation has to pass this file too."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.questions import (
    AlreadyTaken,
    NewQuestion,
    QuestionStatus,
    QuestionStore,
    Saved,
    SqliteQuestionStore,
    UnknownQuestion,
)
from guardrails import GUARDED, Route
from tests.bot.questions.conftest import NOON, MakeStore, TurnableClock, question


async def test_it_fulfils_the_protocol(store: SqliteQuestionStore) -> None:
    fulfilled: QuestionStore = store
    assert await fulfilled.list() == ()


async def test_a_question_is_kept_with_what_moderators_need(store: SqliteQuestionStore) -> None:
    logged = await store.log(question())
    row = await store.get(logged.id)
    assert row is not None
    assert logged.saved is Saved.STORE
    assert (row.text, row.status, row.count) == ("When is the Tuesday meeting?", QuestionStatus.OPEN, 1)
    assert (row.guild_id, row.channel_id, row.asked_at) == ("7", "70", NOON)
    assert row.nearest == (("find-a-meeting", 0.41),)


async def test_the_store_itself_redacts(store: SqliteQuestionStore, state: Path) -> None:
    await store.log(question("Does Kim run the group?"))
    (row,) = await store.list()
    assert row.text == "Does [name] run the group?"
    assert not any(b"Kim" in file.read_bytes() for file in state.iterdir())


async def test_it_redacts_with_the_guards_own_rules_unless_told_otherwise(
    state: Path, clock: TurnableClock
) -> None:
    store = SqliteQuestionStore(state / "questions.db", state_dir=state, clock=clock)
    logged = await store.log(question("Can I call the group at 555-867-5309?"))
    row = await store.get(logged.id)
    await store.close()
    assert row is not None
    assert "867" not in row.text


async def test_a_text_that_cannot_be_redacted_is_not_written(make_store: MakeStore, state: Path) -> None:
    def broken(text: str) -> str:
        raise RuntimeError(text)

    store = make_store(redact=broken)
    await store.open()
    with pytest.raises(StoreError, match="could not be redacted"):
        await store.log(question("secret words"))
    assert not any(b"secret words" in file.read_bytes() for file in state.iterdir())


@pytest.mark.parametrize("route", GUARDED)
async def test_guarded_text_is_refused(store: SqliteQuestionStore, route: Route) -> None:
    with pytest.raises(ValueError, match="must not be stored"):
        await store.log(question(route=route))
    assert await store.list() == ()


async def test_the_same_message_counts_once(store: SqliteQuestionStore) -> None:
    first = await store.log(question())
    again = await store.log(question())
    assert again == first


async def test_the_same_message_counts_once_after_a_restart(make_store: MakeStore) -> None:
    first = make_store()
    await first.open()
    await first.log(question())
    second = make_store()
    await second.open()
    assert (await second.log(question())).count == 1


async def test_the_message_id_is_not_in_any_file(store: SqliteQuestionStore, state: Path) -> None:
    await store.log(question(message="112233445566778899"))
    assert not any(b"112233445566778899" in file.read_bytes() for file in state.iterdir())


async def test_the_same_wording_of_another_person_raises_the_count(store: SqliteQuestionStore) -> None:
    first = await store.log(question("When is the Tuesday meeting?", "1"))
    second = await store.log(question("  when is the tuesday  meeting ", "2"))
    assert (second.id, second.count) == (first.id, 2)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        pytest.param("When is the Thursday meeting?", {}, id="similar"),
        pytest.param("When is the Tuesday meeting?", {"guild_id": "8"}, id="other-server"),
        pytest.param("When is the Tuesday meeting?", {"guild_id": None}, id="direct-message"),
    ],
)
async def test_other_questions_are_never_merged(
    store: SqliteQuestionStore, text: str, more: dict[str, object]
) -> None:
    await store.log(question("When is the Tuesday meeting?", "1"))
    await store.log(question(text, "2", **more))
    assert [row.count for row in await store.list()] == [1, 1]


async def test_words_that_differ_only_in_marks_of_their_script_stay_apart(store: SqliteQuestionStore) -> None:
    await store.log(question("कल", "1"))
    await store.log(question("काल", "2"))
    assert len(await store.list()) == 2


async def test_the_channel_of_a_direct_message_is_not_kept(store: SqliteQuestionStore) -> None:
    """It has one member, so its id would name the asker."""
    logged = await store.log(question(guild_id=None, channel_id="555"))
    row = await store.get(logged.id)
    assert row is not None
    assert row.channel_id is None


async def test_a_very_long_question_is_cut_with_a_mark(store: SqliteQuestionStore) -> None:
    logged = await store.log(question("word " * 20_000))
    row = await store.get(logged.id)
    assert row is not None
    assert len(row.text) == 4000
    assert row.text.endswith("…")


async def test_many_at_once_are_all_kept(store: SqliteQuestionStore) -> None:
    await asyncio.gather(*(store.log(question(f"question {n}", str(n))) for n in range(200)))
    await store.import_spilled()  # a slow disk may have sent some of them to the journal
    assert len(await store.list()) == 200


class TestEdits:
    async def test_an_edit_replaces_the_words_and_keeps_the_id(self, store: SqliteQuestionStore) -> None:
        first = await store.log(question("first words"))
        second = await store.log(question("other words", revision=1))
        assert second.id == first.id
        assert [row.text for row in await store.list()] == ["other words"]

    async def test_a_late_older_revision_changes_nothing(self, store: SqliteQuestionStore) -> None:
        await store.log(question("new words", revision=2))
        await store.log(question("old words", revision=1))
        assert [row.text for row in await store.list()] == ["new words"]

    async def test_an_edit_leaves_the_others_who_asked_the_same(self, store: SqliteQuestionStore) -> None:
        await store.log(question("shared words", "1"))
        await store.log(question("shared words", "2"))
        await store.log(question("my own words", "2", revision=1))
        rows = {row.text: row.count for row in await store.list()}
        assert rows == {"shared words": 1, "my own words": 1}

    async def test_an_edit_to_words_already_there_joins_them(self, store: SqliteQuestionStore) -> None:
        await store.log(question("shared words", "1"))
        await store.log(question("typo wrods", "2"))
        await store.log(question("shared words", "2", revision=1))
        assert {row.text: row.count for row in await store.list()} == {"shared words": 2}

    async def test_an_edit_leaves_a_claimed_row_alone(self, store: SqliteQuestionStore) -> None:
        first = await store.log(question("first words"))
        await store.claim(first.id, "mod")
        await store.log(question("other words", revision=1))
        assert {row.text for row in await store.list()} == {"first words", "other words"}

    async def test_an_edit_that_changes_nothing_counts_nothing(self, store: SqliteQuestionStore) -> None:
        await store.log(question("first words"))
        logged = await store.log(question("First words!", revision=1))
        assert logged.count == 1


class TestModerating:
    async def test_claim_answer_leaves_an_audit(self, store: SqliteQuestionStore) -> None:
        logged = await store.log(question())
        await store.claim(logged.id, "mod-1")
        row = await store.answer(logged.id, "mod-1", entry_id="tuesday-meeting", note="asked the host")
        assert (row.status, row.entry_id, row.note) == (
            QuestionStatus.ANSWERED,
            "tuesday-meeting",
            "asked the host",
        )
        assert [(act.by, act.action) for act in row.audit] == [("mod-1", "claimed"), ("mod-1", "answered")]

    async def test_only_one_moderator_can_claim(self, store: SqliteQuestionStore) -> None:
        logged = await store.log(question())
        await store.claim(logged.id, "mod-1")
        assert (await store.claim(logged.id, "mod-1")).status is QuestionStatus.CLAIMED
        with pytest.raises(AlreadyTaken, match="mod-1"):
            await store.claim(logged.id, "mod-2")

    async def test_a_closed_question_cannot_be_claimed(self, store: SqliteQuestionStore) -> None:
        logged = await store.log(question())
        await store.dismiss(logged.id, "mod-1", note="spam")
        with pytest.raises(AlreadyTaken, match="already dismissed"):
            await store.claim(logged.id, "mod-2")

    async def test_link_names_the_entry(self, store: SqliteQuestionStore) -> None:
        logged = await store.log(question())
        row = await store.link(logged.id, "mod", "find-a-meeting")
        assert (row.status, row.entry_id) == (QuestionStatus.LINKED, "find-a-meeting")

    async def test_an_unknown_id_is_told(self, store: SqliteQuestionStore) -> None:
        with pytest.raises(UnknownQuestion, match="nowhere"):
            await store.dismiss("nowhere", "mod")
        assert await store.get("nowhere") is None

    async def test_a_question_asked_again_after_its_answer_opens_again(
        self, store: SqliteQuestionStore
    ) -> None:
        logged = await store.log(question(message="1"))
        await store.answer(logged.id, "mod")
        await store.log(question(message="2"))
        row = await store.get(logged.id)
        assert row is not None
        assert (row.status, row.count, row.audit[-1].action) == (QuestionStatus.OPEN, 2, "reopened")

    async def test_a_dismissed_question_stays_dismissed(self, store: SqliteQuestionStore) -> None:
        logged = await store.log(question(message="1"))
        await store.dismiss(logged.id, "mod")
        await store.log(question(message="2"))
        row = await store.get(logged.id)
        assert row is not None
        assert (row.status, row.count) == (QuestionStatus.DISMISSED, 2)

    async def test_list_filters_and_orders(self, store: SqliteQuestionStore) -> None:
        for n in range(3):
            await store.log(question("asked often", f"a{n}"))
        once = await store.log(question("asked once", "b"))
        await store.log(question("elsewhere", "c", guild_id="8"))
        await store.dismiss(once.id, "mod")
        assert [row.text for row in await store.list(guild_id="7")] == ["asked often", "asked once"]
        assert [row.text for row in await store.list(QuestionStatus.DISMISSED)] == ["asked once"]
        assert [row.text for row in await store.list(limit=1)] == ["asked often"]


class TestForgetting:
    async def test_wipe_leaves_a_trace_and_no_words(self, store: SqliteQuestionStore, state: Path) -> None:
        logged = await store.log(question("my unmistakable secret"))
        await store.wipe(logged.id, "mod")
        assert await store.get(logged.id) is None
        assert [(act.by, act.action) for act in await store.audit_of(logged.id)] == [("mod", "wiped")]
        assert not any(b"unmistakable" in file.read_bytes() for file in state.iterdir())

    async def test_a_second_delivery_does_not_bring_a_wiped_row_back(
        self, store: SqliteQuestionStore
    ) -> None:
        logged = await store.log(question())
        await store.wipe(logged.id, "mod")
        await store.log(question())
        assert await store.list() == ()

    async def test_a_member_can_take_a_question_back(self, store: SqliteQuestionStore, state: Path) -> None:
        await store.log(question("my unmistakable secret"))
        assert await store.delete_by_message("1001") is True
        assert await store.list() == ()
        assert not any(b"unmistakable" in file.read_bytes() for file in state.iterdir())
        assert await store.delete_by_message("1001") is False

    async def test_taking_back_lowers_a_shared_count(self, store: SqliteQuestionStore) -> None:
        await store.log(question(message="1"))
        await store.log(question(message="2"))
        await store.delete_by_message("1")
        assert [row.count for row in await store.list()] == [1]

    async def test_a_claimed_question_is_not_taken_back(self, store: SqliteQuestionStore) -> None:
        logged = await store.log(question())
        await store.claim(logged.id, "mod")
        assert await store.delete_by_message("1001") is False
        assert len(await store.list()) == 1

    async def test_purge_deletes_what_is_too_old(
        self, store: SqliteQuestionStore, clock: TurnableClock, state: Path
    ) -> None:
        await store.log(question("an old unmistakable one", "1", asked_at=NOON - dt.timedelta(days=200)))
        await store.log(question("a fresh one", "2"))
        await store.count_guarded(NOON.date() - dt.timedelta(days=200), ["crisis/a"])
        purged = await store.purge(NOON - dt.timedelta(days=180))
        assert purged.questions == 1
        assert [row.text for row in await store.list()] == ["a fresh one"]
        assert await store.guarded_counts(dt.date(2000, 1, 1)) == ()
        assert not any(b"unmistakable" in file.read_bytes() for file in state.iterdir())

    async def test_purge_drops_message_keys_after_48_hours(
        self, store: SqliteQuestionStore, clock: TurnableClock
    ) -> None:
        await store.log(question())
        clock.turn(hours=47)
        assert (await store.purge(NOON - dt.timedelta(days=180))).keys == 0
        clock.turn(hours=2)
        assert (await store.purge(NOON - dt.timedelta(days=180))).keys == 1
        assert await store.delete_by_message("1001") is False


async def test_guarded_messages_leave_only_a_count(store: SqliteQuestionStore) -> None:
    day = NOON.date()
    await store.count_guarded(day, ["medical/dose", "medical/mixing"])
    await store.count_guarded(day, ["medical/dose"])
    counts = {(count.day, count.rule): count.count for count in await store.guarded_counts(day)}
    assert counts == {("2026-11-25", "medical/dose"): 2, ("2026-11-25", "medical/mixing"): 1}


async def test_files_are_readable_by_their_owner_alone(store: SqliteQuestionStore, state: Path) -> None:
    await store.log(question())
    modes = {file.name: file.stat().st_mode & 0o077 for file in state.iterdir()}
    assert set(modes.values()) == {0}, modes


async def test_ids_stay_text(store: SqliteQuestionStore) -> None:
    logged = await store.log(
        NewQuestion("1", "big ids", NOON, guild_id="1234567890123456789", channel_id="2")
    )
    row = await store.get(logged.id)
    assert row is not None
    assert row.guild_id == "1234567890123456789"
