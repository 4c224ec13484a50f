"""Lead "Suggest edit" to what is written by hand: a page that is generated is not to be edited."""

from __future__ import annotations

import re

GENERATED = {
    r"exercises/(\w+)\.ipynb": r"solutions/\1.md",
    r"book/lecture_map\.md": "book/syllabus.yml",
}


def source_of(address: str) -> str:
    """The address of the edit button, with the source of a generated file in its place."""
    for generated, source in GENERATED.items():
        address = re.sub(rf"{generated}$", source, address)
    return address


def all_buttons(buttons):
    for button in buttons:
        yield button
        yield from all_buttons(button.get("buttons", ()))


def change_buttons(app, pagename, templatename, context, doctree):
    for button in all_buttons(context.get("header_buttons", ())):
        if button.get("label") == "source-edit-button":
            button["url"] = source_of(button["url"])


def setup(app):
    app.connect("html-page-context", change_buttons, priority=900)  # after the theme has made its buttons
    return {"parallel_read_safe": True, "parallel_write_safe": True}
