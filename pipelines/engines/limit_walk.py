"""Computes how many records a limit against repeated verification would block, among the records that the limit counts
together, such as all records of a phone.

The result for a record depends on which earlier records passed. SQL cannot express this, so DuckDB calls a function.
"""

from collections import deque

import duckdb
from duckdb.sqltypes import BIGINT

_USE, _SUCCESS = 2, 1


def add_limit_walk(connection: duckdb.DuckDBPyConnection) -> None:
    """Register `blocked` in a connection as the SQL function `blocked_of(moments, most, milliseconds)`."""
    numbers = duckdb.list_type(BIGINT)
    connection.create_function("blocked_of", blocked, [numbers, BIGINT, BIGINT], numbers)


def blocked(moments: list[int], most: int, milliseconds: int) -> list[int]:
    """Return the numbers of blocked records, blocked uses and blocked successes among records that a limit counts
    together.

    A record passes if fewer than `most` passed records are within `milliseconds` before it. Blocked records do not
    count against later records.

    Args:
        moments: for each record, in order, its time in milliseconds times 4, plus 2 for a use, plus 1 for a success.
    """
    # Only the last `most` passed records matter.
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
