"""Damaged files for everything that reads files of others: pictures, recordings, CSV. See `python -m tests.fuzz`."""
