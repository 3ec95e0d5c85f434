"""Small CSV files with a header: lists of faces, votes, probabilities."""

import csv
from collections.abc import Mapping
from pathlib import Path


def read_rows(path: Path, columns: tuple[str, ...]) -> list[Mapping[str, str]]:
    """The rows of a CSV that has these columns.

    Raises:
        ValueError: columns that are missing (the message names them), or a file that is no CSV.
    """
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        reader = csv.DictReader(file)
        try:
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise ValueError(f"{path}: expected the columns {', '.join(columns)}, without: {', '.join(missing)}")
            return list(reader)
        except csv.Error as error:  # a field beyond any length, as in a file that is no CSV
            raise ValueError(f"{path}, line {max(reader.line_num, 1)}: {error}") from None
