"""The sample is synthetic, labelled and repeatable, keeps the log contract, and contains the faults that it reports."""

import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from lab.oracle.records import Landing, Record, limits, read_landing
from pipelines.common.errors import UsageError
from pipelines.sample.answers import ANSWERS, DRAWS, answer_rows
from pipelines.sample.apps import sample_apps
from pipelines.sample.behaviour import (
    BLOCKS,
    KINDS,
    LAST_START_MS,
    RECORDS_PER_BLOCK,
    STEPS,
    block_rows,
    clock,
    kind_rows,
)
from pipelines.sample.faults import Faults, faults
from pipelines.sample.folder import MARKER
from pipelines.sample.truth import SampleTruth
from pipelines.sample.write import SampleReport, SampleSpec, write_sample

LAST = date(2026, 3, 31)
ZONE = ZoneInfo("Asia/Shanghai")
EVENTS = 1200


def make(out: Path, progress: Callable[[int], None] | None = None, **changes: object) -> SampleReport:
    values = {"days": 22, "apps": 6, "events": EVENTS, "seed": 7, "format": "ndjson", "last_day": LAST, **changes}
    return write_sample(out, SampleSpec(**values), progress)  # type: ignore[arg-type]


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def read(out: Path) -> Landing:
    midnight = datetime(LAST.year, LAST.month, LAST.day, tzinfo=ZONE) + timedelta(days=1)
    return read_landing(out / "landing", limits(LAST, int(midnight.timestamp() * 1000), ZONE))


def business_day(event_ms: int) -> date:
    return datetime.fromtimestamp(event_ms / 1000, ZONE).date()


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleReport, Landing]:
    out = tmp_path_factory.mktemp("sample")
    report = make(out)
    return out, report, read(out)


@pytest.mark.parametrize(
    ("days", "events", "format"),
    [(1, 130_000, "ndjson"), (7, 20_000, "ndjson"), pytest.param(2, 130_000, "parquet", marks=pytest.mark.lab)],
)
def test_same_seed_same_bytes_on_any_number_of_threads(
    tmp_path: Path, days: int, events: int, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = duckdb.connect
    for name, threads in (("a", 1), ("b", 4)):
        monkeypatch.setattr(duckdb, "connect", lambda threads=threads: connect(config={"threads": threads}))
        make(tmp_path / name, days=days, events=events, format=format)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_days_drawn_together_are_the_days_drawn_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "together", days=12, events=300)
    monkeypatch.setattr("pipelines.sample.write.days_at_once", lambda events: 1)
    make(tmp_path / "alone", days=12, events=300)
    assert digests(tmp_path / "together") == digests(tmp_path / "alone")


def test_another_seed_gives_other_logs_of_the_same_apps(tmp_path: Path) -> None:
    make(tmp_path / "a", days=1, seed=1)
    make(tmp_path / "b", days=1, seed=2)
    one, other = digests(tmp_path / "a"), digests(tmp_path / "b")
    log = f"landing/{LAST}/part-0000.ndjson"
    assert one[log] != other[log]
    assert one["registry/apps.csv"] == other["registry/apps.csv"]


def test_formats_hold_the_same_records(tmp_path: Path) -> None:
    found = {}
    for format in ("ndjson", "csv", "parquet"):
        make(tmp_path / format, days=3, format=format)
        found[format] = sorted(read(tmp_path / format).records)
    assert found["ndjson"] == found["csv"] == found["parquet"]


def test_it_is_labelled(sample: tuple[Path, SampleReport, Landing]) -> None:
    out, _, _ = sample
    assert "Synthetic" in (out / "landing" / MARKER).read_text("utf-8")
    with (out / "registry" / "apps.csv").open(encoding="utf-8", newline="") as file:
        apps = list(csv.DictReader(file))
    assert all("示例" in app["app_name"] and "Sample" in app["app_name"] for app in apps)
    assert all(app["app_key"].startswith("sample-") for app in apps)
    written = "".join(file.read_text("utf-8") for file in (out / "landing").rglob("*.ndjson"))
    phones = re.findall(r'"phone":"([^"]*)"', written)
    assert len(phones) > 100
    # No such number is given to anybody.
    assert all(re.fullmatch(r"160\d{8}", phone) for phone in phones)


def test_each_day_has_the_asked_number_of_events(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, report, landing = sample
    ids: dict[date, set[str]] = {}
    for record in landing.records:
        ids.setdefault(business_day(record.event_ms), set()).add(record.event_id)
    days = {report.first_day + timedelta(days=n) for n in range(22)} - {report.missing_day}
    assert {day: len(found) for day, found in ids.items()} == dict.fromkeys(days, EVENTS)
    assert report.events == EVENTS * 21
    assert report.missing_day is not None
    assert LAST - timedelta(days=29) <= report.missing_day < LAST


def test_about_one_in_a_hundred_comes_twice_byte_for_byte(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, report, landing = sample
    copies = Counter(landing.records)
    repeats = sum(count - 1 for count in copies.values())
    assert 0.005 < repeats / report.events < 0.015
    # Records share an id within a day only if they are whole copies.
    assert len({(record.event_id, business_day(record.event_ms)) for record in copies}) == len(copies)


def test_only_the_small_files_have_bad_lines(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, report, landing = sample
    assert {Path(reject.path).parent.name for reject in landing.rejects} == {"edge"}
    assert len({reject.reason for reject in landing.rejects}) == 6
    assert len(landing.rejects) == report.bad_lines
    assert sum(book.records_read for book in landing.files) == report.lines
    assert len(landing.files) == report.files


def test_late_records_come_with_the_next_days_logs(sample: tuple[Path, SampleReport, Landing]) -> None:
    out, _, _ = sample
    late = sorted((out / "landing").glob("*/late-*.ndjson"))
    # 21 days with logs, all but the last with late ones; an edge day's own file is one record shorter.
    assert len(late) == 20
    for path in late:
        day = date.fromisoformat(path.stem.removeprefix("late-"))
        assert date.fromisoformat(path.parent.name) > day
        lines = path.read_text("utf-8").splitlines()
        assert 5 <= len(lines) <= EVENTS // 200
        assert f'"{day}T23:' in lines[0]


def test_the_registry_has_a_silent_app_and_lacks_one_that_logs(sample: tuple[Path, SampleReport, Landing]) -> None:
    out, _, landing = sample
    logging = {record.app_key for record in landing.records}
    with (out / "registry" / "apps.csv").open(encoding="utf-8", newline="") as file:
        registered = {row["app_key"] for row in csv.DictReader(file)}
    with (out / "registry" / "schemes.csv").open(encoding="utf-8", newline="") as file:
        schemes = list(csv.DictReader(file))
    assert logging - registered == {"sample-unregistered"}
    assert registered - logging == {"sample-app-0006"} == registered - {row["app_key"] for row in schemes}
    assert len({(row["scheme_id"], row["package_name"]) for row in schemes}) == len(schemes)
    used = {(r.scheme_id, r.package_name) for r in landing.records if r.scheme_id}
    assert used <= {(row["scheme_id"], row["package_name"]) for row in schemes}


def test_the_log_has_the_growing_app_and_the_failing_version(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, report, landing = sample
    middle = report.first_day + timedelta(days=11)
    growing = Counter(business_day(r.event_ms) >= middle for r in landing.records if r.app_key == "sample-app-0002")
    assert growing[True] > 1.15 * growing[False]
    answers = Counter(
        (r.sdk_version == "2.15.0", (r.result_code or r.outcome) in ("600000", "success"))
        for r in landing.records
        if r.app_key == "sample-app-0003" and r.stage == "authorize"
    )
    assert answers[True, True] < answers[True, False]
    assert answers[False, True] > answers[False, False]
    assert {r.channel for r in landing.records} == {"one_click", "local_verify", "wechat", "qq", "weibo", "sms"}
    assert {r.stage for r in landing.records} == {"prefetch", "page", "click", "authorize", "verify", "login"}


def test_the_truth_is_what_the_log_says(sample: tuple[Path, SampleReport, Landing]) -> None:
    out, report, landing = sample
    truth = json.loads((out / "sample_truth.json").read_text("utf-8"))
    missing, failing = truth["incidents"]
    assert truth["made_by"] == f"authmeter sample --days 22 --apps 6 --events {EVENTS} --seed 7 --format ndjson " + (
        f"--last-day {LAST}"
    )
    assert (missing["kind"], missing["app_key"], missing["first_day"]) == ("data", "*", str(report.missing_day))
    first = report.first_day + timedelta(days=15)
    assert {name: failing[name] for name in ("metric", "app_key", "channel", "first_day", "last_day", "state")} == {
        "metric": "technical_success_rate", "app_key": "sample-app-0003", "channel": "one_click",
        "first_day": str(first), "last_day": None, "state": "open",
    }  # fmt: skip
    answers: dict[date, list[bool]] = {}
    for record in set(landing.records):
        answer = record.result_code or record.outcome
        if (record.app_key, record.channel, record.stage) == ("sample-app-0003", "one_click", "authorize") and (
            answer not in ("700000", "700001", "cancelled", "switched")
        ):
            answers.setdefault(business_day(record.event_ms), []).append(answer in ("600000", "success"))
    before = [is_good for day, those in answers.items() if day < first for is_good in those]
    newest = [is_good for day, those in answers.items() if day > LAST - timedelta(days=7) for is_good in those]
    during = [is_good for day, those in answers.items() if day >= first for is_good in those]
    level = sum(before) / len(before)
    assert failing["level_before"] == pytest.approx(level, abs=1e-6)
    assert failing["level_now"] == pytest.approx(sum(newest) / len(newest), abs=1e-6)
    assert failing["lost"] == pytest.approx(level * len(answers[LAST]) - sum(answers[LAST]), abs=0.1)
    assert failing["lost_total"] == pytest.approx(level * len(during) - sum(during), abs=0.1)


@pytest.mark.parametrize(("days", "state", "last"), [(89, "open", None), (90, "settled", "2026-03-31")])
def test_what_lasts_for_more_than_28_days_has_settled(days: int, state: str, last: str | None) -> None:
    fault = faults(22, sample_apps(6), 1).rates[0]
    truth = SampleTruth(Faults((replace(fault, first=61),)), date(2026, 1, 2), days)
    for day in range(days):
        truth.add(day, [(fault.app_key, "one_click", 100, 90 if day < 61 else 40, 0, 0)], [])
    (found,) = truth.incidents()
    assert (found["state"], found["last_day"]) == (state, last)
    assert (found["level_before"], found["level_now"], found["lost"], found["lost_total"]) == (0.9, 0.4, 50, 28 * 50)


def test_what_no_request_shows_is_left_out() -> None:
    truth = SampleTruth(faults(22, sample_apps(6), 1), date(2026, 1, 1), 22)
    assert [one["kind"] for one in truth.incidents()] == ["data"]


def test_a_quiet_sample_lacks_no_day_and_plants_nothing(tmp_path: Path) -> None:
    report = make(tmp_path, quiet=True, events=200)
    assert report.missing_day is None
    assert len(list((tmp_path / "landing").glob("*/part-*"))) == 22
    assert json.loads((tmp_path / "sample_truth.json").read_text("utf-8"))["incidents"] == []
    assert "--quiet" in (tmp_path / "landing" / MARKER).read_text("utf-8")


def test_a_short_sample_has_nothing_planted_and_every_seed_the_same_apps_and_days(tmp_path: Path) -> None:
    make(tmp_path, days=9, events=20)
    assert json.loads((tmp_path / "sample_truth.json").read_text("utf-8"))["incidents"] == []
    apps = sample_apps(8)
    assert faults(9, apps, 1) == Faults()
    assert faults(55, apps, 1) == faults(55, apps, 2)
    assert faults(56, apps, 1) != faults(56, apps, 2)


@pytest.mark.parametrize("days", [56, 60, 61, 90, 400])
@pytest.mark.parametrize("count", [4, 5, 8, 30])
def test_planted_faults_do_not_overlap(days: int, count: int) -> None:
    apps = sample_apps(count)
    seen = set()
    for seed in range(60):
        wrong = faults(days, apps, seed)
        seen.add(repr(wrong))
        # Nobody signs in by a checked number alone, so these two may meet.
        signing_in = [fault for fault in wrong.rates if fault.channel != "local_verify"]
        assert len(wrong.rates) == len(signing_in) + 1 == 6
        spans = [(fault.first, fault.last) for fault in signing_in[:4]]
        # A baseline of a week, then one after the other, with days to recover in between.
        assert spans[0][0] >= 7
        for (_, last), (first, _) in pairwise(spans):
            assert last is not None
            assert first > last + 2
        one_click = [fault for fault in wrong.rates if fault.channel == "one_click"]
        assert one_click[1].first > (one_click[0].last or days) + 4
        assert wrong.missing_day is not None
        assert days - 30 < wrong.missing_day < days - 1
        assert not any(fault.is_on(wrong.missing_day) for fault in wrong.rates if fault.last is not None)
        # The lasting faults affect sign-ins of two different apps and begin in the last week or two.
        failing, losing_clicks = signing_in[3:]
        assert failing.app_key != losing_clicks.app_key
        assert failing.first + 4 < losing_clicks.first <= days - 5
        assert wrong.missing_day not in {fault.first for fault in wrong.rates}
    assert len(seen) > 50


def test_steps_of_a_visit_share_device_and_attempt_and_follow_each_other(
    sample: tuple[Path, SampleReport, Landing],
) -> None:
    _, _, landing = sample
    visits: dict[str, list[Record]] = {}
    for record in set(landing.records):
        if record.channel != "local_verify" and record.attempt_id:
            visits.setdefault(record.attempt_id, []).append(record)
    orders: Counter[tuple[str, ...]] = Counter()
    for steps in visits.values():
        steps.sort(key=lambda record: record.event_ms)
        assert len({record.device_id for record in steps}) == 1
        # No two at one instant: the order is known.
        assert len({record.event_ms for record in steps}) == len(steps)
        assert steps[-1].event_ms - steps[0].event_ms < 5 * 60_000
        assert business_day(steps[0].event_ms) == business_day(steps[-1].event_ms)
        orders[tuple(f"{record.channel} {record.stage}".removeprefix("one_click ") for record in steps)] += 1
    for order in (
        ("prefetch", "page", "click", "authorize", "verify"),
        ("page", "click", "authorize", "click", "authorize", "verify"),
        ("page", "click", "click", "authorize", "verify"),
        ("page", "click", "authorize", "sms click", "sms authorize"),
        ("prefetch", "page", "click", "authorize", "wechat authorize"),
        ("prefetch", "page"),
        ("sms click",),
        ("login", "wechat authorize"),
    ):
        assert orders[order], order


def test_nobody_comes_back_to_an_app_within_minutes(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, _, landing = sample
    times: dict[tuple[str, str], dict[str, int]] = {}
    for record in landing.records:
        if record.stage != "prefetch" and record.channel != "local_verify" and record.device_id and record.attempt_id:
            visits = times.setdefault((record.app_key, str(record.device_id)), {})
            visits[record.attempt_id] = min(record.event_ms, visits.get(record.attempt_id, record.event_ms))
    apart = [later - earlier for visits in times.values() for earlier, later in pairwise(sorted(visits.values()))]
    assert len(apart) > 1000
    assert min(apart) > 20 * 60_000


def test_one_app_has_no_log_of_its_server_and_one_none_of_its_sdk(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, _, landing = sample
    stages: dict[str, set[str]] = {}
    for record in landing.records:
        if record.channel == "one_click":
            stages.setdefault(record.app_key, set()).add(record.stage)
    # The file of bad lines has pre-fetches of the largest app alone.
    assert stages["sample-app-0005"] == {"prefetch", "page", "click", "authorize"}
    assert stages["sample-unregistered"] == {"login"}
    assert stages["sample-app-0001"] == {"prefetch", "page", "click", "authorize", "verify"}


def test_of_two_schemes_one_has_the_better_page(sample: tuple[Path, SampleReport, Landing]) -> None:
    _, _, landing = sample
    steps: dict[tuple[str, str], set[str]] = {}
    for record in landing.records:
        has_schemes = record.app_key in ("sample-app-0002", "sample-app-0003")
        if has_schemes and record.channel == "one_click" and record.attempt_id:
            steps.setdefault((str(record.scheme_id)[-1], record.attempt_id), set()).add(record.stage)
    rates = {}
    for scheme in ("A", "B"):
        pages = [stages for (name, _), stages in steps.items() if name == scheme and "page" in stages]
        rates[scheme] = sum("verify" in stages for stages in pages) / len(pages)
    assert rates["B"] > rates["A"] + 0.03


def test_an_earlier_sample_is_replaced_and_anything_else_stays(tmp_path: Path) -> None:
    make(tmp_path, days=5)
    report = make(tmp_path, days=2)
    logs = [path for path in (tmp_path / "landing").rglob("*") if path.is_file() and path.name != MARKER]
    assert len(logs) == report.files
    foreign = tmp_path / "other" / "landing" / "real.ndjson"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("{}\n")
    with pytest.raises(UsageError, match="not from a sample"):
        make(tmp_path / "other")
    assert foreign.read_text() == "{}\n"


@pytest.mark.parametrize("wrong", [{"days": 0}, {"apps": 0}, {"events": -1}, {"format": "xml"}])
def test_wrong_arguments_are_refused(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        make(tmp_path, **wrong)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [1, 5, 6, 7, 13])
def test_the_smallest_samples_are_whole(tmp_path: Path, size: int) -> None:
    report = make(tmp_path, days=1, apps=1, events=size)
    assert len(set(read(tmp_path).records)) == size == report.events


def test_the_tables_of_behaviour_are_sound() -> None:
    assert all(abs(sum(share for _, _, share in answers) - 1) < 1e-9 for answers in ANSWERS.values())
    assert Counter(row["situation"] for row in answer_rows()) == dict.fromkeys(ANSWERS, DRAWS)
    assert {sum(len(steps) for steps in people) for people in BLOCKS.values()} == {RECORDS_PER_BLOCK}
    # A visit's number is eight times its block plus its person, and four higher for a person who does not come back
    # after a failure.
    assert max(len(people) for people in BLOCKS.values()) <= 8
    after = [row for row in block_rows() if row["is_after_failure"]]
    assert {row["person"] for row in after} <= {0, 1, 2, 3}
    assert {row["kind"] for row in after} >= {
        "cancelled, then again",
        "failed, then social",
        "refused",
        "exchanged again",
    }
    assert {name for people in BLOCKS.values() for steps in people for name in steps} == set(STEPS)
    assert sum(KINDS.values()) == pytest.approx(1)
    assert Counter(row["draw"] for row in kind_rows()) == dict.fromkeys(range(-1, DRAWS), 4)
    assert {row["kind"] for row in kind_rows()} | {"stuck"} == set(BLOCKS)
    points = clock()
    assert points == sorted(points)
    assert points[0] == 0
    assert points[-1] == LAST_START_MS


def test_progress_counts_days(tmp_path: Path) -> None:
    seen: list[int] = []
    make(tmp_path, days=3, events=10, progress=seen.append)
    assert seen == [1, 2, 3]
