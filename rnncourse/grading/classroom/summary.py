"""What an instructor reads when grading is done: plain text, at most 100 columns."""

import textwrap
from collections import Counter
from statistics import mean, median

from rnncourse.grading.classroom.points import total, verdicts
from rnncourse.grading.classroom.text import one_line, shortened

WIDTH = 100
_BAR = 40


def summary(records):
    """The summary of some records, as text without a newline at its end."""
    graded = [record for record in records if not record["problem"]]
    parts = [f"Graded {len(graded)} of {len(records)} submission{'s' * (len(records) != 1)}.", _problems(records)]
    if graded:
        parts += [_distribution(graded), _functions(graded), _mistakes(graded)]
    return "\n\n".join(filter(None, parts))


def _problems(records, at_most=10):
    found = [record for record in records if record["problem"]]
    lines = [_cut(f"  {_name(record['student'])}: {one_line(record['problem'])}") for record in found[:at_most]]
    more = [f"  and {len(found) - at_most} more"] if len(found) > at_most else []
    return "\n".join(["Not graded:", *lines, *more]) if found else ""


def _distribution(graded):
    """Mean and median of the totals, and how many lie in each tenth of all points."""
    totals = [total(verdicts(record)) for record in graded]
    points = [got for got, _ in totals]
    highest = max(out_of for _, out_of in totals)
    tenths = Counter(min(9, 10 * got // out_of) for got, out_of in totals if out_of)
    most = max(tenths.values(), default=0)
    lines = [f"Totals, of {highest} points: mean {mean(points):.1f}, median {median(points):.1f}"]
    for k in range(10):
        lines.append(f"  {10 * k:3d}-{10 * k + 9 + (k == 9):3d} %  {_bar(tenths[k], most)}  {tenths[k]}")
    return "\n".join(lines)


def _functions(graded):
    """The mean points of each function."""
    points = {}
    for record in graded:
        for verdict in verdicts(record):
            points.setdefault((verdict.chapter, verdict.function), []).append((verdict.points, verdict.max_points))
    names = {key: shortened(one_line(f"{key[0]} {key[1]}"), 44) for key in points}
    width = max(map(len, names.values()), default=0)
    lines = ["Points by function (mean):"]
    for key, found in points.items():
        average, out_of = mean(got for got, _ in found), max(out_of for _, out_of in found)
        lines.append(f"  {names[key]:<{width}}  {average:6.1f} of {out_of:3d}  {_bar(average, out_of, 20)}".rstrip())
    return "\n".join(lines)


def _mistakes(graded, at_most=3):
    """The most common named mistakes of each function; those in code as it was handed out are not the students'."""
    counts = {}
    for record in graded:
        for verdict in verdicts(record):
            if verdict.mistake and verdict.stage != "not attempted":
                counts.setdefault((verdict.chapter, verdict.function), Counter())[verdict.mistake] += 1
    lines = []
    for (chapter, function), found in counts.items():
        lines.append(_cut(f"  {one_line(chapter)} {one_line(function)}"))
        for sentence, times in found.most_common(at_most):
            wrapped = textwrap.wrap(one_line(sentence), WIDTH - 12, max_lines=3, placeholder=" …") or [""]
            lines += [f"  {times:5d} x  {wrapped[0]}", *(" " * 11 + line for line in wrapped[1:])]
    return "\n".join(["Most common named mistakes:", *lines]) if lines else ""


def _bar(value, highest, width=_BAR):
    """A bar that is visible as soon as there is anything to show."""
    return "#" * max(round(width * value / highest), value > 0) if highest else ""


def _name(student):
    return shortened(one_line(student), 40)


def _cut(line):
    return shortened(line, WIDTH)
