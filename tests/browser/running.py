"""The demo as a person runs it: a process of its own, and a browser that opens its pages."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, TimeoutError, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
TOP = Path(__file__).parents[2]
OPEN = "Open (only you see it)"
END_WITHIN_S = 20
NOTICED_MS = 5000
LAST_ACT = "Math.max(0, ...window.simcordPreview.activity.filter(a => a.dispatched).map(a => a.sequence))"


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo and the addresses it printed."""

    process: subprocess.Popen[str]
    greeting: str
    members: str
    moderators: str

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Interrupt the demo; returns its exit code and its last words."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=END_WITHIN_S)
        return self.process.returncode, said


@contextmanager
def running(*options: str) -> Iterator[Demo]:
    """Start `signpost demo` and wait for its addresses; whatever happens, it does not outlive this."""
    command = [sys.executable, "-m", "bot", "demo", "--no-open", *options]
    with subprocess.Popen(
        command, cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            greeting = _greeting(process)
            members, moderators = re.findall(r"http://\S+", greeting)
            yield Demo(process, greeting, members, moderators)
        finally:
            if process.poll() is None:
                process.terminate()
            try:
                process.communicate(timeout=END_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()


def _greeting(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if "Ctrl-C" in line:
            return said
    raise AssertionError(f"the demo ended before it began:\n{said}")


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Debian's chromium without a window."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


class Conversation:
    """One page of the demo."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(address)
        page.locator("#channel-composer-input").wait_for()
        self.settled()

    @property
    def there(self) -> Locator:
        """The conversation itself, without the list of messages beside it."""
        return self.page.locator("#channel-message-list")

    def view_as(self, name: str) -> None:
        """Choose who is sitting at the page."""
        self.page.select_option("#viewer-picker", label=name)
        self.page.wait_for_function(
            "name => document.querySelector('#viewer-picker').selectedOptions[0]?.label === name", arg=name
        )
        self.settled()

    def write(self, text: str) -> None:
        """Type a message into the composer and send it."""

        def send() -> None:
            self.page.fill("#channel-composer-input", text)
            self.page.click("#send-message")

        self._act(send)

    def use(self, command: str) -> None:
        """Pick a slash command and run it without options."""
        self.settled()
        self.page.locator("#channel-composer-input").press_sequentially(f"/{command}")
        self.page.get_by_role("option", name=f"/{command}").wait_for()
        self.page.keyboard.press("Enter")
        self.page.get_by_label(f"Command /{command}").wait_for()
        self.page.click("#send-message")

    def wait_for(self, text: str) -> Locator:
        """Wait until a text stands in the conversation."""
        found = self.there.get_by_text(text).last
        found.wait_for()
        return found

    def press(self, label: str) -> None:
        """Press the newest button with this label."""
        self._act(lambda: self.there.get_by_role("button", name=label).last.click())

    def _act(self, act: Callable[[], object]) -> None:
        # The page may be drawn anew under the pointer; a person whose click was lost clicks again.
        self.settled()
        before = self.page.evaluate(f"() => {LAST_ACT}")
        act()
        try:
            self.page.wait_for_function(f"before => {LAST_ACT} > before", arg=before, timeout=NOTICED_MS)
        except TimeoutError:
            self.settled()
            act()

    def settled(self) -> None:
        """Wait until the page has shown what the last act led to."""
        # The page takes no second act while the first one is under way.
        self.page.wait_for_function(
            "() => window.simcordPreview.ready && window.simcordPreview.pendingAction === null"
        )
