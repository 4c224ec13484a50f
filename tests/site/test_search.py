"""The search page: what a student types leads to where it is explained, with no request to any other server."""

import json
import re
from functools import cache

import pytest
from built_book import HTML, page_names

CHAPTER = "book/chapters/"
# What is typed, and where it should lead within the first three results: a page, or a section of it.
QUERIES = {
    "vanishing gradient": CHAPTER + "04_vanishing_gradients.html",
    "exploding": CHAPTER + "04_vanishing_gradients.html",
    "BPTT": CHAPTER + "03_bptt.html",
    "truncated backpropagation": CHAPTER + "03_bptt.html#truncated-backpropagation",
    "forget gate": CHAPTER + "05_lstm_gru.html#where-the-forget-gate-should-start",
    "teacher forcing": CHAPTER + "02_rnn.html#teacher-forcing",
    "LSTM backward": CHAPTER + "05_lstm_gru.html#one-step-backwards",
    "padding mask": CHAPTER + "08_attention.html#masks-what-must-not-be-seen",
    "perplexity": CHAPTER + "02_rnn.html#language-models",
    "beam search": CHAPTER + "07_seq2seq.html#a-beam",
    "softmax gradient": CHAPTER,
    "Colab": "book/index.html",
    "W_hh": CHAPTER + "04_vanishing_gradients.html",
    "gradient clipping": CHAPTER + "04_vanishing_gradients.html#clipping-exactly",
    "clip_grad_norm": CHAPTER,
    "negative sampling": CHAPTER + "01_embeddings.html#negative-sampling",
    "Bahdanau": CHAPTER + "08_attention.html",
    "bidirectional": CHAPTER + "06_bidirectional.html",
    "recursive autoencoder": CHAPTER + "09_recursive_autoencoders.html",
    "exposure bias": CHAPTER + "07_seq2seq.html",
    "hidden st": "book/glossary.html#term-hidden-state",
    "how to grade": "book/instructors.html",
    "Hochreiter": "book/bibliography.html",
}


class Search:
    """The open search page, which answers while one types."""

    def __init__(self, browser, site):
        self.site, self.requests, self.errors = site, [], []
        self.page = browser.new_page(viewport={"width": 390, "height": 844})
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{site}search.html?q=perplexity", wait_until="load")

    def __call__(self, text):
        self.page.locator(".rnn-search input[type=search]").fill(text)
        links = self.page.locator("#rnn-results > li > a")
        return links.evaluate_all("links => links.map(link => link.href)")


@pytest.fixture(scope="module")
def search(browser, site):
    search = Search(browser, site)
    yield search
    search.page.close()


def test_answers_the_question_in_its_address(search):
    assert search.page.locator("#rnn-results > li > a").first.inner_text() == "perplexity"
    assert re.fullmatch(r"\d+ places in the book, .*", search.page.locator("#rnn-found").inner_text())


@pytest.mark.parametrize("text", QUERIES)
def test_finds_what_a_student_looks_for(search, text):
    first = [link.removeprefix(search.site) for link in search(text)[:3]]
    assert any(link.startswith(QUERIES[text]) for link in first), first


def test_results_lead_to_sections_that_exist(search):
    for text in QUERIES:
        for link in search(text):
            page, _, place = link.removeprefix(search.site).partition("#")
            assert not place or place in places(page), link


@cache
def places(page):
    return set(re.findall(r'\sid="([^"]+)"', (HTML / page).read_text(encoding="utf-8")))


def test_shows_prose_with_the_words_marked(search):
    search("teacher forcing")
    shown = search.page.locator("#rnn-results > li")
    text = shown.filter(has_text="2. Recurrent networks").first
    assert {mark.lower() for mark in text.locator("mark").all_inner_texts()} >= {"teacher", "forcing"}


def test_says_when_there_is_nothing(search):
    assert search("xyzzyplugh") == []
    assert search.page.locator("#rnn-found").inner_text().startswith("Nothing found")


def test_fetches_no_page_and_asks_no_other_server(search):
    for text in QUERIES:
        search(text)
    assert not [url for url in search.requests if not url.startswith((search.site, "data:"))]
    assert not [url for url in search.requests if ".html" in url.removeprefix(search.site).removeprefix("search.html")]
    assert search.errors == []


def test_marks_the_words_on_the_page_it_leads_to(search):
    search("Catalan number")
    search.page.locator("#rnn-results > li > a").first.click()
    search.page.wait_for_selector("article .highlighted")
    search.page.goto(f"{search.site}search.html?q=perplexity")


@cache
def index():
    text = (HTML / "searchsections.js").read_text(encoding="utf-8")
    return json.loads(text.removeprefix("window.RNN_SECTIONS = ").removesuffix(";\n"))


def test_every_page_can_be_found(built_book):
    assert {page["page"] for page in index()} == {f"{name}.html" for name in page_names()}
    assert all(page["sections"] for page in index())


def test_what_is_shown_is_prose(built_book):
    """No TeX, no code, no picture: each of them has marks that prose has not."""
    texts = [section["text"] for page in index() for section in page["sections"] if "text" in section]
    assert sum(map(len, texts)) > 200_000
    marks = re.compile(r"\\(?!rnncourse)[a-z]|\$|import numpy|= np\.|</|\{cite|[^ ]eq-|\.\./")
    assert [text[found.start() - 40 : found.end() + 40] for text in texts if (found := marks.search(text))] == []
