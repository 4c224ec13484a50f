"""How a feedback page looks, on a phone and on a desk, in a light room and in a dark one."""

LIGHT = {
    "ink": "#222832",
    "muted": "#48566b",
    "paper": "#ffffff",
    "panel": "#f5f6f8",
    "line": "#d3d7de",
    "link": "#0067a3",
    "good": "#00704f",
    "bad": "#b53b08",
    "open": "#48566b",
}
"""Colours by what they are for; each text colour reaches 4.5:1 on paper and panel, which a test computes."""

DARK = {
    "ink": "#d5dce3",
    "muted": "#a3abb6",
    "paper": "#121417",
    "panel": "#1d2126",
    "line": "#3a414b",
    "link": "#63b3ed",
    "good": "#2ec99b",
    "bad": "#ff8f6b",
    "open": "#a3abb6",
}


def _variables(colours):
    return " ".join(f"--{name}: {colour};" for name, colour in colours.items())


STYLE = (
    f"""
:root {{ {_variables(LIGHT)} }}
@media (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}
"""
    + """
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; }
body { margin: 0; font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1.1rem 3rem; }
h1 { margin: 0 0 1rem; font-size: 1.7rem; line-height: 1.2; }
h2 { margin: 2.2rem 0 .5rem; font-size: 1.25rem; line-height: 1.3; }
h3 { margin: 0 0 .4rem; font-size: 1rem; }
p { margin: 0 0 .6rem; }
p:last-child { margin-bottom: 0; }
.course { margin: 0 0 .3rem; color: var(--muted); font-size: .9rem; }
.total { margin: 0 0 .5rem; font-size: 1.2rem; }
.total strong { font-size: 2.4rem; line-height: 1; font-variant-numeric: tabular-nums; }
.part { margin: 0 0 .4rem; }
.bar { display: block; width: 100%; height: .7rem; border-radius: .35rem; }
.part + .bar { height: .35rem; border-radius: .2rem; }
.bar .all { fill: var(--line); }
.bar .reached { fill: var(--good); }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code { font: .92em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
table { width: 100%; margin: 1.1rem 0 1.3rem; border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .3rem; text-align: left; color: var(--muted); font-size: .9rem; }
th, td { padding: .5rem .8rem .5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--muted); font-size: .9rem; font-weight: 600; }
tbody th { font-weight: 400; }
th.points, td.points { padding-right: 0; text-align: right; white-space: nowrap; }
td.good { color: var(--good); }
td.bad { color: var(--bad); }
td.open { color: var(--open); }
.panel { margin: 0 0 .9rem; padding: .9rem 1rem; border-left: .25rem solid var(--line);
  border-radius: .25rem; background: var(--panel); scroll-margin-top: 1rem; }
.panel.bad { border-left-color: var(--bad); }
.panel h2 { margin-top: 0; }
.panel:target { outline: 2px solid var(--link); }
h3 code { margin-right: .4rem; }
.verdict { display: inline-block; color: var(--open); font-weight: 600; }
.panel.bad .verdict { color: var(--bad); }
header + .panel { margin-top: 1.5rem; }
.words, .words li { white-space: pre-wrap; }
ul { margin: .3rem 0 0; padding-left: 1.2rem; }
ul.words { white-space: normal; }
footer { margin-top: 2.5rem; padding-top: .9rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .9rem; }
@media print { .panel { break-inside: avoid; } }
"""
)
