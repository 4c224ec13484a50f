"""Code on paper: six kinds of words have a colour, and all other spans go, which are most of a page's elements."""

import re

from lxml.html import HtmlElement

from tools.paper.markup import with_class

KINDS = {
    "code-comment": r"c|c[a-z1]|cpf",
    "code-keyword": r"k|k[a-z]|ow",
    "code-string": r"s|s[a-z12]|dl",
    "code-number": r"m|m[a-z]|il",
    "code-definition": r"nf|fm|nc|nd",
    "code-error": r"err|g[rt]|-Color.*",
}


def with_few_colours(article: HtmlElement) -> None:
    """Give each of Pygments' spans the class of its kind, or take the span away and leave its text."""
    for block in with_class(article, "highlight"):
        for span in list(block.iter("span")):
            kind = _kind(span.get("class", ""))
            if kind:
                span.set("class", kind)
            else:
                span.drop_tag()


def _kind(classes):
    for kind, pattern in KINDS.items():
        if any(re.fullmatch(pattern, name) for name in classes.split()):
            return kind
    return ""
