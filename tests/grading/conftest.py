"""Settings for the tests of the grader. That this file is here lets the tests in the folders below import ``solved``."""
