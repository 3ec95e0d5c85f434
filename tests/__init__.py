"""Tests, and what they share."""

RUN_FOLDER = "TESTS_RUN_FOLDER"
"""In the environment of all processes of `python -m tests`: a folder that they share, gone at its end."""
