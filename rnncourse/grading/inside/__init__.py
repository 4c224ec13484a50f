"""What meets a student's code: reads it, loads it, calls it, and the jail around that.

In a jail nothing of ``rnncourse`` but this folder exists, under the name ``inside``. Therefore its modules import each
other relatively and beside the standard library NumPy only, and hold nothing that a student may not see.
"""
