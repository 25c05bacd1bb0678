"""The demo without a browser: its server, its two pages, and its end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.app import build
from bot.demo import Page, Stage, WallClock
from bot.resources.bundled import bundled_path

UNKNOWN = "What time does the garden project start?"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    clock = WallClock()
    stage = Stage.set_up(clock)
    app = build(stage.settings(bundled_path(), tmp_path), clock)
    await stage.enter(app)
    yield stage
    await stage.env.shutdown()
    await app.store.close()
    stage.env.raise_errors()


def shown(page: Page) -> str:
    return str([each.snapshot["messages"] for each in page._pages.values()])


async def test_simcord_is_the_version_whose_inner_parts_the_demo_touches() -> None:
    assert version("simcord") == "3.2.1"


async def test_two_pages_are_open_at_once_and_one_sees_what_the_other_caused(stage: Stage) -> None:
    turns = asyncio.Lock()
    members = Page(stage.env, stage.ask, (stage.robin, stage.sam), port=0, turns=turns)
    moderators = Page(stage.env, stage.moderators, (stage.alex,), port=0, turns=turns)
    for page in (members, moderators):
        stage.env._preview = None
        await page.__aenter__()
    await stage.robin.send(stage.ask, UNKNOWN)
    assert "garden project" not in shown(moderators)
    for page in (members, moderators):
        page.catch_up()
    assert "saved the question" in shown(members)
    assert "garden project" in shown(moderators)


async def test_a_page_with_nothing_new_is_left_as_it_is(stage: Stage) -> None:
    page = Page(stage.env, stage.ask, (stage.robin,), port=0, turns=asyncio.Lock())
    await page.__aenter__()
    before = [each.revision for each in page._pages.values()]
    page.catch_up()
    assert [each.revision for each in page._pages.values()] == before


async def test_members_cannot_look_into_the_moderators_channel(stage: Stage) -> None:
    from simcord.backend.access import can_access_channel

    assert can_access_channel(stage.env, stage.moderators.id, stage.alex, history=True)
    assert not can_access_channel(stage.env, stage.moderators.id, stage.robin, history=True)


async def test_time_goes_by(stage: Stage) -> None:
    first = await stage.robin.send(stage.ask, "good morning")
    assert abs((WallClock().now() - first.created_at).total_seconds()) < 3600


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_it_cleanly_and_leaves_nothing(tmp_path: Path, how: signal.Signals) -> None:
    command = [sys.executable, "-m", "bot", "demo", "--no-open"]
    surroundings = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "Ctrl-C" in line:
                break
        assert list(tmp_path.iterdir()) != []
        process.send_signal(how)
        out, said = process.communicate(timeout=20)
    assert process.returncode == 0
    assert (out, said.strip()) == ("", "The demo has ended. Nothing was kept.")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "demo", "--no-open", "--resources", str(tmp_path / "no.yaml")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "is not there" in ended.stderr
    assert "Traceback" not in ended.stderr
