"""The one error of these tools: what is wrong, and in which line of which file."""


class SourceError(Exception):
    """A source that cannot be turned into its notebook; printed as `file:line: message`."""

    def __init__(self, path, line, message):
        self.path, self.line, self.message = path, line, message
        place = f"{path}:{line}" if line else str(path)
        super().__init__(f"{place}: {message}")
