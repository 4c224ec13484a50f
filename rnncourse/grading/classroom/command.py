"""``rnncourse grade``: from a folder of submissions to gradebooks and feedback."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from rnncourse.exercises import CHAPTERS
from rnncourse.grading import session
from rnncourse.grading.classroom import feedback, gradebook, results, roster
from rnncourse.grading.classroom.formats import FORMATS
from rnncourse.grading.classroom.run import dask_workers, local_workers, make_job, run
from rnncourse.grading.classroom.secret import read_secret
from rnncourse.grading.classroom.submissions import find_submissions
from rnncourse.grading.classroom.summary import summary
from rnncourse.grading.classroom.text import listing
from rnncourse.grading.classroom.wrong_call import WrongCall


def chosen(chapters):
    """These chapters in the order of the course, or all when none is named."""
    for name in chapters:
        if name not in CHAPTERS:
            raise WrongCall(f"--exercise: expected one of {', '.join(CHAPTERS)}, got {name}")
    return [name for name in CHAPTERS if name in chapters or not chapters]


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for."""

    submissions: Path
    secret_file: Path
    out: Path
    chapters: tuple[str, ...] = ()
    jobs: int = 1
    dask: str = ""
    formats: tuple[str, ...] = ()
    roster: Path | None = None
    insecure: bool = False
    bubblewrap: bool = False


class Class:
    """The submissions of a class, ready to be graded; everything that can be wrong with a call is found out here."""

    def __init__(self, wishes):
        self.wishes, self.chapters = wishes, chosen(wishes.chapters)
        for name in wishes.formats:
            if name not in FORMATS:
                raise WrongCall(f"--format: expected some of {', '.join(FORMATS)}, got {name}")
        reason = session.why_not_secure()
        if reason and not wishes.insecure:
            raise WrongCall(f"{reason}. With --insecure submissions run limited in time and memory, but not locked in")
        if wishes.bubblewrap and not shutil.which(session.BUBBLEWRAP[0]):
            raise WrongCall(f"--bubblewrap: {session.BUBBLEWRAP[0]} is not installed")
        if wishes.submissions.resolve() in (wishes.out.resolve() / "feedback").parents:
            raise WrongCall(f"--out: {wishes.out} is inside of the submissions, where it would count as a student")
        self.secret = read_secret(wishes.secret_file)
        self.found, self.left_out = find_submissions(wishes.submissions, self.chapters)
        self.roster = roster.read(wishes.roster) if wishes.roster else None
        for name in wishes.formats:
            FORMATS[name].require(self.roster)
        self.confined = not reason

    def __len__(self):
        return len(self.found)

    def grade(self, advance, keep=True, file="results.jsonl"):
        """The records of all students; ``advance(record)`` is called for each. Results are kept in OUT as they come."""
        wishes = self.wishes
        try:
            wishes.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongCall(f"--out: {wishes.out} cannot be made: {error.strerror}") from None
        workers = dask_workers(wishes.dask) if wishes.dask else local_workers(min(wishes.jobs, len(self)))
        return run(self._jobs(), workers, wishes.out / file, advance, keep)

    def _jobs(self):
        for submission in self.found:
            settings = {"confined": self.confined, "bubblewrap": self.wishes.bubblewrap}
            yield make_job(self.wishes.submissions, submission, self.chapters, self.secret, **settings)

    def write(self, records):
        """Write gradebook, totals, feedback and the other formats; returns sentences on what could not be filled in."""
        gradebook.write(records, self.wishes.out)
        feedback.write(records, self.wishes.out)
        return [
            said for name in self.wishes.formats for said in FORMATS[name].write(records, self.wishes.out, self.roster)
        ]

    def summary(self, records):
        """What is to be said at the end, as text."""
        left_out = f"\n\nNeither notebook nor script, so left out: {listing(self.left_out)}." if self.left_out else ""
        said = "" if self.confined else "\n\nSubmissions were not locked in: results may be what they wish."
        return summary(records) + left_out + said

    def verify(self, advance):
        """Grade all again and compare with the results in OUT; returns the students whose records differ."""
        kept = results.load(self.wishes.out / "results.jsonl")
        if not kept:
            raise WrongCall(f"--verify: there are no results in {self.wishes.out} to compare with; grade first")
        try:
            again = {record["student"]: record for record in self.grade(advance, keep=False, file="verify.jsonl")}
        finally:
            (self.wishes.out / "verify.jsonl").unlink(missing_ok=True)
        return sorted(name for name in {*kept, *again} if kept.get(name) != again.get(name))
