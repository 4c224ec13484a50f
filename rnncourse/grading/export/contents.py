"""What all exports are made of: the files of this package, what they need, and what is to be graded."""

from importlib.resources import files

from rnncourse.exercises import EXERCISES

REQUIREMENTS = ("numpy>=1.26", "click>=8.1", "platformdirs>=4")
"""What grading needs of others; the course's figures and widgets need more. As in pyproject.toml."""

_NOT_NEEDED = {"__pycache__", "solutions"}


def points(chapters):
    """The highest points of these chapters."""
    return sum(exercise.points for exercise in EXERCISES.values() if exercise.chapter in chapters)


def options(chapters, *more):
    """The options of ``rnncourse grade`` as a text, one word on each line."""
    words = [word for name in chapters for word in ("--exercise", name)]
    return "".join(f"{word}\n" for word in (*words, *more))


def template(name):
    """The text of a template, such as ``gradescope/setup.sh``."""
    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")


def package_files():
    """``(path, bytes)`` of every file that grading needs of this package, sorted by path; no solutions are among them."""
    return sorted(_below(files("rnncourse"), "rnncourse"))


def requirements():
    """The text of requirements.txt."""
    return "".join(f"{requirement}\n" for requirement in REQUIREMENTS)


def _below(folder, path):
    for entry in folder.iterdir():
        if entry.name in _NOT_NEEDED or entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _below(entry, f"{path}/{entry.name}")
        else:
            yield f"{path}/{entry.name}", entry.read_bytes()
