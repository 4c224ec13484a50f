"""One HTML file for each student: what was reached, what went wrong and what to reread.

The file asks no server for anything and runs no script; its Content-Security-Policy forbids both, so that even text
that slipped through the escaping could do nothing. It holds no inputs and no expected values.
"""

from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

from rnncourse import whole_file
from rnncourse.grading.book import chapter_title, section_address
from rnncourse.grading.classroom import files
from rnncourse.grading.classroom.feedback_style import STYLE
from rnncourse.grading.classroom.points import by_chapter, total, verdicts
from rnncourse.grading.classroom.text import one_line, shortened, visible

_LONGEST_TEXT = 2_000
_MOST_NOTES = 50

_POLICY = "; ".join(
    [
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
)

_WORDS = {
    "missing": "Not found",
    "not attempted": "Not attempted",
    "package": "Uses rnncourse",
    "exception": "Raised an error",
    "time": "Took too long",
    "result": "Not the promised results",
    "shape": "Wrong shape",
    "dtype": "Wrong dtype",
    "not finite": "Not finite",
    "inputs": "Changed its inputs",
    "values": "Wrong values",
    "gradient": "Wrong gradient",
    "passed": "Right",
}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Feedback for {student}</title>
<style>{style}</style>
</head>
<body>
<main>
<header>
<p class="course">Recurrent neural networks: an executable course</p>
<h1>Feedback for <bdi>{student}</bdi></h1>
{total}
</header>
{problem}{file}{chapters}<footer>
<p>The grader tried your functions on inputs of its own. <code>check</code> and <code>hint</code> in your notebook show more: the smallest input that fails, and both results.</p>
</footer>
</main>
</body>
</html>
"""


def write(records, folder):
    """Write ``feedback/<student>.html`` for each record. No two students share a file: see ``files.stems``."""
    stems = files.stems(record["student"] for record in records)
    for record in records:
        whole_file.write(Path(folder) / "feedback" / f"{stems[record['student']]}.html", page(record))


def page(record):
    """The page of one student, as text."""
    chapters = by_chapter(record)
    return _PAGE.format(
        policy=_POLICY,
        style=STYLE,
        student=escape(shortened(one_line(record["student"]), 100)),
        total=_score(*total(verdicts(record)), "total"),
        problem=_problem(record["problem"]),
        file=_file(record),
        chapters="".join(_chapter(k, name, found, record) for k, (name, found) in enumerate(chapters.items(), 1)),
    )


def _text(text):
    """A stranger's text, escaped; its lines stay lines."""
    return escape(shortened(visible(text).strip(), _LONGEST_TEXT))


def _score(points, max_points, kind):
    """Points in words, and as a bar that says nothing more to a screen reader."""
    part = 100 * points / max_points if max_points else 0
    return f"""<p class="{kind}"><strong>{points}</strong> of {max_points} points</p>
<svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<rect class="all" width="100" height="3"/><rect class="reached" width="{part:.4g}" height="3"/></svg>"""


def _problem(problem):
    if not problem:
        return ""
    return f"""<section class="panel bad" aria-labelledby="problem">
<h2 id="problem">Your submission could not be graded</h2>
<p class="words">{_text(problem)}</p>
</section>
"""


def _file(record):
    """Which file was read, and what did not work in it."""
    notes = record["notes"][:_MOST_NOTES]
    more = len(record["notes"]) - len(notes)
    items = "".join(f"<li>{_text(note)}</li>\n" for note in notes) + (f"<li>and {more} more</li>\n" if more else "")
    listed = f'<p>Not everything in it worked. The rest was graded.</p>\n<ul class="words">\n{items}</ul>\n'
    return f"""<section aria-labelledby="file">
<h2 id="file">Your file</h2>
<p>Read from <code>{_text(record["file"])}</code></p>
{listed if items else ""}</section>
"""


def _chapter(number, name, found, record):
    """The section of a chapter: a table of all functions, and a card for each that is not right."""
    anchors = {verdict.function: f"function-{number}-{k}" for k, verdict in enumerate(found, 1)}
    cards = [] if record["problem"] else [verdict for verdict in found if not verdict.passed]
    rows = "".join(_row(verdict, anchors[verdict.function] if verdict in cards else "") for verdict in found)
    alone = len(found) == len(record["verdicts"])
    return f"""<section aria-labelledby="chapter-{number}">
<h2 id="chapter-{number}">{_text(chapter_title(name))}</h2>
{"" if alone else _score(*total(found), "part")}
<table>
<caption>Points by function</caption>
<thead><tr><th scope="col">Function</th><th scope="col">Result</th><th scope="col" class="points">Points</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
{"".join(_card(verdict, anchors[verdict.function]) for verdict in cards)}</section>
"""


def _row(verdict, anchor):
    name = f'<a href="#{anchor}">{_code(verdict.function)}</a>' if anchor else _code(verdict.function)
    words = _words(verdict) if anchor or verdict.passed else "Not graded"
    return f"""<tr><th scope="row">{name}</th><td class="{_class(verdict)}">{words}</td>\
<td class="points">{verdict.points} of {verdict.max_points}</td></tr>
"""


def _card(verdict, anchor):
    mistake = verdict.mistake if verdict.mistake not in verdict.message else ""
    sentences = "".join(f'<p class="words">{_text(text)}</p>\n' for text in (verdict.message, mistake) if text)
    return f"""<article class="panel {_class(verdict)}" id="{anchor}">
<h3>{_code(verdict.function)} <span class="verdict">{_words(verdict)}</span></h3>
{sentences}{_reread(verdict)}</article>
"""


def _code(name):
    """A name that breaks at its underscores."""
    return f"<code>{_text(name).replace('_', '_<wbr>')}</code>"


def _reread(verdict):
    if not verdict.section:
        return ""
    address = escape(section_address(verdict.chapter, verdict.section))
    return f"""<p>To reread: <a href="{address}" rel="noopener noreferrer">{_text(verdict.section)}</a></p>
"""


def _class(verdict):
    return "good" if verdict.passed else "open" if verdict.stage in ("missing", "not attempted") else "bad"


def _words(verdict):
    """The stage in words, with a sign, so that nothing hangs on colour."""
    sign = {"good": "✓", "open": "○", "bad": "✗"}[_class(verdict)]
    return f'<span aria-hidden="true">{sign}</span> {_text(_WORDS.get(verdict.stage, verdict.stage))}'
