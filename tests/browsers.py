"""Debian's Chromium for tests of the report, off the network, every request and message noted."""

import os
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path():
    """Where Chromium is; without one the tests fail in CI and are left out elsewhere."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = "the report is tested in Chromium: install the Debian package chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@contextmanager
def started_browser():
    """A browser, closed at the end."""
    path = chromium_path()
    # A container's root user may not use the sandbox; the pages are the tests' own.
    options = ["--no-sandbox", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser
        browser.close()


class Visit:
    """A page of a file, opened without a network.

    ``asked`` are addresses that the page asked for beside itself, ``said`` what stood on the
    console, ``dialogs`` what alert() and its like said.
    """

    def __init__(self, browser, path, **options):
        size = options.pop("viewport", {"width": 1366, "height": 768})
        self.context = browser.new_context(
            offline=True, viewport=size, reduced_motion="reduce", **options
        )
        self.page = self.context.new_page()
        self.asked, self.said, self.dialogs = [], [], []
        address = path.as_uri()
        self.page.on("request", lambda r: self.asked.append(r.url) if r.url != address else None)
        self.page.on("console", lambda m: self.said.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda e: self.said.append(f"error: {e}"))
        self.page.on("dialog", self._dismiss)
        self.page.goto(address)

    def _dismiss(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def see(self, script):
        """Value of an expression in the page."""
        return self.page.evaluate(script)

    def text(self, selector):
        """Text of an element."""
        return self.page.inner_text(selector).strip()

    def fetched(self):
        """Addresses that are not data in the page itself."""
        return [a for a in self.asked if not a.startswith("data:")]

    def close(self):
        self.context.close()
