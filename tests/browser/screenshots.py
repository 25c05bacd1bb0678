"""Makes docs/demo.png: the demo with an answered question and the card of a medical one.

python -m tests.browser.screenshots
"""

from __future__ import annotations

from tests.browser.running import OPEN, TOP, Conversation, browser, running

PICTURE = TOP / "docs" / "demo.png"
SIZE = {"width": 960, "height": 1700}


def main() -> None:
    """Play two short scenes and take the picture."""
    with running() as demo, browser() as chromium:
        page = chromium.new_page(viewport=SIZE, device_scale_factor=1)  # type: ignore[arg-type]
        members = Conversation(page, demo.members)
        members.view_as("sam")
        members.write("what is a sponsor?")
        members.wait_for("The moderators have an answer to that")
        members.press(OPEN)
        members.wait_for("Only you can see this")
        members.write("how much kratom and magnesium should I take?")
        members.wait_for("I don't answer those")
        members.press(OPEN)
        members.wait_for("I never answer those")
        # The list of messages beside the conversation only repeats it.
        page.click("#messages-toggle")
        page.mouse.move(0, 0)
        members.settled()
        page.screenshot(path=PICTURE)
    print(PICTURE.relative_to(TOP))


if __name__ == "__main__":
    main()
