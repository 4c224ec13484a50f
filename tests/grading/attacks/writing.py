"""Leaves something behind, or changes what is there."""

from .attack import probe

CLOSED = "Landlock lets nobody create or change anything, and the calls that change names are not allowed either."
DENIED = r"refused: \w*(PermissionError|FileNotFoundError)"
REPORTED = r"refused: (OperationalError|OSError \[Errno 0\])"  # the same, by a library that has words of its own

# The name, what it does, and how; MARK is a name that the tests look for everywhere.
WRITES = (
    ("creates_a_file", "create a file", "return open(FOLDER + '/' + MARK, 'w').write('x')"),
    ("appends", "add to a file", "return open(FOLDER + '/secret.txt', 'a').write('x')"),
    ("empties", "empty a file", "return open(FOLDER + '/secret.txt', 'w').close()"),
    ("writes_to_tmp", "leave a file in /tmp", "return open('/tmp/' + MARK, 'w').write('x')"),
    ("writes_to_shared_memory", "leave a file in /dev/shm", "return open('/dev/shm/' + MARK, 'w').write('x')"),
    ("writes_where_it_is", "leave a file in the working folder", "return open(MARK, 'w').write('x')"),
    ("saves_an_array", "save an array", "import numpy as np; return np.save(FOLDER + '/' + MARK, np.ones(3))"),
    ("temporary_file", "make a temporary file", "import tempfile; return tempfile.TemporaryFile().name"),
    ("makes_a_folder", "make a folder", "import os; return os.mkdir(FOLDER + '/' + MARK)"),
    ("links", "make a symbolic link", "import os; return os.symlink('secret.txt', FOLDER + '/' + MARK)"),
    ("links_hard", "make a hard link", "import os; return os.link(FOLDER + '/secret.txt', FOLDER + '/' + MARK)"),
    ("makes_a_fifo", "make a FIFO", "import os; return os.mkfifo(FOLDER + '/' + MARK)"),
    ("makes_a_node", "make a node", "import os, stat; return os.mknod(FOLDER + '/' + MARK, stat.S_IFREG | 0o600)"),
    ("renames", "rename", "import os; return os.rename(FOLDER + '/secret.txt', FOLDER + '/' + MARK)"),
    ("removes", "remove a file", "import os; return os.unlink(FOLDER + '/neighbour.py')"),
    ("removes_a_folder", "remove a folder", "import os; return os.rmdir(FOLDER + '/empty')"),
    ("truncates", "cut a file", "import os; return os.truncate(FOLDER + '/secret.txt', 0)"),
    ("changes_rights", "give everybody all rights", "import os; return os.chmod(FOLDER + '/secret.txt', 0o777)"),
    ("changes_owner", "change the owner", "import os; return os.chown(FOLDER + '/secret.txt', -1, os.getegid())"),
    ("changes_times", "turn a date back", "import os; return os.utime(FOLDER + '/secret.txt', (0, 0))"),
    ("goes_elsewhere", "change the working folder", "import os; return os.chdir(FOLDER)"),
    ("changes_the_mask", "change the mask of new files", """
        import os
        return os.umask(0o077)
        """),
    ("memory_file", "make a file without a name", "import os; return os.memfd_create(MARK)"),
    ("shared_memory", "make shared memory", """
        from multiprocessing.shared_memory import SharedMemory
        memory = SharedMemory(MARK, create=True, size=8)
        memory.unlink()
        """),
    ("database", "make a database", "import sqlite3; return sqlite3.connect(FOLDER + '/' + MARK).execute('vacuum')"),
)  # fmt: skip

WRITING = tuple(probe(name, tries, CLOSED, body, f"{DENIED}|{REPORTED}") for name, tries, body in WRITES)
