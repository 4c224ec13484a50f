"""Picture: a finished figure as inline SVG with alt text."""

import hashlib
import html
import io
import re

from rnncourse.viz.style import CSS_VARIABLES, FALLBACKS, styled


class Picture:
    """A figure, and one or two sentences that say what it shows.

    In a page or a notebook it is inline SVG: real text in the page's own font, in colours the page may change, read to
    the blind by its alt text. Where only text is kept, as in a stored notebook, the alt text stands for it.
    """

    def __init__(self, figure, alt):
        if not alt.strip():
            raise ValueError("alt: expected a sentence that says what the figure shows, got an empty string")
        self.alt = alt
        self.svg = _inline_svg(figure, alt)
        self.box = figure.axes[0].get_position().bounds
        """Where the first axes stand: left, bottom, width and height as shares of the figure."""

    def __repr__(self):
        return f"Figure: {self.alt}"

    def _repr_html_(self):
        return f'<figure class="rnn-figure" style="max-width:36rem;margin:1rem auto">{self.svg}</figure>'


def _inline_svg(figure, alt):
    buffer = io.StringIO()
    with styled():
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None, "Format": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r' d="[^"]*"', _short_path, svg)
    svg = re.sub(r' transform="rotate\(-0 [^"]*"', "", svg)
    svg = re.sub(r' [xy]="[^"]*"', _short_path, svg)
    svg = re.sub(r"\s*\n\s*", "\n", svg)
    svg = re.sub(r"font: ([\d.]+px)[^;\"]*|font-family:[^;\"]*", _page_font, svg)
    for colour, variable in CSS_VARIABLES.items():
        svg = svg.replace(f": {colour}", f": var({variable}, {FALLBACKS.get(colour, colour)})")
    tag = re.search(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>', svg, flags=re.DOTALL)
    svg = f"{svg[: tag.start()]}{_opening_tag(alt)} {tag[1]}>{svg[tag.end() :]}"
    return _with_own_ids(svg)


def _opening_tag(alt):
    style = "width:100%;height:auto;overflow:visible;stroke-linejoin:round"
    return f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" role="img" aria-label="{html.escape(alt)}" style="{style}"'


def _short_path(match):
    """A hundredth of a point is finer than any screen, and the same on every processor."""
    path = re.sub(r"-?\d+\.\d+", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), match[0])
    return path.replace("\n", " ").replace(' "', '"')


def _page_font(match):
    """Letters take the font of the page; only the size is the figure's."""
    return f"font-size: {match[1]}; font-family: inherit" if match[1] else "font-family: inherit"


def _with_own_ids(svg):
    """Two figures in one page must not share ids, and ids that nothing refers to are dropped."""
    prefix = "p" + hashlib.sha256(svg.encode()).hexdigest()[:8]
    used = set(re.findall(r'(?:url\(#|href="#)([\w-]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}-{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(#|href="#)([\w-]+)', rf"\1{prefix}-\2", svg)
