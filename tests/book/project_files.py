"""The text files that belong to the project: tracked by git, or new and not ignored."""

import subprocess
from functools import cache
from pathlib import Path

from tools.sync import ROOT


@cache
def project_texts() -> dict[str, str]:
    """Every text file by its path from the root."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    names = sorted(name for name in listed.split("\0") if (ROOT / name).is_file())
    return {name: text for name in names if (text := _text(ROOT / name)) is not None}


def _text(path: Path) -> str | None:
    """The file's text, or None for a picture and the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
