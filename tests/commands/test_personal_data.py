"""After a run, device ids and phone numbers are in landing and nowhere else."""

from __future__ import annotations

import pyarrow.parquet as pq

from tests.published_folder import MARKED_DEVICE, MARKED_PHONE
from tests.support import KEY, DataFolder


def test_nothing_of_a_device_or_number_is_anywhere_but_in_landing(published: DataFolder) -> None:
    found = []
    for path in published.root.rglob("*"):
        if not path.is_file() or path.is_relative_to(published.store.landing):
            continue
        content = path.read_bytes()
        if path.suffix == ".parquet":
            content += str(pq.read_table(path).to_pylist()).encode()
        if any(mark.encode() in content for mark in (MARKED_DEVICE, MARKED_PHONE, KEY)) and path.name != "hash.key":
            found.append(str(path.relative_to(published.root)))
    for (table,) in published.rows("SELECT table_name FROM duckdb_tables()"):
        cells = str(published.rows(f'SELECT * FROM "{table}"'))
        if any(mark in cells for mark in (MARKED_DEVICE, MARKED_PHONE)):
            found.append(f"table {table}")
    assert found == []


def test_the_search_for_personal_data_would_find_it(published: DataFolder) -> None:
    # The tables contain the rejects and the hashes of the marked records, so there was something to hide.
    assert published.rows("SELECT count(*) FROM rejected_records") == [(4,)]
    files = list(published.store.warehouse.glob("events/*/*.parquet"))
    masks = [row.get("phone_mask") for file in files for row in pq.read_table(file).to_pylist()]
    assert masks.count("166****8877") == 5
    assert list((published.root / "dagster").rglob("*.db"))
