"""The quality page counts the same records in its list of unmapped codes and in their total."""

from __future__ import annotations

from contextlib import closing

from pipelines.store.published_file import open_published
from reports.content import context
from reports.content.published import PublishedTables
from tests.support import DAY, DataFolder, days_before, record

CODES = """vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh
umeng,sdk,ios,only ios,success,,,
umeng,server,*,shown,,page,,
umeng,sdk,*,shown,,page,,
wechat,oauth,*,known,success,,,
"""


def test_the_list_holds_the_records_that_are_counted_as_unmapped(folder: DataFolder) -> None:
    folder.write("registry/result_codes.csv", CODES)
    coded = {"outcome": None, "platform": "android"}
    folder.land(
        "a.ndjson",
        [
            # Logged as error: the code is not looked up.
            record("outcome", result_code="new", outcome="error", platform="android"),
            record("both", result_code="new", outcome="success", platform="android"),
            *(record(f"new-{i}", **coded, result_code="new") for i in range(4)),
            record("ios", **coded | {"platform": "ios"}, result_code="only ios"),
            record("ipad", **coded | {"platform": "ipad"}, result_code="only ios"),
            record("android", **coded, result_code="only ios"),
            record("page", **coded, result_code="shown", stage="page"),
            record("no page", **coded, result_code="shown", stage="verify"),
            record("social", **coded, result_code="known", channel="wechat"),
            record("other layer", **coded, result_code="known"),
            *(record(f"tablet-{one}", outcome=None, result_code="tablet", platform=one) for one in ("ios", "ipad")),
            record("yesterday", days_before(DAY, 1), **coded, result_code="new"),
            record("before", days_before(DAY, 30), **coded, result_code="old"),
        ],
    )
    folder.tables()
    with closing(open_published(folder.store.database)) as connection:
        marts = PublishedTables(connection)
        listed = marts.rows("missing_codes")
        quality = context.quality_by_day(marts)
    assert listed == [
        ("umeng", "sdk", "android", "new", 5),
        ("umeng", "sdk", "ios", "tablet", 2),
        ("umeng", "sdk", "android", "known", 1),
        ("umeng", "sdk", "android", "only ios", 1),
        ("umeng", "server", "android", "shown", 1),
    ]
    window = [days_before(DAY, back) for back in range(30)]
    assert sum(row[-1] for row in listed) == sum(quality[day].unmapped_codes for day in window if day in quality)
