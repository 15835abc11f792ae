"""How a day is made up, as the checks see it: of a few records, every measure by hand."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.common.days import day_hours, day_start
from pipelines.incidents.profiles import OTHERS, Profile, read_profiles, with_others
from pipelines.rollup import plan
from tests.support import DAY, DataFolder, record, records

# Five records: two attempts at one-click on Android, the second cancelled; a mismatch on iOS; a WeChat sign-in that
# failed, and once more as it was, under another id.
ROWS = [
    record(
        "1", platform="android", carrier="CMCC", device_id="a", attempt_id="t1", latency_ms=250, sdk_version="2.1",
        os_version="14", package_name="com.shop", scheme_id="S1", account_id="north", result_code="600000",
    ),
    record(
        "2", event_time=f"{DAY}T23:00:00.001+08:00", platform="android", carrier="CUCC", device_id="b",
        attempt_id="t1", sdk_version="2.1", os_version="13", outcome="cancelled", account_id="north",
    ),
    record(
        "3", channel="local_verify", stage="verify", outcome="mismatch", platform="ios", device_id="c", latency_ms=0,
        event_time=f"{DAY}T00:30:00.000+08:00", phone="16012345678",
    ),
    *(
        record(
            number, app_key="game", channel="wechat", outcome="timeout", platform="ios", device_id="c",
            event_time=f"{DAY}T10:20:30.400+08:00", latency_ms=12_000,
        )
        for number in ("4", "5")
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    folder = DataFolder(tmp_path_factory.mktemp("profile"))
    folder.land(f"gw1/{DAY}.ndjson", ROWS[:3])
    folder.land(f"gw2/{DAY}.ndjson", [*ROWS[3:], record("6", DAY + timedelta(days=1))])
    folder.tables()
    return read_profiles(folder.store, folder.manifest, folder.open().settings, [DAY])[DAY]


@pytest.mark.parametrize(
    ("measure", "whole", "parts"),
    [
        ("channel", "", {"one_click": 2, "local_verify": 1, "wechat": 2}),
        ("platform", "", {"android": 2, "ios": 3}),
        ("carrier", "", {"CMCC": 1, "CUCC": 1, "unknown": 3}),
        ("app", "", {"shop": 3, "game": 2}),
        ("source", "", {"canonical": 5}),
        ("stage", "local_verify", {"verify": 1}),
        ("stage_of_platform", "one_click android", {"authorize": 2}),
        ("stage_of_app", "shop one_click", {"authorize": 2}),
        ("channel_of_platform", "ios", {"local_verify": 1, "wechat": 2}),
        ("channel_of_app", "shop", {"one_click": 2, "local_verify": 1}),
        ("carrier_of_platform", "android", {"CMCC": 1, "CUCC": 1}),
        ("carrier_of_app", "game", {"unknown": 2}),
        ("platform_of_app", "shop", {"android": 2, "ios": 1}),
        ("vendor_of_app", "game", {"wechat": 2}),
        ("package_of_app", "shop", {"com.shop": 1}),
        ("scheme_of_app", "shop", {"S1": 1}),
        ("account_of_app", "shop", {"": 2, "north": 2}),
        ("code", "one_click", {"umeng 600000": 1}),
        ("outcome", "", {"success": 2, "cancelled": 1, "failed": 2}),
        ("outcome", "wechat", {"failed": 2}),
        ("outcome_of_stage", "local_verify verify", {"mismatch": 1}),
        ("outcome_of_stage", "wechat authorize", {"timeout": 2}),
        ("outcome_of_platform", "one_click android", {"success": 1, "cancelled": 1}),
        ("outcome_of_carrier", "one_click CUCC", {"cancelled": 1}),
        ("outcome_of_line", "CMCC android", {"success": 1}),
        ("outcome_of_version", "2.1", {"success": 1, "cancelled": 1}),
        ("outcome_of_app", "game", {"failed": 2}),
        ("outcome_of_app", "shop local_verify", {"success": 1}),
        (
            "field", "",
            {
                "records": 5, "device_id": 5, "platform": 5, "latency_ms": 4, "carrier": 2, "sdk_version": 2,
                "os_version": 2, "attempt_id": 2, "account_id": 2, "scheme_id": 1, "package_name": 1, "result_code": 1,
                "phone": 1,
            },
        ),
        ("field_of_channel", "wechat", {"records": 2, "device_id": 2, "platform": 2, "latency_ms": 2}),
        ("field_of_platform", "ios", {"records": 3, "device_id": 3, "platform": 3, "latency_ms": 3, "phone": 1}),
        ("field_of_app", "game", {"records": 2, "device_id": 2, "platform": 2, "latency_ms": 2}),
        ("sdk_version", "android", {"2.1": 2}),
        ("os_version", "android", {"13": 1, "14": 1}),
        ("devices", "", {"answers": 5, "devices": 3}),
        ("burst", "", {"records": 5, "bursts": 3}),
        ("burst", "wechat", {"records": 2, "bursts": 1}),
        ("device_of_platform", "ios", {"records": 3, "": 1}),
        ("busiest_device", "one_click", {"records": 2, "": 1}),
        ("twin", "wechat", {"records": 2, "": 1}),
        ("twin", "one_click", {"records": 2}),
        ("attempt", "one_click authorize", {"records": 2, "": 1}),
        ("phone", "local_verify", {"records": 1, "": 1}),
        ("full_hour", "one_click android", {"records": 2, "": 1}),
        ("latency_class", "one_click", {"100–299 ms": 1}),
        ("latency_class_of_platform", "ios", {"0 ms": 1, "10 s and more": 2}),
        ("hour", "", {"00": 1, "10": 3, "23": 1}),
        ("hour_of_platform", "ios", {"00": 1, "10": 2}),
        ("hour_of_stage", "one_click authorize", {"10": 1, "23": 1}),
        ("hour_of_app", "game", {"10": 2}),
        ("hours", "", {"00–02": 1, "09–11": 3, "21–23": 1}),
        ("hours_of_app", "game", {"09–11": 2}),
        ("file", "canonical", {"gw1/<day>.ndjson": 3, "gw2/<day>.ndjson": 3}),
        ("day_of_file", "canonical", {"same": 5, "later": 1}),
    ],
)  # fmt: skip
def test_a_day_is_made_up_of(profile: Profile, measure: str, whole: str, parts: dict[str, int]) -> None:
    assert profile.get((measure, whole)) == parts


def test_no_device_phone_or_attempt_is_in_a_profile(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    named = {"device_id": "device-of-ann", "phone": "16012345678", "attempt_id": "attempt-of-ann"}
    folder.land(f"{DAY}.ndjson", [record(str(n), **named) for n in range(5)])
    folder.tables()
    (part,) = folder.store.warehouse.glob("events/*/records.parquet")
    hashes = "to_hex(device_high), to_hex(device_low), to_hex(phone_high), to_hex(phone_low)"
    query = f"SELECT lower(COLUMNS(*)) FROM (SELECT {hashes}, attempt_id FROM read_parquet('{part}')) LIMIT 1"
    kept = duckdb.sql(query).fetchall()[0]
    assert None not in kept
    profile = read_profiles(folder.store, folder.manifest, folder.open().settings, [DAY])[DAY]
    said = str(profile).lower()
    assert not [word for word in (*named.values(), *kept) if word in said]


def test_of_a_large_day_hours_latencies_and_the_busiest_device_are_counted_and_not_guessed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "ID_SAMPLE", 20)
    folder = DataFolder(tmp_path)
    # The ids of one device in twenty are looked at. 80 records are of one device, 100 of none.
    rows = [
        record(
            str(n), platform="ios", latency_ms=50, attempt_id=f"t{n // 2}",
            **({} if n < 100 else {"device_id": "bot" if n < 180 else f"d{n}"}),
        )
        for n in range(400)
    ]  # fmt: skip
    folder.land(f"{DAY}.ndjson", rows)
    folder.tables()
    profile = read_profiles(folder.store, folder.manifest, folder.open().settings, [DAY])[DAY]
    assert profile["busiest_device", "one_click"] == {"records": 300, "": 80}
    assert profile["hour_of_platform", "ios"] == profile["hour", ""] == {"10": 400}
    assert profile["latency_class_of_platform", "ios"] == {"1–99 ms": 400}
    assert profile["full_hour", "one_click ios"] == {"records": 400, "": 400}


def test_attempts_of_a_device_that_had_one_already_are_counted(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    tries = [("ann", "t1"), ("ann", "t1"), ("ann", "t2"), ("ann", "t3"), ("bob", "t4"), ("bob", "")]
    folder.land(
        f"{DAY}.ndjson",
        [
            record(str(n), device_id=device, **({"attempt_id": attempt} if attempt else {}))
            for n, (device, attempt) in enumerate(tries)
        ],
    )
    folder.tables()
    profile = read_profiles(folder.store, folder.manifest, folder.open().settings, [DAY])[DAY]
    assert profile["repeated_attempt", "one_click"] == {"records": 4, "": 2}


def test_attempts_without_a_device_are_looked_at_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DataFolder(tmp_path)
    folder.land(f"{DAY}.ndjson", [record(str(n), attempt_id=f"t{n // 2}") for n in range(2000)])
    monkeypatch.setattr(plan, "ID_SAMPLE", 100)
    folder.tables()
    profile = read_profiles(folder.store, folder.manifest, folder.open().settings, [DAY])[DAY]
    attempts = profile["attempt", "one_click authorize"]
    assert attempts["records"] == 2 * attempts[""] < 2000


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2025, 10, 25), {"02": 60, "23": 60}),
        # The hour that comes twice, and the one that never comes.
        (date(2025, 10, 26), {"02": 120, "23": 60}),
        (date(2026, 3, 29), {"23": 60}),
    ],
)
def test_the_hours_of_a_profile_are_those_of_the_clock(tmp_path: Path, day: date, hours: dict[str, int]) -> None:
    folder = DataFolder(tmp_path)
    folder.write("authmeter.toml", 'timezone = "Europe/Berlin"\n')
    start, minutes = day_start(day, "Europe/Berlin"), 60 * len(day_hours(day, "Europe/Berlin").hours)
    folder.land(
        f"{day}.ndjson",
        [record(str(n), event_time=(start + timedelta(minutes=n)).isoformat()) for n in range(minutes)],
    )
    folder.tables(day, start + timedelta(days=2))
    profile = read_profiles(folder.store, folder.manifest, folder.open().settings, [day])[day]
    there = profile["hour", ""]
    assert {hour: there[hour] for hour in ("02", "23") if hour in there} == hours
    assert max(there) == "23"
    assert sum(there.values()) == minutes
    assert max(profile["hours", ""]) == "21–23"


def test_which_apps_are_small_does_not_depend_on_what_other_days_are_looked_at() -> None:
    days = [DAY - timedelta(days=back) for back in range(70)]
    profiles: dict[date, Profile] = {day: {("app", ""): {"shop": 1000, "x": 1}} for day in days}
    # In the eight weeks before the older day `x` was large; before the newer one it was not.
    profiles[days[65]] = {("app", ""): {"shop": 1000, "x": 500}}
    assert with_others(days[10], profiles)[days[10]]["app", ""] == {"shop": 1000, "x": 1}
    assert with_others(DAY, profiles)[DAY]["app", ""] == {"shop": 1000, OTHERS: 1}


def test_apps_that_are_small_on_each_day_are_one(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    for back in (1, 0):
        day = DAY - timedelta(days=back)
        rows = [*records(1000, day, "big"), *records(3, day, "small", app_key="small")]
        # Large on one day is large on all.
        rows += records(400 if back else 2, day, "waning", app_key="waning")
        folder.land(f"{day}.ndjson", [*rows, *records(2, day, "tiny", app_key="tiny")])
    folder.tables()
    read = read_profiles(folder.store, folder.manifest, folder.open().settings, [DAY])
    assert read[DAY]["app", ""] == {"shop": 1000, "waning": 2, "(others)": 5}
    assert read[DAY - timedelta(days=1)]["app", ""] == {"shop": 1000, "waning": 400, "(others)": 5}
