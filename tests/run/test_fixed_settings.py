"""A run refuses a data folder whose hash key or time zone changed."""

from __future__ import annotations

import pytest

from pipelines.common.errors import UsageError
from tests.support import DataFolder, records


def test_another_key_is_refused(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.roll_up()
    folder.write("hash.key", "quite another key for the same folder")
    with pytest.raises(UsageError, match="hash key differs from the key"):
        folder.ingest()


def test_another_zone_is_refused(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.roll_up()
    folder.write("authmeter.toml", 'timezone = "UTC"\n')
    with pytest.raises(UsageError, match="business time zone was Asia/Shanghai and is now UTC"):
        folder.ingest()
