"""The HTML of the figure Characters: what it looks like, its controls, and the room for what its script writes."""

import html

import numpy as np

from rnncourse.live.shades import shown

SHOWN = 8
"""Letters whose odds are drawn."""
PARTS = {
    "h": "h, the state",
    "c": "c, the cell",
    "i": "i, the input gate",
    "f": "f, the forget gate",
    "o": "o, the output gate",
}
"""What of the network can be shown."""
CAPTIONS = {
    "h": "State h: orange −1, grey 0, blue 1.",
    "c": "Cell c, through tanh: orange −1, grey 0, blue 1.",
    "i": "Input gate i: grey 0, shut; blue 1, open.",
    "f": "Forget gate f: grey 0, cell emptied; blue 1, kept.",
    "o": "Output gate o: grey 0, cell hidden; blue 1, shown.",
}
_FIELD = "color:var(--rnn-ink,FieldText);background:var(--rnn-paper,Field);border:1px solid var(--rnn-muted,GrayText)"
_RULES = {
    "": "padding:0;font-size:.9rem;line-height:1.4;color:var(--rnn-ink,currentColor)",
    "p": "margin:0 0 .4rem",
    "[hidden]": "display:none!important",
    ".rnn-line": "display:flex;flex-wrap:wrap;gap:.35rem .5rem;align-items:center;margin:0 0 .35rem",
    "textarea": f"flex:1 1 14.5rem;min-width:0;height:calc(3em + 2px);box-sizing:border-box;margin:0;padding:0 .5rem;{_FIELD};"
    "border-radius:.4rem;font:.95rem/1.5 ui-monospace,monospace;resize:none",
    "button,select": f"min-height:44px;box-sizing:border-box;padding:.2rem .6rem;{_FIELD};border-radius:.4rem;font:inherit;"
    "cursor:pointer",
    ".rnn-write": "min-width:5.5rem",
    "select": "flex:1 1 11rem;min-width:0",
    ".rnn-parts": "display:flex;margin:0;padding:0 0 0 1px;border:0;min-width:0",
    ".rnn-parts label": "position:relative;margin:0",
    ".rnn-parts input": "position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer",
    ".rnn-parts span": f"display:grid;place-items:center;width:44px;height:44px;box-sizing:border-box;{_FIELD};"
    "margin-left:-1px;font-style:italic",
    ".rnn-parts input:checked+span": "background:var(--rnn-c0,#0072b2);color:var(--rnn-paper,#fff)",
    ".rnn-warm": "display:grid;width:6.6rem;height:44px;margin:0;font-size:.8rem;line-height:1.2",
    "input[type=range]": "width:100%;height:28px;margin:0;accent-color:var(--rnn-c0,#0072b2)",
    "output,.rnn-warm b": "font-variant-numeric:tabular-nums;font-weight:inherit",
    ".rnn-caption": "margin:0 0 .15rem;font-size:.8rem;color:var(--rnn-muted,inherit)",
    ".rnn-map": "touch-action:pan-y;cursor:crosshair",
    ".rnn-letters": "display:grid;grid-template-columns:repeat(38,1fr);height:24px;margin-bottom:2px;"
    "font:.85rem/24px ui-monospace,monospace;text-align:center",
    ".rnn-letters .rnn-now": "position:relative;outline:2px solid var(--rnn-ink,CanvasText)",
    "svg": "display:block;width:100%;height:128px;fill:none",
    "svg .rnn-now,svg .rnn-row": "stroke:var(--rnn-ink,CanvasText);stroke-width:1;vector-effect:non-scaling-stroke",
    "svg .rnn-now": "stroke-width:2",
    ".rnn-odds": "display:grid;grid-template-columns:repeat(8,1fr);margin:.4rem 0 .2rem",
    ".rnn-odds button": "display:grid;grid-template-rows:28px 1.25rem 1rem;justify-items:center;align-items:end;min-width:0;"
    "padding:0 0 2px;border:0;background:transparent;color:inherit;opacity:1",
    ".rnn-odds i": "width:70%;background:var(--rnn-c0,#0072b2);border-radius:2px 2px 0 0",
    ".rnn-odds b": "font:600 1rem/1.25rem ui-monospace,monospace",
    ".rnn-odds small": "font-size:.75rem;font-variant-numeric:tabular-nums",
    ".rnn-odds .rnn-came": "outline:2px solid var(--rnn-c1,#c1440e);outline-offset:-1px;border-radius:.3rem",
    ".rnn-odds .rnn-came i": "background:var(--rnn-c1,#c1440e)",
    "output": "display:block;min-height:2.8em;font-size:.85rem",
    "details": "margin:.1rem 0 0",
    "summary": "cursor:pointer",
    "table": "font-size:.8rem;border-collapse:collapse",
    "table :is(td,th)": "padding:.1rem .7rem .1rem 0;text-align:right;font-weight:inherit",
    ":is(textarea,button,select,input,.rnn-letters,summary):focus-visible,.rnn-parts input:focus-visible+span": "outline:3px "
    "solid var(--rnn-c0,#0072b2);outline-offset:2px",
}


def style():
    """A notebook has no style sheet of ours, so the figure brings its own; the page's colours come first."""
    rules = (f"{_within(selectors)}{{{rule}}}" for selectors, rule in _RULES.items())
    return f"<style>{''.join(rules)}@media(max-width:32rem){{figure.rnn-characters output{{min-height:4.2em}}figure.rnn-characters textarea{{flex-basis:100%}}figure.rnn-characters .rnn-warm{{flex:1}}}}</style>"


def _within(selectors):
    """The same selectors inside the figure; commas in brackets do not part them."""
    return f"figure.rnn-characters :is({selectors})" if selectors else "figure.rnn-characters"


def typing_row(start):
    """Where a reader types, and how boldly the network writes on; the line break that a textarea drops at its beginning is written twice."""
    return (
        '<div class="rnn-line rnn-typing" hidden><textarea rows="2" spellcheck="false" autocomplete="off" '
        f'autocapitalize="off" aria-label="text to read">\n{html.escape(start)}</textarea>'
        '<button type="button" class="rnn-write">Write on</button>'
        '<label class="rnn-warm"><span>temperature <b>0.7</b></span>'
        '<input type="range" min="0.1" max="1.5" step="0.1" value="0.7"></label>'
        '<button type="button" class="rnn-clear">Clear</button></div>'
    )


def control_row(named, units, chosen):
    """What is shown, and which unit colours the letters."""
    parts = "".join(
        f'<label><input type="radio" value="{name}" aria-label="{said}"{" checked" * (name == "c")}>'
        f"<span>{name}</span></label>"
        for name, said in PARTS.items()
    )
    return (
        f'<div class="rnn-line rnn-choices" hidden><fieldset class="rnn-parts" aria-label="what is shown">{parts}'
        f'</fieldset><select aria-label="unit that colours the letters">{_options(named, units, chosen)}</select></div>'
    )


def _options(named, units, chosen):
    names = {one["unit"]: f"unit {one['unit']} {one['what']}, r = {one['r']:.2f}" for one in named}
    rest = {unit: f"unit {unit}" for unit in range(units) if unit not in names}
    groups = {"its cell c, on text it has not read": names, "all others, the slowest first": rest}
    return "".join(
        f'<optgroup label="{label}">'
        + "".join(
            f'<option value="{unit}"{" selected" * (unit == chosen)}>{html.escape(name)}</option>'
            for unit, name in group.items()
        )
        + "</optgroup>"
        for label, group in groups.items()
    )


def caption():
    """What the colours mean; all the captions go with it, one of them shown."""
    return "".join(
        f'<p class="rnn-caption" data-part="{part}"{"" if part == "c" else " hidden"}>{words}</p>'
        for part, words in CAPTIONS.items()
    )


class ODDS:
    """How odds are written."""

    @staticmethod
    def percent(odd):
        return "< 1 %" if odd < 0.005 else f"{np.floor(100 * odd + 0.5):.0f} %"

    @staticmethod
    def quoted(letter):
        return {"\n": "a line break", " ": "a space"}.get(letter, f"“{letter}”")


def odds_html(alphabet, odds):
    """The likeliest letters, each a button that types its letter once the script runs."""
    best = np.argsort(-odds, kind="stable")[:SHOWN]
    buttons = "".join(
        f'<button type="button" disabled aria-label="{html.escape(ODDS.quoted(alphabet[i]))}, '
        f'{ODDS.percent(odds[i])}: type it"><i style="height:{28 * odds[i]:.1f}px"></i>'
        f"<b>{html.escape(shown(alphabet[i]))}</b> <small>{ODDS.percent(odds[i])}</small></button>"
        for i in best
    )
    return f'<div class="rnn-odds" role="group" aria-label="odds of the next letter">{buttons}</div>'


def table_html(text, given, values, unit, about):
    """The numbers behind the letters shown, and what the network is."""
    rows = "".join(
        f"<tr><th scope=row>{html.escape(shown(letter))}</th>{_surprise(odd)}<td>{value:.2f}</td></tr>"
        for letter, odd, value in zip(text, given, values, strict=True)
    )
    return (
        f"<details><summary>As a table, and what the network is</summary><p>{html.escape(about)}</p><table><thead>"
        f"<tr><th scope=col>letter</th><th scope=col>odds it had</th><th scope=col>surprise in bits</th><th scope=col>"
        f"unit {unit}: c</th></tr></thead><tbody>{rows}</tbody></table></details>"
    )


def _surprise(odd):
    """Two cells; nobody was surprised by what was not typed."""
    return "<td>–</td>" * 2 if np.isnan(odd) else f"<td>{ODDS.percent(odd)}</td><td>{-np.log2(odd):.1f}</td>"
