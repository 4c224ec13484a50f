"""The registry says of each file what the manifest of the shared folder says, and pins every address."""

import csv
import io
import os
import re
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from rnncourse.data.real import DATASETS, find

FILES = [file for dataset in DATASETS.values() for file in dataset.files]
MANIFEST = Path(os.environ.get("RNNCOURSE_DATA") or Path(__file__).parents[3] / "shared/data", "MANIFEST.tsv")
NEEDED = {
    "tiny_shakespeare",
    "names",
    "sentence_polarity",
    "pems_flow",
    "nyc_taxi",
    "english_french",
    "word_similarity",
    "word_analogies",
}


def manifest():
    if not MANIFEST.is_file():
        pytest.skip(f"there is no {MANIFEST}: let RNNCOURSE_DATA name the folder of the data sets")
    with MANIFEST.open(encoding="utf-8", newline="") as table:
        return {row["file"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}


def test_every_set_of_the_course_is_there_under_its_own_name():
    assert set(DATASETS) == NEEDED
    assert all(dataset.name == name for name, dataset in DATASETS.items())


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=list(DATASETS))
def test_a_set_says_all_that_a_reader_must_know(dataset):
    for said in (dataset.about, dataset.licence, dataset.licence_seen, dataset.citation):
        assert said
        assert said.isprintable()
    assert len(dataset.licence) <= 36  # one line of the table
    assert re.search(r"\b(19|20)\d\d\b", dataset.citation), "a citation has a year"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.path)
def test_a_file_is_pinned_and_stays_in_its_folder(file):
    assert re.fullmatch(r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/\S+", file.address)
    assert re.fullmatch("[0-9a-f]{64}", file.sha256)
    path = PurePosixPath(file.path)
    assert not path.is_absolute()
    assert ".." not in path.parts
    assert "\\" not in file.path


def test_english_french_is_60_000_lines_of_its_zip():
    (file,) = DATASETS["english_french"].files
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as kept:
        kept.writestr("_about.txt", "about")
        kept.writestr("fra.txt", "".join(f"{i}\n" for i in range(60_005)))
    lines = file.extract(archive.getvalue()).split()
    assert (len(lines), lines[-1]) == (60_000, b"59999")


def test_no_two_files_share_a_path():
    assert len({file.path for file in FILES}) == len(FILES)


def test_the_registry_is_the_manifest():
    rows = manifest()
    rows.pop("eng_fra/_about.txt")  # says whom to attribute, as the registry does
    assert {(file.path, str(file.size), file.sha256) for file in FILES} == {
        (path, row["bytes"], row["sha256"]) for path, row in rows.items()
    }


def test_addresses_are_the_sources_that_the_manifest_names():
    rows = manifest()
    for file in FILES:
        repository, commit, path = re.fullmatch(
            r"(\S+) @ (\w+) : (\S+)", rows[file.path]["source repository @ commit : path"]
        ).groups()
        assert file.address.startswith(f"https://raw.githubusercontent.com/{repository}/")
        assert file.address.endswith(f"/{path}")
        if repository != "dennybritz/cnn-text-classification-tf":  # pinned at the commit that last changed the files
            assert f"/{commit}" in file.address


@pytest.mark.parametrize(
    ("name", "guess"), [("nmaes", "; did you mean names?"), ("english-french", "; did you mean english_french?")]
)
def test_a_name_that_is_nearly_right_is_guessed(name, guess):
    with pytest.raises(ValueError, match="^name: expected one of tiny_shakespeare, names, ") as told:
        find(name)
    assert str(told.value).endswith(f", got {name!r}{guess}")


@pytest.mark.parametrize("name", ["zzz", "", None, ["zzz"], {7: 7}])
def test_any_other_name_is_refused_without_a_guess(name):
    with pytest.raises(ValueError, match="name: expected one of .* got") as told:
        find(name)
    assert "did you mean" not in str(told.value)
