"""What a page of the built book weighs and how soon it can be read: by a phone with a cold cache, on a slow line.

A local server sends the pages as GitHub Pages does, text by gzip. Chromium, 390 pixels wide, opens each page once with
nothing in its cache, on a line of 1.6 Mbit/s and 150 ms and with a quarter of this machine's speed, and scrolls slowly
to the end. `kB` is what went over the wire, headers included. `layout shift` sums up by how much of the screen things
moved without the reader's doing (below 0.1 is good), `figures that move` are those that change their height once the
page is read. `first words` is when something can be read, `ready` when scripts have done their work and formulas are
set. The quick run takes two pages and does not slow anything down.
"""

import statistics
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tools.page_loads import PHONE, SLOW_LINE, SLOW_PROCESSOR, kind_of, launch, load, page_names, served

ROOT = Path(__file__).parents[1]
HTML = ROOT / "_build" / "html"
SIZES = {
    "pixels": PHONE["width"],
    "Mbit/s": SLOW_LINE["downloadThroughput"] * 8 / 1e6,
    "latency, ms": SLOW_LINE["latency"],
    "slower": SLOW_PROCESSOR["rate"],
}
QUICK = ["book/glossary", "book/chapters/03_bptt"]


def run(quick):
    """One row a page."""
    names = QUICK if quick else page_names(ROOT)
    missing = [name for name in names if not (HTML / f"{name}.html").exists()]
    if missing:
        raise SystemExit(f"pages: {HTML.relative_to(ROOT)} has no page {missing[0]}: run `make book` first.")
    with served(HTML) as address, sync_playwright() as playwright, _chromium(playwright) as browser:
        rows = [_row(name, load(browser, f"{address}{name}.html", slow=not quick), address) for name in names]
    return {"sizes": SIZES, "rows": rows, "summary": _summary(rows)}


def _chromium(playwright):
    try:
        return launch(playwright)
    except Error as error:
        raise SystemExit(
            "pages: there is no Chromium here: install Debian's `chromium`, or run `playwright install chromium`."
        ) from error


def _row(name, visit, address):
    return {
        "page": name,
        "kind": kind_of(name),
        "kB": visit.total(),
        **{f"{kind}, kB": size for kind, size in visit.kilobytes().items()},
        "requests": len(visit.files),
        "requests to others": sum(not file.startswith(address) for file in visit.files),
        "layout shift": float(visit.seen["shift"]),
        "figures": visit.seen["figures"],
        "figures that move": len(visit.seen["resized"]),
        "first words, s": visit.speed["painted"],
        "ready, s": visit.speed["interactive"],
    }


def _summary(rows):
    summary = {}
    for kind in ("text", "experiments"):
        weights = [row["kB"] for row in rows if row["kind"] == kind]
        summary[f"page of {kind}, heaviest, kB"] = max(weights)
        summary[f"page of {kind}, median kB"] = statistics.median(weights)
    for key in ("requests to others", "figures that move"):
        summary[key] = float(sum(row[key] for row in rows))
    summary["layout shift, greatest"] = max(row["layout shift"] for row in rows)
    for key in ("first words", "ready"):
        times = [row[f"{key}, s"] for row in rows]
        summary |= {f"{key}, median s": statistics.median(times), f"{key}, slowest, s": max(times)}
    return summary
