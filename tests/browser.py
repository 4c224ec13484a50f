"""A real browser to read pages with, for every folder of tests that asks for one in its conftest.py."""

import os

import pytest
from playwright.sync_api import Error, sync_playwright

from tools.page_loads import launch


@pytest.fixture(scope="module")
def browser():
    """Chromium: Debian's, or else the one that Playwright has downloaded.

    It lives for one test file, because Playwright's event loop would stand in the way of other tests of the process.
    """
    with sync_playwright() as playwright:
        try:
            chromium = launch(playwright)
        except Error as error:
            _no_browser(error)
        yield chromium
        chromium.close()


def _no_browser(error):
    sentence = "There is no Chromium here: install Debian's `chromium`, or run `playwright install chromium`."
    if os.environ.get("CI") == "true":  # where these tests must run, a skip would look like success
        pytest.fail(f"{sentence} ({str(error).splitlines()[0]})", pytrace=False)
    pytest.skip(sentence)


@pytest.fixture
def new_page(browser):
    """A function that opens a page in a fresh browser context, with Playwright's context options."""
    contexts = []

    def open_page(**options):
        contexts.append(browser.new_context(**options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()
