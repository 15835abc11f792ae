"""The order of a record's fields, and the carrier for each word that vendors write, such as `CMCC` for `cm_zyhl`."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.contract.record.fields import FIELD_NAMES, record_macros


def test_the_fields_stand_in_the_contracts_order() -> None:
    assert FIELD_NAMES == (
        "event_id", "event_time", "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform",
        "carrier",
        "scheme_id", "package_name", "device_id", "phone", "latency_ms", "sdk_version", "os_version", "attempt_id",
        "account_id",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("word", "carrier"),
    [
        ("CMCC", "CMCC"), ("CUCC", "CUCC"), ("CTCC", "CTCC"), ("cmcc", "CMCC"), ("CM", "CMCC"), ("CU", "CUCC"), ("CT",
        "CTCC"),
        ("cm", "CMCC"), ("cm_zyhl", "CMCC"), ("cu_xw", "CUCC"), ("ct_sjl", "CTCC"), ("CT_SJL", "CTCC"), ("cmx",
        "unknown"),
        ("CMCCX", "unknown"), ("unknown", "unknown"), ("", "unknown"), ("中国移动", "unknown"), (None, "unknown"),
    ],
)  # fmt: skip
def test_a_vendors_word_names_the_carrier(word: str | None, carrier: str) -> None:
    connection = duckdb.connect()
    connection.execute(";".join(record_macros()))
    assert connection.execute("SELECT carrier_of($word::VARCHAR)", {"word": word}).fetchall() == [(carrier,)]
