"""What stands before the first page: the title page and the table of contents."""

from html import escape
from itertools import groupby

from tools.paper.book import LICENCES, SUBJECT, Book
from tools.paper.collect import Article


def title_page(book: Book) -> str:
    """Title, authors, version, licences and address, as HTML."""
    title, _, rest = book.title.partition(": ")
    licences = "".join(
        f'<p>{escape(of)}: <a href="{escape(address)}">{escape(name)}</a></p>'
        for of, (name, address) in LICENCES.items()
    )
    return (
        f'<section id="title-page"><p class="title">{escape(title)}</p><p class="subtitle">{escape(rest)}</p>'
        f'<p class="subject">{escape(SUBJECT)}.</p><p class="author">{escape(book.author)}</p>'
        f'<div class="imprint"><p>Version {escape(book.version)}, {escape(book.year)}</p>{licences}'
        f'<p>Figures that move, and every cell to run: <a href="{escape(book.address)}">{escape(book.address)}</a></p>'
        "</div></section>"
    )


def contents(articles: list[Article], deepest: int = 2) -> str:
    """The table of contents, by parts, with an empty place for each page number."""
    parts = []
    for part, inside in groupby(articles, lambda article: article.page.part):
        entries = "".join(_entry(article.headings(deepest)) for article in inside)
        parts.append((f'<p class="part">{escape(part)}</p>' if part else "") + f"<ol>{entries}</ol>")
    return f'<nav id="contents"><h1>Contents</h1>{"".join(parts)}</nav>'


def _entry(headings):
    """A page and its sections."""
    first, *sections = [_line(heading) for heading in headings]
    inside = f"<ol>{''.join(f'<li>{line}</li>' for line in sections)}</ol>" if sections else ""
    return f"<li>{first}{inside}</li>"


def _line(heading):
    return f'<a href="#{escape(heading.id)}">{heading.html}<span class="leader"></span><span class="number"></span></a>'
