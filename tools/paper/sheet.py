"""One HTML document for the browser."""

import re
from html import escape

from tools.paper.book import LANGUAGE, Book

MATHJAX = re.compile(r'<script[^>]* src="[^"]*?(_static/mathjax/[^"?]+)')


def sheet(book: Book, body: str, style_sheet: str, rules: str = "") -> str:
    """A document with this body, in the style shared by all paper and one more."""
    return (
        f'<!doctype html><html lang="{LANGUAGE}"><head><meta charset="utf-8"><title>{escape(book.title)}</title>'
        f'<link rel="stylesheet" href="paper.css"><link rel="stylesheet" href="{style_sheet}"><style>{rules}</style>'
        f"{_formulas(book)}</head><body>{body}</body></html>"
    )


def _formulas(book):
    """Our settings of MathJax, and the book's own MathJax, which each page with formulas asks for."""
    for page in book.pages:
        if asked_for := MATHJAX.search(book.path_of(page).read_text(encoding="utf-8")):
            return f'<script src="maths.js"></script><script src="{asked_for[1]}"></script>'
    return '<script src="maths.js"></script>'
