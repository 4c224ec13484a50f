"""Files that are whole or not there."""

import os
import secrets
from pathlib import Path


def write(path, content, sync=False):
    """Write text (as UTF-8) or bytes to a file, in one step: readers see the old file or the new one, never half of it.

    The folder is made when it is missing. A symbolic link at ``path`` is replaced, not followed. With ``sync`` the
    content is on the disk before the name is, so that it outlives a power cut too.
    """
    path = Path(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    file = open(temporary, "xb")  # noqa: SIM115, "x" neither overwrites nor follows what somebody has put there
    try:
        with file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)  # here the file is closed: Windows removes no open one
        raise
