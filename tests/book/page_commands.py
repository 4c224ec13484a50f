"""The commands that a page shows, and what it says that they print."""

import re
from dataclasses import dataclass

MARK = r"(?:^% (?P<mark>[^\n]*)\n)?"
BLOCK = re.compile(
    rf"{MARK}^```bash\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Command:
    """A block of commands on a page: ``mark`` says if it is not run or how it ends, ``output`` what it prints."""

    code: str
    mark: str
    output: str | None

    @property
    def is_run(self):
        return not self.mark.startswith("not run: ")

    @property
    def exit_code(self):
        exits = re.fullmatch(r"exits with (\d)", self.mark)
        return int(exits[1]) if exits else 0


def commands(page):
    found = BLOCK.finditer(page)
    return [Command(match["code"], match["mark"] or "", match["output"]) for match in found]
