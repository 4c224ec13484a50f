"""A book of two small pages, as Sphinx builds it, with all that paper cannot hold."""

from tools.paper.book import read_book
from tools.paper.collect import collect

CONFIG = """\
title: "Small networks: a course"
author: Two authors
copyright: "2026"
html:
  baseurl: https://example-org.github.io/course/
"""
TOC = """\
root: book/index
parts:
  - caption: Chapters
    chapters:
      - file: book/chapters/01_gates
"""
COLOURS = ":root { --rnn-ink: #222832; --rnn-c0: #0072b2; }\nhtml[data-theme=dark] { --rnn-ink: #ced6dd; }"
INDEX = """\
<h1>Welcome</h1><p>To <a class="reference" href="chapters/01_gates.html#item-a01" title="t">the gate</a>,
<a href="chapters/01_gates.html#gone">a lost place</a>, <a href="data.html#cats">what is elsewhere</a>,
<a href="https://example-org.github.io/course/book/chapters/01_gates.html">an address</a> and
<a href="https://example.org/a#b">others</a>.</p>"""
SVG = (
    '<svg role="img" aria-label="{alt}" viewBox="0 0 10 20"><defs><clipPath id="a"><rect width="5"/></clipPath></defs>'
    '<path d="M 0 0" clip-path="url(#a)" style="stroke: var(--rnn-c0, #123456)"/></svg>'
)
PLAYER = (
    '<figure class="rnn-player" data-labels=\'["x = 1", "x = 2", "x = 3", "x = 4", "x = 5"]\'>'
    '<div class="rnn-controls" hidden><button>Play</button><input type="range"></div>'
    + "".join(
        f'<div class="rnn-frame"{"" if i == 3 else " hidden"}>{SVG.format(alt=f"Frame {i}.")}</div>' for i in range(5)
    )
    + '<details class="rnn-behind"><summary>In words</summary>All five.</details></figure><script>play()</script>'
)
LABORATORY = (
    '<figure class="rnn-laboratory" data-view=\'{"labels": [["1", "10"], ["RNN", "LSTM"]]}\'><div class="rnn-controls" hidden>'
    '<input class="rnn-quantity" value="1" aria-label="T"><select class="rnn-quantity" aria-label="network">'
    "<option>RNN</option><option selected>LSTM</option></select></div>"
    + SVG.format(alt="Curves.")
    + '<output></output><details class="rnn-behind"><summary>In numbers</summary> <p>0.5</p></details></figure>'
)
LINKED = (
    '<figure class="rnn-linked"><span role="listbox" tabindex="0" aria-label="words"><span role="option" '
    'aria-selected="true" data-word="cat">cat</span></span>' + SVG.format(alt="A map.") + "</figure>"
)
CHAPTER = f"""\
<section class="tex2jax_ignore mathjax_ignore" id="gates"><h1>1. Gates<a class="headerlink" href="#gates">#</a></h1>
<section id="one-gate"><span id="item-a01"></span><h2>One gate \\(g\\)<a class="headerlink" href="#one-gate">#</a></h2>
<p>Back to <a href="../index.html">the start</a> or <a href="#item-a01">here</a>.</p>
<details class="admonition hide above-input"><summary><p>Show code cell source</p></summary><div class="cell_input">
<div class="highlight"><pre><span class="k">def</span><span class="w"> </span><span class="nf">gate</span><span class="p">(</span><span
class="n">x</span><span class="p">):</span></pre></div></div></details>
<details class="sd-dropdown"><summary>An answer</summary> <p>It closes.</p></details>
<p hidden>A tip.</p><p>Before <button>Copy</button>and after.</p>{PLAYER}{LABORATORY}{LINKED}{SVG.format(alt="Still.")}
</section></section>"""


def write_made_book(root):
    """The sources that are read, and the two built pages, in a folder."""
    pages = {"book/index": INDEX, "book/chapters/01_gates": CHAPTER}
    texts = {"_config.yml": CONFIG, "_toc.yml": TOC, "book/_static/rnncourse.css": COLOURS}
    for name, inside in pages.items():
        texts[f"_build/html/{name}.html"] = f"<html><body><nav>x</nav><article>{inside}</article></body></html>"
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def collected(root, names=None):
    """The clean articles of the made book by their slugs."""
    return {article.page.slug: article for article in collect(read_book(write_made_book(root), names=names))}
