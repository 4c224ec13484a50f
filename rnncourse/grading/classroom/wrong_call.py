"""What a command says instead of doing what it was asked for."""


class WrongCall(Exception):
    """What was asked for cannot be done; one sentence says why and what to do. The command ends with exit code 2."""
