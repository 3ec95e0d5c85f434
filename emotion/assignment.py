"""Who belongs to whom: the matching with the highest total gain, exact and on NumPy alone.

`scipy.optimize` has one too, but importing it costs 50 MiB of memory and about a second, and installing it 143 MB:
too much for a dyno of 512 MB that starts in 1.5 s. The tests hold this one to SciPy's answers.
"""

import numpy as np
import numpy.typing as npt

Gains = npt.NDArray[np.float64]
"""float64 (m, n): what is won by joining row i with column j; 0 or less where they must not be joined."""


def best_pairs(gains: Gains) -> list[tuple[int, int]]:
    """Pairs (row, column) of positive gain, each row and column at most once, whose gains sum to the highest total.

    A row and a column that may only join each other are joined at once; a gallery of faces that keep their seats is
    decided so, without a search. Only the rest takes the Hungarian method, at most O(k^3) for k rows.

    Raises:
        ValueError: `gains` is no matrix of finite numbers.
    """
    if gains.ndim != 2 or not np.isfinite(gains).all():
        raise ValueError(f"expected a matrix of finite gains, got shape {gains.shape}")
    possible = gains > 0
    alone = possible & (possible.sum(axis=1, keepdims=True) == 1) & (possible.sum(axis=0, keepdims=True) == 1)
    pairs = [(int(row), int(column)) for row, column in zip(*np.nonzero(alone), strict=True)]
    rows = np.flatnonzero((possible & ~alone).any(axis=1))
    columns = np.flatnonzero((possible & ~alone).any(axis=0))
    if rows.size:
        contested = np.maximum(gains[np.ix_(rows, columns)], 0.0)
        found = ((int(rows[i]), int(columns[j])) for i, j in _hungarian(contested))
        pairs += [(row, column) for row, column in found if possible[row, column]]
    return sorted(pairs)


def _hungarian(gains: Gains) -> list[tuple[int, int]]:
    """Join every row or every column of `gains` >= 0, whichever are fewer, with the highest total.

    Shortest augmenting paths with potentials (Jonker and Volgenant, 1987): one row after the other gets a column,
    and the rows before it make way where that costs least in total.
    """
    if gains.shape[0] > gains.shape[1]:
        return [(i, j) for j, i in _hungarian(gains.T)]
    costs = -gains
    rows, columns = costs.shape
    start = columns  # an extra column, where each row's search sets out
    owner = np.full(columns + 1, -1)
    row_price, column_price = np.zeros(rows), np.zeros(columns + 1)
    for row in range(rows):
        owner[start] = row
        distance = np.full(columns, np.inf)
        previous = np.full(columns, start)
        visited = np.zeros(columns + 1, bool)
        column = start
        while owner[column] >= 0:
            visited[column] = True
            at_row = owner[column]
            reduced = costs[at_row] - row_price[at_row] - column_price[:start]
            nearer = (reduced < distance) & ~visited[:start]
            distance[nearer] = reduced[nearer]
            previous[nearer] = column
            column = int(np.where(visited[:start], np.inf, distance).argmin())
            step = distance[column]
            row_price[owner[visited]] += step
            column_price[visited] -= step
            distance[~visited[:start]] -= step
        while column != start:
            owner[column] = owner[previous[column]]
            column = int(previous[column])
    return [(int(owner[column]), column) for column in range(columns) if owner[column] >= 0]
