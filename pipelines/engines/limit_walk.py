"""The walk along the records of one counter, by which a limit lets each pass or blocks it.

Every record depends on which of those before it passed, so that it is no query: DuckDB calls it as `blocked_of`.
"""

from collections import deque

import duckdb
from duckdb.sqltypes import BIGINT

_USE, _SUCCESS = 2, 1


def add_limit_walk(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets a connection call `blocked_of(moments, most, milliseconds)`: see `blocked`."""
    numbers = duckdb.list_type(BIGINT)
    connection.create_function("blocked_of", blocked, [numbers, BIGINT, BIGINT], numbers)


def blocked(moments: list[int], most: int, milliseconds: int) -> list[int]:
    """How many records of a counter are blocked, and how many uses and successes are among them.

    A record passes where fewer than `most` that passed lie within `milliseconds` before it; else it counts for no later
    one.

    Args:
        moments: of each record, in their order, its time in milliseconds times 4, plus 2 for a use, 1 for a success.
    """
    # Of those that passed, no more than the last ones matter.
    passed: deque[int] = deque(maxlen=most)
    records = uses = successes = 0
    for moment in moments:
        time = moment >> 2
        if len(passed) < most or passed[0] <= time - milliseconds:
            passed.append(time)
        else:
            records += 1
            uses += moment & _USE
            successes += moment & _SUCCESS
    return [records, uses // _USE, successes]
