"""A figure that moves, standing still: what paper can show of it, and where it moves."""

import html
import json
from copy import deepcopy

from lxml.html import HtmlElement

from tools.paper.markup import drop, element_of, with_class


def stand_still(article: HtmlElement, address: str) -> None:
    """Replace each interactive figure of an article by stills with a note; ``address`` is where its page is."""
    for player in with_class(article, "rnn-player"):
        _replace(player, *_frames(player), _note(_told_of_frames(player), address))
    for laboratory in with_class(article, "rnn-laboratory"):
        _replace(laboratory, _still(laboratory), _note(_told_of_laboratory(laboratory), address))
    for linked in with_class(article, "rnn-linked"):
        _replace(linked, _still(linked, without="rnn-behind"), _note("choose another word and see its row", address))
    for live in with_class(article, "rnn-live"):
        _replace(live, _still(live), _note("this computes, and you can try inputs of your own", address))


def chosen_frames(count: int, start: int) -> list[int]:
    """The first and the last of ``count`` frames, and between them the one shown at the start, or the middle one."""
    between = start if 0 < start < count - 1 else count // 2
    return sorted({0, between, count - 1})


def _frames(player):
    frames, labels = with_class(player, "rnn-frame"), _labels(player)
    start = next((i for i, frame in enumerate(frames) if "hidden" not in frame.attrib), 0)
    for i in chosen_frames(len(frames), start):
        figure = element_of('<figure class="rnn-figure"></figure>')
        figure.extend(deepcopy(child) for child in frames[i] if child.tag == "svg")
        figure.append(element_of(f"<figcaption>{html.escape(labels[i])}</figcaption>"))
        yield figure


def _labels(player):
    return json.loads(player.get("data-labels"))


def _told_of_frames(player):
    labels = _labels(player)
    return f"a slider goes through all {len(labels)} pictures, from {labels[0]} to {labels[-1]}"


def _told_of_laboratory(laboratory):
    """The controls and the values that the still was drawn for."""
    labels = json.loads(laboratory.get("data-view"))["labels"]
    told = []
    for control, values in zip(with_class(laboratory, "rnn-quantity"), labels, strict=True):
        selected = [i for i, option in enumerate(control.iter("option")) if "selected" in option.attrib]
        position = selected[0] if control.tag == "select" and selected else int(control.get("value", 0))
        told.append(f"{control.get('aria-label')} (here {values[position]})")
    return f"the curves follow as you change {_listed(told)}"


def _listed(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _still(figure, without=""):
    """The figure as it is without JavaScript, with nothing that pretends to be a control.

    A table that stands behind it is opened like all that is folded, unless it is too wide for paper: ``without``.
    """
    still = deepcopy(figure)
    still.tail = None
    for element in still.xpath(".//*[@role='listbox' or @role='option']"):
        for name in ("role", "aria-selected", "aria-orientation", "aria-label"):
            element.attrib.pop(name, None)
    for part in [*with_class(still, "rnn-controls"), *with_class(still, without)]:
        drop(part)
    still.set("class", "rnn-figure")
    return still


def _note(told, address):
    link = f'<a class="paper-elsewhere" href="{html.escape(address)}">the page</a>'
    return element_of(f'<p class="paper-note">On {link}, {html.escape(told)}.</p>')


def _replace(figure, *parts):
    """Put stills and note in the figure's place."""
    block = element_of('<div class="paper-stills"></div>')
    block.extend(parts)
    block.tail = figure.tail
    figure.getparent().replace(figure, block)
