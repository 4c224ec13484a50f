"""The side bar shortens a page's heading only by the word that already stands above it."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]


def test_a_title_of_the_side_bar_is_the_heading_without_the_caption():
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))["parts"]
    titled = [(part["caption"], page) for part in parts for page in part["chapters"] if "title" in page]
    assert len(titled) == 9
    for caption, page in titled:
        source = ROOT / f"{page['file'].replace('exercises/', 'solutions/')}.md"
        heading = re.search(r"^# (.+)$", source.read_text(encoding="utf-8"), re.MULTILINE)[1]
        assert heading == f"{caption} {page['title']}"
