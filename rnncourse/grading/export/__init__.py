"""What an instructor takes to a platform that runs the grader itself: Gradescope, Classroom 50, GitHub Actions.

``templates`` holds the files that run there, as they are; what depends on the assignment stands in a file ``options``
beside them, the options of ``rnncourse grade``, one word on each line.
"""
