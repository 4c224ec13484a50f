"""Finds who handed in what: one file or one folder for each student."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from rnncourse.grading.classroom.wrong_call import WrongCall

ENDINGS = (".ipynb", ".py")
LARGEST = 128 << 20
MOST_ENTRIES, DEEPEST = 10_000, 32  # of one student's folder


@dataclass(frozen=True)
class Submission:
    """A student and the file to grade, relative to the folder of submissions; or why there is none."""

    student: str
    file: str = ""
    problem: str = ""


def find_submissions(folder, chapters):
    """``(submissions, left_out)``: one for each student, sorted by name, and the names of files that are no submission.

    A student is a file ``<student>.ipynb`` or ``.py``, or a folder ``<student>``, also a clone of a repository, that
    holds one; of several files the one that is named like a chapter counts.
    """
    found, left_out = {}, []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise WrongCall(f"{folder}: cannot be read: {error.strerror}") from None
    for entry in entries:
        if entry.name.startswith((".", "__")):
            if _is_readable(entry.name):
                left_out.append(entry.name)
            continue
        if entry.is_dir(follow_symlinks=False):
            found.setdefault(entry.name, []).append(_of_folder(Path(entry.path), Path(folder), chapters))
        elif _is_readable(entry.name):
            student = Path(entry.name).stem
            found.setdefault(student, []).append(Submission(student, entry.name))
        else:
            left_out.append(entry.name)
    if not found:
        raise WrongCall(f"{folder}: no submission in it; a submission is <student>.ipynb, .py or a folder <student>")
    return [_only(student, several) for student, several in sorted(found.items())], left_out


def read_submission(folder, submission):
    """The bytes of the file. Raises :class:`OSError` with one sentence when it is no ordinary file."""
    path = Path(folder)
    for part in Path(submission.file).parts:
        path /= part
        if path.is_symlink():
            raise OSError(f"{submission.file} is a symbolic link; hand in the file itself")
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{submission.file} is not an ordinary file")
        if status.st_size > LARGEST:
            raise OSError(f"{submission.file} has {status.st_size >> 20} MiB; at most {LARGEST >> 20} are read")
        return file.read(LARGEST)


def _is_readable(name):
    """Whether a file is a notebook or a script by its name, in any capitals."""
    return name.lower().endswith(ENDINGS)


def _only(student, several):
    if len(several) == 1:
        return several[0]
    return Submission(student, problem=f"there are {len(several)} submissions under the name {student}; expected one")


def _of_folder(path, folder, chapters):
    files = _files(path)
    if len(files) > 1:
        files = [file for file in files if file.stem in chapters] or files
    if len(files) == 1:
        return Submission(path.name, str(files[0].relative_to(folder)))
    names = ", ".join(file.name for file in files[:5])
    several = f"{len(files)} notebooks and scripts ({names}{', ...' if len(files) > 5 else ''})"
    held = several if files else "no notebook and no script"
    named = [file.stem for file in files if file.stem in chapters]
    advice = f" (grade one chapter at a time: --exercise {named[0]})" if named else ""
    return Submission(path.name, problem=f"the folder {path.name} holds {held}; expected one{advice}")


def _files(path):
    """All notebooks and scripts in a folder and below, hidden folders and links to folders left out."""
    files, seen = [], 0
    for root, folders, names in os.walk(path, followlinks=False):
        is_deep = len(Path(root).parts) - len(path.parts) >= DEEPEST
        folders[:] = [] if is_deep else sorted(name for name in folders if not name.startswith((".", "__")))
        files += [Path(root) / name for name in sorted(names) if _is_readable(name) and not name.startswith(".")]
        seen += len(folders) + len(names)
        if seen > MOST_ENTRIES:
            break
    return files
