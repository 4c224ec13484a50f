"""Player: one figure over one changing quantity, with a slider that needs neither kernel nor library."""

import html
import json
from importlib.resources import files
from numbers import Integral, Real

from rnncourse.viz.behind import list_behind

_SCRIPT = files("rnncourse.viz").joinpath("player.js").read_text(encoding="utf-8")


class Player:
    """Pictures ``draw(value)`` for each of ``values``, shown one at a time under a slider.

    All pictures are drawn beforehand, so that the slider works in a static page, offline, by mouse and by keyboard.
    Without JavaScript the picture at the start stands still. The alt text of every picture is in a list that opens under
    the figure, and is all there is where only text is kept.
    """

    def __init__(self, draw, name, values, start=0):
        self.draw, self.name, self.values = draw, name, list(values)
        if not 0 <= start < len(self.values):
            raise ValueError(f"start: expected a position from 0 to {len(self.values) - 1}, got {start}")
        self.start = start
        self.pictures = [draw(value) for value in self.values]

    def __repr__(self):
        rows = (f"  {label}: {picture.alt}" for label, picture in zip(self._labels(), self.pictures, strict=True))
        return "\n".join([f"Player over {self.name}, {len(self.values)} figures", *rows])

    def _labels(self):
        return [f"{self.name} = {value:g}" if isinstance(value, Real) else str(value) for value in self.values]

    def _repr_html_(self):
        labels = self._labels()
        frames = "".join(
            f'<div class="rnn-frame"{"" if i == self.start else " hidden"}>{picture.svg}</div>'
            for i, picture in enumerate(self.pictures)
        )
        return (
            f'<figure class="rnn-player" data-labels="{html.escape(json.dumps(labels))}" '
            'data-lm-suppress-shortcuts="true" style="max-width:36rem;margin:1rem auto">'
            f"{self._controls(labels[self.start])}{frames}{self._in_words(labels)}</figure><script>{_SCRIPT}</script>"
        )

    def _in_words(self, labels):
        alts = [picture.alt for picture in self.pictures]
        return list_behind("What each picture shows", zip(labels, alts, strict=True))

    def _controls(self, label):
        return (
            '<div class="rnn-controls" hidden style="gap:.6rem;align-items:center">'
            '<button type="button" class="rnn-play">Play</button>'
            f'<input type="range" min="0" max="{len(self.values) - 1}" value="{self.start}" step="1" '
            f'aria-label="{html.escape(self.name)}" aria-valuetext="{html.escape(label)}" style="flex:1;min-width:6rem">'
            f'<output aria-live="off" style="min-width:7.5em">{html.escape(label)}</output></div>'
        )

    def widget(self):
        """The same figure as an ipywidgets slider over every number between the first and the last value.

        It redraws in the kernel, so it shows what no picture was drawn for, and can be linked to other widgets.
        """
        import ipywidgets

        first, last = min(self.values), max(self.values)
        whole = all(isinstance(value, Integral) for value in self.values)
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        slider = kind(
            value=self.values[self.start], min=first, max=last, description=self.name, continuous_update=False
        )
        picture = ipywidgets.HTML(self.pictures[self.start].svg)
        slider.observe(lambda change: setattr(picture, "value", self.draw(change["new"]).svg), "value")
        return ipywidgets.VBox([slider, picture])
