"""Follows brackets, strings and backslashes from line to line, also through text that is not quite Python."""

import re

_TOKEN = re.compile(
    r"""\#.*                          # a comment
    |\"{3}|'{3}                       # a string over many lines begins
    |"(?:[^"\\]|\\.)*(?:"|\\?$)       # a string on one line; without its end it ends with the line
    |'(?:[^'\\]|\\.)*(?:'|\\?$)
    |[()\[\]{}]""",
    re.VERBOSE,
)
_REST = {  # of a string over many lines, up to its end
    '"""': re.compile(r'[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""'),
    "'''": re.compile(r"[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''"),
}


class Scanner:
    """Where a walk through lines of source stands; feed it line by line.

    ``quote`` is the kind of triple quotes it is inside, or empty; ``depth`` the number of open brackets; ``continued``
    whether the line before ended in a backslash.
    """

    def __init__(self):
        self.quote, self.depth, self.continued = "", 0, False

    @property
    def at_start(self):
        """Whether the next line begins a statement, as far as brackets, strings and backslashes tell."""
        return not (self.quote or self.depth or self.continued)

    def feed(self, line):
        """Go on to the end of this line, given without its line end."""
        self.continued = False
        position = self._after_string(line, 0)
        while position is not None:
            token = _TOKEN.search(line, position)
            if not token or token[0][0] == "#":
                self.continued = not token and line.endswith("\\")
                return
            position = token.end()
            if token[0] in _REST:
                self.quote = token[0]
                position = self._after_string(line, position)
            elif token[0] in "([{":
                self.depth += 1
            elif token[0] in ")]}":
                self.depth = max(0, self.depth - 1)

    def _after_string(self, line, position):
        """Where the triple-quoted string that is open ends, or None when it goes on after this line."""
        if not self.quote:
            return position
        rest = _REST[self.quote].match(line, position)
        if not rest:
            return None
        self.quote = ""
        return rest.end()
