"""On a slow line a page is painted before a figure's script has arrived: nothing may move when it does."""

import re

import pytest
from built_book import HTML

SCRIPT_OF_FIGURE = re.compile(r"(</figure>\s*)<script>.*?</script>", re.DOTALL)
PAGES = [
    page.relative_to(HTML).as_posix()
    for page in sorted(HTML.glob("book/**/*.html"))
    if SCRIPT_OF_FIGURE.search(page.read_text(encoding="utf-8"))
]
HEIGHTS = "figures => figures.map(figure => [figure.className, Math.round(figure.getBoundingClientRect().height)])"


@pytest.mark.parametrize("width", [320, 390, 1200])
@pytest.mark.parametrize("name", PAGES)
def test_a_script_that_comes_late_moves_nothing(new_page, site, name, width):
    heights = {True: [], False: []}
    for late, found in heights.items():
        page = new_page(viewport={"width": width, "height": 844})
        if late:
            page.route(f"**/{name}", _without_scripts_of_figures)
        page.goto(site + name)
        assert late == (page.locator("figure[data-ready]").count() == 0)
        found += page.locator("figure[class*='rnn-']").evaluate_all(HEIGHTS)
    assert [pair for pair in zip(*heights.values(), strict=True) if pair[0] != pair[1]] == []


def _without_scripts_of_figures(route):
    answer = route.fetch()
    text, removed = SCRIPT_OF_FIGURE.subn(r"\1", answer.text())
    assert removed
    route.fulfill(response=answer, body=text)


def test_there_are_such_figures():
    assert len(PAGES) >= 17  # the landing page, nine chapters, five case studies, the gallery, the benchmarks
