"""The numbers of a chart as texts, half as long as lists of them: half of an app's file are these.

SQL alone takes nine seconds of a processor for the 90 days of 10,000 apps, numpy one; so DuckDB calls it, as
`packed_numbers`.
"""

from base64 import b64encode

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import PythonUDFType
from duckdb.sqltypes import BIGINT, VARCHAR

# Of these, nothing is zero; of those, it is none.
_COUNTS = ("authorizations", "requests", "cancelled", "verifications", "undelivered")
_LATENCIES = ("p50", "p95")
_ABSENT = {**dict.fromkeys(_COUNTS, 0), **dict.fromkeys(_LATENCIES, -1)}


def add_packed_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Lets a connection call `packed_numbers(rows, length)`, see below; one row holds all of a day or a month."""
    row = duckdb.struct_type({"place": BIGINT} | dict.fromkeys(_ABSENT, BIGINT))
    connection.create_function(
        "packed_numbers",
        packed_numbers,
        [duckdb.list_type(row), BIGINT],
        duckdb.list_type(VARCHAR),
        type=PythonUDFType.ARROW,
    )


def packed_numbers(rows: pa.ListArray, lengths: pa.Array) -> pa.Array:
    """A text for each of the five counts and the two latencies of each list of rows.

    It holds one number for each place, one more than it is, so that 0 is none: in as many hexadecimal digits as the
    largest needs, and these to base 64. It is empty where all counts are zero or no latency is there. An odd digit at
    the end is not read.

    Args:
        rows: lists of `place` (from 0), `authorizations`, `requests`, `cancelled`, `verifications`, `undelivered`,
            `p50` and `p95`. A place has one row at most, in any order.
        lengths: how many places there are, two or more; all the same.

    Returns:
        As many lists of seven texts.
    """
    rows = rows.combine_chunks() if isinstance(rows, pa.ChunkedArray) else rows
    length = lengths[0].as_py()
    of_list = np.repeat(np.arange(len(rows)), pc.list_value_length(rows).to_numpy(zero_copy_only=False))
    flat = rows.flatten()
    places = flat.field("place").to_numpy(zero_copy_only=False)
    columns = []
    for name, absent in _ABSENT.items():
        numbers = np.full((len(rows), length), absent, dtype=np.int64)
        numbers[of_list, places] = pc.fill_null(flat.field(name), absent).to_numpy(zero_copy_only=False)
        columns.append(_texts(numbers + 1, absent + 1))
    return pa.array(zip(*columns, strict=True), pa.list_(pa.string()))


def _texts(numbers: npt.NDArray[np.int64], absent: int) -> list[str]:
    largest = numbers.max(axis=1)
    digits = sum((largest >> (4 * more) > 0).astype(np.int64) for more in range(16))
    texts = [""] * len(numbers)
    for count in np.unique(digits[largest > absent]):
        chosen = np.flatnonzero((digits == count) & (largest > absent))
        shifts = 4 * np.arange(count - 1, -1, -1)
        written = (numbers[chosen, :, None] >> shifts & 15).astype(np.uint8).reshape(len(chosen), -1)
        if written.shape[1] % 2:
            written = np.pad(written, ((0, 0), (0, 1)))
        for place, line in zip(chosen, written[:, ::2] << 4 | written[:, 1::2], strict=True):
            texts[place] = b64encode(line.tobytes()).decode("ascii")
    return texts
