"""Uploads stay in memory: of those above a megabyte Starlette would make a file, which Streamlit does not prevent."""

from starlette.formparsers import MultiPartParser

MOST_BYTES = 210_000_000
"""More than `server.maxUploadSize`, above which Streamlit refuses an upload."""


def keep_in_memory() -> None:
    """For this whole process, before it answers anything."""
    MultiPartParser.spool_max_size = MOST_BYTES
