"""The generated notebooks and the lecture map in the repository are those of the sources."""

from tools.lecture_map import item_labels
from tools.notebook import solved_notebook
from tools.project import Project
from tools.sync import ROOT, main

BUILT_CHAPTERS = {
    "01_embeddings",
    "02_rnn",
    "03_bptt",
    "04_vanishing_gradients",
    "05_lstm_gru",
    "06_bidirectional",
    "07_seq2seq",
    "08_attention",
    "09_recursive_autoencoders",
}  # the least that must be there; a chapter is added when it is finished


def test_nothing_has_drifted(capsys):
    status = main(["--check"])
    assert status == 0, capsys.readouterr().err


def test_every_finished_chapter_has_its_exercise():
    project = Project(ROOT)
    stems = {path.stem for path in project.sources() if not project.is_exercise(path)}
    assert stems >= BUILT_CHAPTERS
    assert {path.stem for path in project.sources() if project.is_exercise(path)} >= BUILT_CHAPTERS
    for stem in BUILT_CHAPTERS:
        assert solved_notebook(ROOT / f"solutions/{stem}.md", project).cells


def test_every_item_of_a_finished_chapter_has_its_label():
    project = Project(ROOT)
    found = item_labels(project)
    promised = [chapter for chapter in project.syllabus.chapters if chapter.file in BUILT_CHAPTERS]
    assert [item.id for chapter in promised for item in chapter.items if item.id not in found] == []


def test_the_syllabus_is_whole():
    items = Project(ROOT).syllabus.items()
    assert len(items) == 80
    assert [item.id for item in items if len(item.title.split()) > 12] == []
    numbers = {"E": 10, "R": 15, "B": 7, "V": 10, "G": 11, "D": 6, "S": 6, "A": 7, "T": 5, "X": 3}
    assert [item.id for item in items] == [f"{key}{n:02d}" for key, most in numbers.items() for n in range(1, most + 1)]
