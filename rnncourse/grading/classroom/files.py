"""Names of files that any file system takes."""

import hashlib
import re
import unicodedata
from collections import Counter

from rnncourse.grading.classroom.text import visible

_LONGEST_STEM = 200  # bytes; file systems take 255, and a suffix is to follow
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # by Windows
_HASHED = re.compile(r".*-[0-9a-f]{32}", re.IGNORECASE | re.DOTALL)


def stems(students):
    """A file name without suffix for each student, as a dictionary; no two differ in capitals or accents' form alone.

    A student's own name, where every file system takes it; else what is readable of it, and a hash of all of it.
    """
    students = set(students)
    spellings = Counter(_folded(student) for student in students)
    return {s: s if _usable(s) and spellings[_folded(s)] == 1 else _hashed(s) for s in students}


def _folded(name):
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _usable(name):
    plain = visible(name) == name and not re.search(r'[<>:"/\\|?*\n\t]', name)
    ends_well = name and name[0] not in ". " and name[-1] not in ". "
    # A name that looks hashed could be made to hit another student's.
    ours = _RESERVED.fullmatch(name) or _HASHED.fullmatch(name)
    return bool(plain and ends_well and not ours and len(name.encode("utf-8")) <= _LONGEST_STEM)


def _hashed(name):
    readable = re.sub("[^A-Za-z0-9]+", "-", name[:40]).strip("-") or "student"
    return f"{readable}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
