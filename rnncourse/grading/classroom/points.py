"""Points of a record, together and by chapter."""

from rnncourse.grading.verdict import Verdict


def verdicts(record):
    """The verdicts of a record, in course order."""
    return [Verdict.of_record(verdict) for verdict in record["verdicts"]]


def total(found):
    """Points and highest points of some verdicts, as two integers."""
    return sum(verdict.points for verdict in found), sum(verdict.max_points for verdict in found)


def by_chapter(record):
    """The verdicts of a record as lists, by chapter."""
    chapters = {}
    for verdict in verdicts(record):
        chapters.setdefault(verdict.chapter, []).append(verdict)
    return chapters


def chapters_of(records):
    """Every chapter that was graded, in course order, with its highest points."""
    return {name: total(found)[1] for record in records for name, found in by_chapter(record).items()}


def scaled(points, max_points, maximum):
    """The points as a number out of ``maximum``, with at most two decimals and no zeros at the end."""
    grade = round(points * maximum / max_points, 2) if max_points else 0
    return f"{grade:.2f}".rstrip("0").rstrip(".")
