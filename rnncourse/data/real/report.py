"""What the command line says of data sets, in lines of at most 80 columns (an address may be longer)."""

import textwrap

from rnncourse.data.real.store import copies, good_copy, places, sha256

_WIDTH = 80


def table(datasets):
    """A line for each data set: its name, size, where it is, and its licence; then the folders."""
    yield _row("name", "size", "where", "licence")
    for dataset in datasets:
        yield _row(dataset.name, _size(dataset.size), where(dataset), dataset.licence)
    yield from _folders()


def where(dataset):
    """The place of a data set: that of its files, when they all have the same."""
    found = {_place(file) for file in dataset.files}
    return found.pop() if len(found) == 1 else "partly here"


def page(dataset):
    """All that is known of a data set, with licence, citation, and the address and SHA-256 of each file."""
    yield f"{dataset.name} ({_size(dataset.size)}; {where(dataset)})"
    yield from _paragraph("About:", dataset.about)
    yield from _paragraph("Licence:", dataset.licence_seen)
    yield from _paragraph("Cite:", dataset.citation)
    for file in dataset.files:
        copy = good_copy(file)
        yield f"File: {file.path}, {file.size:,} bytes"
        yield f"  SHA-256 {file.sha256}"
        yield f"  from {file.address}"
        yield f"  is {copy.path}" if copy else "  is not here"


def verification(datasets):
    """Check every copy of every file; return the lines that say so, and whether all copies are right."""
    files = [file for dataset in datasets for file in dataset.files]
    found = [(file, copy) for file in files for copy in copies(file)]
    right = [f"right: {file.path} ({copy.place})" for file, copy in found if not copy.problem]
    missing = [f"not here: {file.path}" for file in files if file not in dict(found)]
    wrong = [line for file, copy in found if copy.problem for line in _problem(file, copy)]
    return [*right, *missing, *wrong, *_folders()], not wrong


def _folders():
    yield ""
    for place, folder in places().items():
        yield f"{place}: {folder}{'' if folder.is_dir() else ' (no such folder)'}"


def _row(name, size, place, licence):
    return f"{name:17} {size:>7}  {place:14}  {licence}"


def _size(count):
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _place(file):
    copy = good_copy(file)
    if copy:
        return copy.place
    return "corrupt" if any(copies(file)) else "not here"


def _paragraph(head, body):
    return textwrap.wrap(f"{head} {body}", _WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _problem(file, copy):
    yield f"{file.path} ({copy.place}) {copy.problem}, so it is not used; delete it:"
    yield f"  {copy.path}"
    yield f"  expected {file.size:,} bytes, SHA-256 {file.sha256}"
    if copy.content is not None:
        yield f"  found {len(copy.content):,} bytes, SHA-256 {sha256(copy.content)}"
