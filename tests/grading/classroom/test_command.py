"""rnncourse grade as an instructor uses it: a folder in, gradebooks out, whatever happens in between."""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from solved import solved_script

from rnncourse.cli import main
from rnncourse.exercises import CHAPTERS, EXERCISES
from rnncourse.grading import session
from rnncourse.grading.classroom import command, student
from rnncourse.grading.classroom import run as running
from rnncourse.grading.classroom.submissions import find_submissions
from rnncourse.grading.inside import landlock
from rnncourse.grading.session import ForkServer, GraderError, why_not_secure

pytestmark = pytest.mark.skipif(bool(why_not_secure()), reason=why_not_secure())
SOLVED = solved_script("03_bptt")
MISTAKEN = SOLVED.replace("dW_hh += h_prev", "dW_hh += outputs[t]")
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def place(tmp_path):
    """A folder with a secret, and a folder ``class`` with three submissions."""
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(SOLVED)
    (tmp_path / "class" / "bob.py").write_text(MISTAKEN)
    (tmp_path / "class" / "cleo.py").write_text("")
    return tmp_path


def arguments(place, *more):
    return ["grade", str(place / "class"), "--secret-file", str(place / "secret"), "--out", str(place / "out"), *more]


def grade(place, *more):
    more = more if {"--jobs", "--dask"} & set(more) else (*more, "--jobs", "1")
    return CliRunner().invoke(main, arguments(place, *more), catch_exceptions=False)


def table(path):
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def totals(place):
    return {row["student"]: int(row["points"]) for row in table(place / "out" / "totals.csv")}


def test_a_class_gets_its_points_messages_and_pages(place):
    result = grade(place)
    assert result.exit_code == 0
    assert totals(place) == {"ada": 100, "bob": 55, "cleo": 0}
    rows = table(place / "out" / "gradebook.csv")
    assert len(rows) == 3 * len(EXERCISES)
    (wrong,) = [row for row in rows if (row["student"], row["function"]) == ("bob", "bptt")]
    assert wrong["message"].endswith(next(m.sentence for m in EXERCISES["bptt"].mistakes if "h_t" in m.sentence))
    assert (wrong["verdict"], wrong["points"], wrong["max_points"]) == ("gradient", "0", "25")
    pages = sorted(path.name for path in (place / "out" / "feedback").iterdir())
    assert pages == ["ada.html", "bob.html", "cleo.html"]
    assert "Graded 3 of 3 submissions." in result.output
    assert not [path for path in (place / "out").rglob("*") if path.name.startswith(".")]


@pytest.mark.parametrize("chapters", [(), ("03_bptt",), CHAPTERS[:2]], ids=lambda names: "-".join(names) or "all")
def test_the_chapters_named_count_and_without_one_all_that_there_are(place, chapters):
    grade(place, *(word for name in chapters for word in ("--exercise", name)))
    row = table(place / "out" / "totals.csv")[0]
    reached, highest = 100 * (not chapters or "03_bptt" in chapters), 100 * len(chapters or CHAPTERS)
    assert (row["student"], row["points"], row["max_points"]) == ("ada", str(reached), str(highest))


def test_the_named_mistake_follows_into_truncated_bptt_as_the_students_own(place):
    """truncated_bptt calls the student's own bptt, so it is wrong for the same reason; it is not named, but located."""
    grade(place)
    rows = table(place / "out" / "gradebook.csv")
    (row,) = [row for row in rows if (row["student"], row["function"]) == ("bob", "truncated_bptt")]
    assert row["message"].startswith("dW_hh is wrong; dW_xh and db_h are right.")


def test_one_that_cannot_be_graded_costs_itself_only(place):
    (place / "class" / "dan.ipynb").write_text('{"cells": [')
    (place / "class" / "eve.ipynb").symlink_to(place / "secret")
    (place / "class" / "fay").mkdir()
    os.mkfifo(place / "class" / "gus.py")
    (place / "class" / "notes.txt").write_text("of the instructor")
    result = grade(place)
    assert result.exit_code == 1
    assert totals(place) == {"ada": 100, "bob": 55, **dict.fromkeys(["cleo", "dan", "eve", "fay", "gus"], 0)}
    for sentence in [
        "dan: dan.ipynb: not a notebook: broken JSON at line 1",
        "eve: eve.ipynb is a symbolic link; hand in the file itself",
        "fay: the folder fay holds no notebook and no script; expected one",
        "gus: gus.py is not an ordinary file",
        "Neither notebook nor script, so left out: notes.txt.",
    ]:
        assert sentence in result.output
    assert SECRET not in "".join(path.read_text("utf-8") for path in (place / "out").rglob("*.*") if path.is_file())


def test_of_a_folder_with_a_whole_course_the_chapter_asked_for_is_read(tmp_path):
    (tmp_path / "ada").mkdir()
    for chapter in CHAPTERS:
        (tmp_path / "ada" / f"{chapter}.ipynb").write_text("{}")
    for chapter in CHAPTERS:
        (found,), _ = find_submissions(tmp_path, [chapter])
        assert found.file == f"ada/{chapter}.ipynb"
    (found,), _ = find_submissions(tmp_path, list(CHAPTERS))
    assert found.problem.endswith("; expected one (grade one chapter at a time: --exercise 01_embeddings)")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda place: (place / "secret").unlink(), "cannot be read: No such file or directory; make one with"),
        (
            lambda place: (place / "secret").write_text("short"),
            "a secret of 5 bytes can be guessed, expected 16 or more",
        ),
        (lambda place: [path.unlink() for path in (place / "class").iterdir()], "no submission in it"),
    ],
)
def test_a_wrong_place_is_one_sentence_and_exit_code_2(place, change, words):
    change(place)
    result = grade(place)
    assert (result.exit_code, words in result.output) == (2, True)
    assert not (place / "out").exists()


def test_out_that_is_a_file_is_one_sentence_and_exit_code_2(place):
    (place / "out").write_text("a file of the instructor")
    result = grade(place)
    assert (result.exit_code, "out cannot be made: File exists" in result.output) == (2, True)
    assert (place / "out").read_text() == "a file of the instructor"


def test_a_cluster_without_dask_is_one_sentence_and_exit_code_2(place, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = grade(place, "--dask", "tcp://127.0.0.1:1")
    assert (result.exit_code, "--dask: Dask is not installed" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--exercise", "99_none"), f"--exercise: expected one of {', '.join(CHAPTERS)}, got 99_none"),
        (("--format", "csv,word"), "--format: expected some of canvas"),
        (("--format", "moodle"), "moodle:"),
        (("--format", "classroom50"), "classroom50: the environment lacks CLASSROOM"),
        (("--roster", "nowhere.csv"), "nowhere.csv"),
        (("--verify",), "there are no results in"),
        (("--jobs", "0"), "--jobs"),
        (("--dask", "tcp://127.0.0.1:1"), "--dask: no cluster answers at tcp://127.0.0.1:1"),
        (("--dask", "not an address"), "--dask: no cluster answers at not an address"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_exit_code_2(place, more, words, monkeypatch):
    monkeypatch.setattr(running, "CONNECT", "300ms")
    result = grade(place, *more)
    assert (result.exit_code, words in result.output) == (2, True)
    assert not (place / "out" / "gradebook.csv").exists()


@pytest.mark.parametrize("inside", ["", "results", "ada/results"])
def test_results_among_the_submissions_would_be_students(place, inside):
    out = place / "class" / inside
    result = CliRunner().invoke(main, [*arguments(place, "--jobs", "1"), "--out", str(out)], catch_exceptions=False)
    assert (result.exit_code, "it would count as a student" in result.output) == (2, True)
    assert sorted(path.name for path in (place / "class").iterdir()) == ["ada.py", "bob.py", "cleo.py"]


def test_a_verification_that_is_stopped_leaves_nothing(place, monkeypatch):
    def stopped(job):
        raise KeyboardInterrupt

    grade(place)
    before = sorted((place / "out").iterdir())
    monkeypatch.setattr(running, "grade", stopped)
    assert grade(place, "--verify").exit_code == 1
    assert sorted((place / "out").iterdir()) == before


def test_formats_are_written_beside_the_gradebook(place):
    (place / "roster.csv").write_text("student,first_name,last_name\nada,Ada,Lovelace\nbob,Bob,B\n")
    result = grade(place, "--format", "csv,nbgrader,gradescope", "--roster", str(place / "roster.csv"))
    assert result.exit_code == 0
    assert (place / "out" / "gradescope" / "ada.json").exists()
    assert "Lovelace" in (place / "out" / "nbgrader.csv").read_text("utf-8")
    assert "cleo" in result.output


def test_a_format_that_cannot_be_written_after_all_is_one_sentence(place, monkeypatch):
    """Only when all are graded is it known that there are three; the gradebook is there by then."""
    action = {"CLASSROOM": "rnn", "ASSIGNMENT": "bptt", "SUBMISSION_TAG": "submit/1", "OWNER": "ada"}
    for name, value in {**action, "GITHUB_REPOSITORY": "uni/rnn-bptt-ada", "GITHUB_SHA": "abc"}.items():
        monkeypatch.setenv(name, value)
    result = grade(place, "--format", "classroom50")
    assert result.exit_code == 2
    assert "classroom50: expected one submission, whose commit this is, got 3." in result.output
    assert totals(place) == {"ada": 100, "bob": 55, "cleo": 0}


# Runs that were stopped, and runs that are repeated.


def counted(monkeypatch):
    graded = []
    monkeypatch.setattr(running, "grade", lambda job: graded.append(job.student) or student.grade(job))
    return graded


def test_what_is_graded_is_not_graded_again(place, monkeypatch):
    grade(place)
    before = (place / "out" / "results.jsonl").read_bytes()
    graded = counted(monkeypatch)
    (place / "class" / "bob.py").write_text(SOLVED)
    (place / "class" / "dora.py").write_text(SOLVED)
    (place / "class" / "ada.py").rename(place / "class" / "anna.py")
    grade(place)
    assert graded == ["anna", "bob", "dora"]
    assert totals(place) == {"anna": 100, "bob": 100, "cleo": 0, "dora": 100}
    assert before != (place / "out" / "results.jsonl").read_bytes()


def test_another_secret_grades_everything_again(place, monkeypatch):
    grade(place)
    graded = counted(monkeypatch)
    (place / "secret").write_text(SECRET[::-1])
    grade(place)
    assert graded == ["ada", "bob", "cleo"]


def test_a_line_that_was_cut_by_a_kill_is_graded_again(place, monkeypatch):
    grade(place)
    path = place / "out" / "results.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    graded = counted(monkeypatch)
    grade(place)
    assert graded == ["cleo"]
    assert path.read_bytes() == whole


def half_done(place, jobs, results):
    """A command in a process of its own that grades 63 submissions, and its file, with so many results or more in it."""
    for number in range(60):
        (place / "class" / f"student{number:02}.py").write_text(SOLVED)
    path = place / "out" / "results.jsonl"
    command = [sys.executable, "-c", "from rnncourse.cli import main; main()", *arguments(place, "--jobs", str(jobs))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") >= results)
    return process, path


def test_a_killed_run_goes_on_where_it_was(place, monkeypatch):
    process, path = half_done(place, jobs=1, results=5)
    servers = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    wait_until(lambda: not any(server.is_running() for server in servers))  # nobody is left behind
    done = path.read_bytes().count(b"\n")
    assert 5 <= done < 63
    graded = counted(monkeypatch)
    grade(place)
    assert len(graded) == 63 - done
    resumed = path.read_bytes()
    path.unlink()
    grade(place)
    assert path.read_bytes() == resumed


def wait_until(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_verify_agrees_bit_for_bit_and_finds_what_was_changed(place):
    grade(place)
    result = grade(place, "--verify")
    assert (result.exit_code, "verified: 3 of 3 records" in result.output) == (0, True)
    path = place / "out" / "results.jsonl"
    path.write_text(path.read_text().replace('"points": 25', '"points": 26', 1))
    result = grade(place, "--verify")
    assert (result.exit_code, "not the same again: ada" in result.output) == (1, True)
    assert not (place / "out" / "verify.jsonl").exists()


def test_several_processes_and_a_cluster_give_the_same(place):
    from distributed import LocalCluster

    for number in range(12):
        (place / "class" / f"student{number:02}.py").write_text(SOLVED if number % 3 else MISTAKEN + f"\n# {number}")
    files = ["gradebook.csv", "totals.csv", "results.jsonl"]

    def outcome(*more):
        assert grade(place, *more).exit_code == 0
        texts = [(place / "out" / name).read_bytes() for name in files]
        (place / "out" / "results.jsonl").unlink()
        return texts

    one = outcome("--jobs", "1")
    assert outcome("--jobs", "2") == one
    with LocalCluster(n_workers=2, threads_per_worker=2, dashboard_address=None) as cluster:
        assert outcome("--dask", cluster.scheduler_address) == one


# A jail that is missing or does not hold.


def test_without_landlock_it_says_so_and_needs_insecure(place, monkeypatch):
    monkeypatch.setattr(landlock, "version", lambda: 0)
    result = grade(place)
    assert result.exit_code == 2
    assert "no Landlock" in result.output
    assert "--insecure" in result.output
    result = grade(place, "--insecure")
    assert result.exit_code == 0
    assert totals(place) == {"ada": 100, "bob": 55, "cleo": 0}
    assert "Submissions were not locked in" in result.output


def test_a_jail_that_does_not_hold_grades_nobody(place, monkeypatch):
    class Open(ForkServer):
        def __init__(self, packages, confined, bubblewrap):
            super().__init__(packages, False, bubblewrap)
            self.confined = confined

    monkeypatch.setattr(student, "ForkServer", Open)
    monkeypatch.setattr(student, "_servers", {})
    result = grade(place)
    assert result.exit_code == 1
    assert totals(place) == {"ada": 0, "bob": 0, "cleo": 0}
    assert "the jail does not hold: a submission reached ['a file'" in result.output


def test_a_fault_of_the_grader_is_the_students_problem_in_the_record_only(place, monkeypatch):
    def faulty(exercise, attempt, seed):
        if exercise.name == "bptt":
            raise RuntimeError("of ours")

    monkeypatch.setattr(student, "evaluate", faulty)
    result = grade(place)
    assert result.exit_code == 1
    assert "the grader failed on this submission: " in result.output


def has_bubblewrap():
    try:
        return subprocess.run([*session.BUBBLEWRAP, "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not has_bubblewrap(), reason="bubblewrap is not installed or not allowed here")
def test_inside_bubblewrap_everything_is_the_same(place, monkeypatch):
    monkeypatch.setattr(student, "_servers", {})  # whoever counts jailed processes must not count bubblewrap's own
    grade(place)
    one = (place / "out" / "results.jsonl").read_bytes()
    (place / "out" / "results.jsonl").unlink()
    assert grade(place, "--bubblewrap").exit_code == 0
    assert (place / "out" / "results.jsonl").read_bytes() == one


def test_a_missing_bubblewrap_is_one_sentence(place, monkeypatch):
    monkeypatch.setattr(session, "BUBBLEWRAP", ("bwrap-that-is-not-there",))
    result = grade(place, "--bubblewrap")
    assert result.exit_code == 2
    assert "--bubblewrap: bwrap-that-is-not-there is not installed" in result.output


def test_a_lost_worker_is_one_sentence_and_what_is_graded_stays(place):
    process, path = half_done(place, jobs=2, results=3)
    workers = [child for child in psutil.Process(process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
    workers[0].kill()
    said = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 1
    assert "a worker was lost (BrokenProcessPool)" in said
    assert "Traceback" not in said
    assert path.read_bytes().count(b"\n") >= 3


def test_a_pool_that_breaks_before_it_is_given_a_job_is_the_same_sentence(place, monkeypatch):
    @contextlib.contextmanager
    def broken_workers(count):
        def submit(function, job):
            raise BrokenProcessPool

        yield submit, count

    monkeypatch.setattr(command, "local_workers", broken_workers)
    result = grade(place, "--jobs", "2")
    assert result.exit_code == 1
    assert "a worker was lost (BrokenProcessPool)" in result.output


def test_an_interrupt_leaves_what_is_done(place):
    process, path = half_done(place, jobs=2, results=3)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=30)[0].decode()
    assert process.returncode == 1
    assert "Aborted" in said
    assert "Traceback" not in said
    assert path.read_bytes().count(b"\n") >= 3


def test_the_probe_says_what_was_reached():
    server = ForkServer(confined=False)
    with pytest.raises(GraderError, match="a file"):
        student.require_jail(server)
    server.close()
