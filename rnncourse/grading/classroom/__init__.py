"""Grades a class: finds the submissions, tries each in a jail, and writes what the instructor takes away.

A *record* is what is known of one student, one line of ``results.jsonl``: ``student``, ``file``, ``key``, ``problem`` (why
nothing could be graded, or empty), ``notes`` on the file, and ``verdicts``, each a ``Verdict.record()``, in course order.
Every text in a record may come from somebody hostile.
"""
