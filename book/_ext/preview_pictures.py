"""The pictures that a shared link shows: one of the book, and one of each chapter.

Each is a real figure of its own title: what the units of a small recurrent network hold while it reads the title,
letter by letter. They are drawn at each build from a fixed seed, with no network and no date inside.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import numpy as np

FOLDER = "_static/previews"
CHAPTERS = "book/chapters/"
UNITS = 10
BACKGROUND, INK, MUTED = "#ffffff", "#1f2430", "#48566b"


def picture_of(docname: str, title: str, config) -> tuple[str, str]:
    """Address of a page's picture, from the root of the site, and what it shows."""
    shown, name = (
        (title, docname.removeprefix(CHAPTERS)) if docname.startswith(CHAPTERS) else (config.html_title, "book")
    )
    alternative = f"{shown}. Below, the states of a small recurrent network that reads these words letter by letter."
    return f"{FOLDER}/{name}.png", alternative


def states(text: str) -> np.ndarray:
    """What each unit holds after each letter: (units, letters)."""
    from rnncourse.scratch import RNN

    rng = np.random.default_rng(7)
    letters = sorted(set(text.lower()))
    network = RNN(len(letters), UNITS, rng)
    network.W_xh = rng.normal(scale=0.45, size=network.W_xh.shape)
    network.W_hh = 0.9 * np.eye(UNITS) + rng.normal(scale=0.12, size=network.W_hh.shape)  # keeps most of what it holds
    one_hot = np.eye(len(letters))[[letters.index(letter) for letter in text.lower()]]
    return network.forward(one_hot[:, None])[0][:, 0].T


def draw(title: str, book: str, path: Path) -> None:
    """Write one picture of 1200 by 630 pixels."""
    from matplotlib.figure import Figure

    from rnncourse.viz.style import SIGNED

    figure = Figure(figsize=(12, 6.3), facecolor=BACKGROUND)
    lines = textwrap.wrap(title, 26)
    figure.text(0.06, 0.9, "\n".join(lines), size=46, weight="bold", color=INK, va="top", linespacing=1.1)
    if title != book:
        figure.text(0.06, 0.05, book, size=22, color=MUTED)
    title = re.sub(r"^\d+\. |:.*", "", title)
    axes = figure.add_axes((0.06, 0.21, min(0.88, 0.03 * len(title)), 0.34))
    held = states(title)
    axes.imshow(held, cmap=SIGNED, vmin=-1, vmax=1, aspect="auto", interpolation="nearest")
    axes.set_xticks(range(len(title)), list(title))
    axes.tick_params(length=0, labelsize=min(21, 750 / len(title)), labelcolor=INK, pad=8)
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(0.5, len(title) - 1), minor=True)
    axes.set_yticks(np.arange(0.5, UNITS - 1), minor=True)
    axes.grid(which="minor", color=BACKGROUND, linewidth=2)
    axes.tick_params(which="minor", length=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, metadata={"Software": None})


def draw_all(app, exception):
    if exception is not None or app.builder.name != "html":
        return
    from matplotlib import rc_context
    from matplotlib import rcParamsDefault as defaults

    with rc_context({key: defaults[key] for key in ("font.family", "font.sans-serif", "font.size", "axes.grid")}):
        for docname, title in [(app.config.root_doc, app.env.titles[app.config.root_doc]), *app.env.titles.items()]:
            if docname == app.config.root_doc or docname.startswith(CHAPTERS):
                name, _ = picture_of(docname, title.astext(), app.config)
                shown = title.astext() if docname.startswith(CHAPTERS) else app.config.html_title
                draw(shown, app.config.html_title, Path(app.outdir) / name)


def setup(app):
    app.connect("build-finished", draw_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
