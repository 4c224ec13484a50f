"""What a submission costs: rnncourse grade on one core, against running the same notebook in a kernel of its own.

Everything that takes part (grader, fork-server, jailed processes; for the other side the kernel) is bound to one core,
and what is counted is the clock: so nothing that the grader lets others do is forgotten, and the figure is an upper
bound for the processor's time. `ms` is the median over rounds of the time a submission. `a core-second` is how many
fit into a second of one core. `kernel / ours` is nbclient's time for the solution, from the start of its kernel to its
end, over ours; graders of notebooks start a kernel for each notebook, and do more besides.

`check` is the longest that check takes for any exercise's solution and any of its mistakes, with the picture that it
shows. `class` is a whole class of mixed submissions through the command, with local processes and with a Dask
cluster on this machine; their gradebooks are compared byte for byte.
"""

import json
import os
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from benchmarks.submissions import CHAPTER, notebooks, solved, with_cell
from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading.classroom.command import Class, Wishes
from rnncourse.grading.classroom.student import Job, grade
from rnncourse.grading.evaluate import evaluate, evaluate_here
from rnncourse.grading.inside.calling import call
from rnncourse.grading.inside.loading import load
from rnncourse.grading.picture import as_html

SECRET = b"the secret of the benchmarks"
FULL = {"solution": 100, "unfinished": 0, "one mistake": 55, "several mistakes": 10, "all wrong, nothing known": 0}
FULL |= {"solution with torch": 100}  # what each has to get, or the times mean nothing


def run(quick):
    """One row for each kind of submission; the summary has what the targets are about."""
    kinds = {kind: data for kind, data in notebooks().items() if not quick or kind == "solution"}
    rows, kernel = on_one_core(partial(measure, kinds, 3 if quick else 9, 5 if quick else 20))
    students = 24 if quick else 2000
    with tempfile.TemporaryDirectory() as folder:
        classes = {way: whole_class(Path(folder), kinds, students, way) for way in ("local", "dask")}
    summary = {f"{row['submission']}, ms": row["ms"] for row in rows if "solution" in row["submission"]}
    with_numpy = [row["ms"] for row in rows if "torch" not in row["submission"]]
    summary |= {"NumPy, mean ms": statistics.mean(with_numpy), "NumPy, slowest ms": max(with_numpy)}
    summary |= {"NumPy, a core-second": 1000 / statistics.mean(with_numpy)}
    summary |= {"kernel / ours": 1000 * kernel / rows[0]["ms"], "check, ms": longest_check()}
    summary |= {f"class, {way}, a second": students / seconds for way, (seconds, _) in classes.items()}
    summary["gradebooks that differ"] = float(classes["local"][1] != classes["dask"][1])
    return {"sizes": {"class": students, "processes": os.cpu_count()}, "rows": rows, "summary": summary}


def on_one_core(function):
    """Call with this process, and all that it starts, bound to one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        return function()
    finally:
        os.sched_setaffinity(0, cores)


def measure(kinds, rounds, repeats):
    """The rows, and the median seconds of a kernel for the solution; all kinds take turns."""
    times = {kind: [] for kind in kinds}
    for number in range(rounds + 1):
        for kind, data in kinds.items():
            seconds = seconds_of(kind, data, repeats)
            if number:  # the first round starts the fork-servers
                times[kind].append(1000 * seconds)
    kernel = statistics.median(kernel_seconds(kinds["solution"]) for _ in range(1 if rounds < 5 else 5))
    return [row(kind, values) for kind, values in times.items()], kernel


def seconds_of(kind, data, repeats):
    """Seconds that a submission takes; its points are what they should be."""
    job = Job("student", "student.ipynb", "key", data, (CHAPTER,), SECRET)
    start = time.perf_counter()
    for _ in range(repeats):
        points = sum(verdict["points"] for verdict in grade(job)["verdicts"])
    seconds = (time.perf_counter() - start) / repeats
    if points != FULL[kind]:
        raise ValueError(f"{kind}: expected {FULL[kind]} points, got {points}")
    return seconds


def row(kind, values):
    """Median and quartiles of the times."""
    low, median, high = statistics.quantiles(values, n=4)
    return {"submission": kind, "ms": median, "low": low, "high": high, "a core-second": 1000 / median}


def kernel_seconds(data):
    """Seconds that nbclient takes to run the notebook in a fresh kernel."""
    notebook = nbformat.reads(data.decode(), as_version=4)
    start = time.perf_counter()
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    return time.perf_counter() - start


def longest_check(repeats=5):
    """Milliseconds of the slowest check: the median of several, after a first."""
    solutions, slowest = {}, 0.0
    for chapter in CHAPTERS:
        solutions |= load("solution.ipynb", solved(chapter).encode(), list(EXERCISES)).namespace
    for exercise in EXERCISES.values():
        attempts = [partial(evaluate_here, exercise, solutions[exercise.name])]
        attempts += [
            partial(evaluate, exercise, partial(in_turn, m.function, exercise.name)) for m in exercise.mistakes
        ]
        slowest = max(
            [slowest, *(statistics.median(check_ms(attempt) for _ in range(repeats)) for attempt in attempts)]
        )
    return slowest


def in_turn(function, name, cases):
    """The outcomes of a function of ours, which may use the package."""
    return [call(function, name, case) for case in cases]


def check_ms(attempt):
    """Milliseconds of one check with its picture."""
    start = time.process_time()
    as_html(attempt())
    return 1000 * (time.process_time() - start)


def whole_class(folder, kinds, students, way):
    """Seconds for a class of mixed submissions through the command, and the bytes of its gradebooks."""
    submissions = folder / "submissions"
    if not submissions.exists():
        write_class(submissions, kinds, students)
    (folder / "secret").write_bytes(SECRET)
    wishes = {"submissions": submissions, "secret_file": folder / "secret", "out": folder / way}
    wishes["chapters"] = (CHAPTER,)
    if way == "local":
        return timed(Class(Wishes(jobs=os.cpu_count(), **wishes)))
    from distributed import LocalCluster

    with LocalCluster(n_workers=os.cpu_count(), threads_per_worker=1, dashboard_address=None) as cluster:
        return timed(Class(Wishes(dask=cluster.scheduler_address, **wishes)))


def timed(students):
    """Grade and write; the results' bytes tell whether two ways agree."""
    start = time.perf_counter()
    students.write(students.grade(lambda record: None))
    seconds = time.perf_counter() - start
    out = students.wishes.out
    return seconds, [(out / name).read_bytes() for name in ("gradebook.csv", "totals.csv", "results.jsonl")]


def write_class(folder, kinds, students):
    """Every kind in turn, each file different by a comment; one in ten is a script, and one in fifty is broken."""
    folder.mkdir()
    names = list(kinds)
    for number in range(students):
        text = kinds[names[number % len(names)]].decode()
        name = f"student{number:04}"
        if number % 50 == 7:
            (folder / f"{name}.ipynb").write_text(text[: len(text) // 2], "utf-8")
        elif number % 10 == 3:
            cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            script = "\n\n".join("".join(cell["source"]) for cell in cells)
            (folder / f"{name}.py").write_text(f"# {name}\n{script}\n", "utf-8")
        else:
            (folder / f"{name}.ipynb").write_text(with_cell(text, f"# {name}"), "utf-8")
