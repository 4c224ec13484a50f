"""Attacks on the grader, each a short submission; ``ATTACKS`` has them by name."""

from .bombs import BOMBS
from .exits import EXITS
from .frames import FRAMES
from .patches import PATCHES
from .peeking import PEEKING
from .reaching import REACHING
from .shadowing import SHADOWING
from .writing import WRITING

ALL = (*EXITS, *PATCHES, *PEEKING, *WRITING, *REACHING, *BOMBS, *SHADOWING, *FRAMES)
ATTACKS = {attack.name: attack for attack in ALL}
