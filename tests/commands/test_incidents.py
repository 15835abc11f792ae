"""`authmeter incidents` and `explain`, and how `run`, `status` and alerts report an open or acknowledged incident."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.contract.status import Status
from pipelines.run.run_end import note_end
from pipelines.store import published_file
from tests.data.failing_sdk import BAD_DAYS, REQUESTS, land_failing_sdk
from tests.published_folder import Call, authmeter
from tests.support import DAY, CopyOf, DataFolder, days_before, morning_after, record, tree, writable

SAID = "import pathlib, sys; pathlib.Path('said.json').write_bytes(sys.stdin.buffer.read())"


@pytest.fixture(scope="module")
def fail_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[date], DataFolder]:
    """Return a function that returns a folder with an open incident, published as of a day. It is made once for each
    day.
    """

    @cache
    def folder_of(day: date) -> DataFolder:
        folder = DataFolder(tmp_path_factory.mktemp("failing") / "data")
        land_failing_sdk(folder, day)
        folder.publish(day)
        return folder

    return folder_of


@pytest.fixture
def failed(fail_once: Callable[[date], DataFolder], yesterday: date) -> DataFolder:
    """Return the folder with an open incident, published as of yesterday; no test may change it."""
    return fail_once(yesterday)


@pytest.fixture
def failing(failed: DataFolder, folder: DataFolder) -> DataFolder:
    """Return a copy of the folder with an open incident that a test may change.

    It lacks the logs, which were read already: commands would look into each copied log again.
    """
    shutil.copytree(
        failed.root, folder.root, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("landing")
    )
    return folder


def send_alerts(folder: DataFolder, day: date, settings: str) -> dict[str, Any] | None:
    """End a run of `day` with these settings of alerts. Return the message that it sent, if any."""
    command = json.dumps([sys.executable, "-c", SAID])
    folder.write("authmeter.toml", f"[alerts]\ncommand = {command}\n{settings}\n")
    file = folder.root / "said.json"
    file.unlink(missing_ok=True)
    note_end(folder.root, morning_after(day), day, None)
    return json.loads(file.read_bytes()) if file.exists() else None


def text_of(day: date) -> str:
    first = days_before(day, BAD_DAYS - 1)
    return (
        f"All apps · One-click login success rate 100% → 55%, day 5 since {first:%m-%d}, "
        f"18 fewer sign-ins on {day:%m-%d}; SDK 2 only 10%"
    )


def note(folder: DataFolder, day: date, app: str = "*", incident_id: str = "") -> None:
    folder.write("registry/notes.csv", f"day,app_key,text,incident_id\n{day},{app},Vendor knows,{incident_id}\n")


def id_of(folder: DataFolder, app: str = "*") -> str:
    ((incident_id,),) = folder.rows(
        f"SELECT incident_id FROM incidents WHERE app_key = '{app}' AND metric = 'technical_success_rate'"
    )
    return str(incident_id)


def test_the_incidents_are_listed_without_their_parts(call: Call, failed: DataFolder, yesterday: date) -> None:
    ended = call("incidents", data=failed.root)
    assert ended.code == 0
    assert ended.out == f"open       {text_of(yesterday)}\n3 more as part of these: --all\n"
    with_parts = call("incidents", "--all", data=failed.root).out.splitlines()
    assert len(with_parts) == 4
    # The largest loss first; of as large a loss the smaller id.
    assert {line.split()[0] for line in with_parts} == {"open", "part"}


def test_the_incidents_for_programs_have_the_columns_of_the_table(
    call: Call, failed: DataFolder, yesterday: date
) -> None:
    given = json.loads(call("incidents", "--all", "--json", data=failed.root).out)
    assert given["as_of"] == str(yesterday)
    shop = next(one for one in given["incidents"] if one["app_key"] == "shop")
    everyone = next(one for one in given["incidents"] if one["incident_id"] == id_of(failed))
    columns = [name for (name,) in failed.rows("SELECT column_name FROM (DESCRIBE incidents)")]
    assert set(columns) < shop.keys()
    assert (shop["cause"], shop["lost"], shop["state"], shop["last_day"]) == ("sdk_version=2", 18, "open", None)
    assert shop["first_day"] == str(days_before(yesterday, BAD_DAYS - 1))
    assert (shop["link"], everyone["link"]) == ("apps/shop/index.html", "index.html")
    assert shop["part_of"] == everyone["incident_id"]
    assert json.loads(call("incidents", "--json", data=failed.root).out)["incidents"] == [everyone]


def test_an_ended_incident_has_its_days_for_programs(call: Call, folder: DataFolder) -> None:
    land_failing_sdk(folder, bad_days=2)
    folder.tables()
    found = json.loads(call("incidents", "--all", "--json", data=folder.root).out)["incidents"]
    days = {str(days_before(DAY, back)) for back in (BAD_DAYS - 1, BAD_DAYS - 2, BAD_DAYS - 4)}
    assert {one[name] for one in found for name in ("first_day", "last_day", "lost_day", "ended_on")} == days


def test_the_incidents_and_their_day_are_of_one_publication(
    call: Call, own: DataFolder, yesterday: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, today = published_file.open_published, days_before(yesterday, -1)
    # A run was killed after the commit of the day, and before its tables were published.
    own.roll_up(today)
    assert own.manifest.as_of == today
    with monkeypatch.context() as patched:

        def opened_before_a_run(database: Path, *given: Any) -> duckdb.DuckDBPyConnection:
            patched.undo()
            connection = opened(database, *given)
            own.tables(today)
            return connection

        patched.setattr(published_file, "open_published", opened_before_a_run)
        ended = call("incidents", "--json", data=own.root)
    # The steps of the run are printed before.
    assert json.loads(ended.out.splitlines()[-1])["as_of"] == str(yesterday)
    assert json.loads(call("incidents", "--json", data=own.root).out)["as_of"] == str(today)


@pytest.mark.parametrize(
    ("command", "table", "code"),
    [
        (("incidents",), "incidents", 2),
        (("explain", "--channel", "one_click", "--now", "2026-03-01..2026-03-02", "--before", "2026-02-01..2026-02-02"),
         "channels", 2),
        (("check",), "withdrawn_incidents", 0),
    ],
)  # fmt: skip
def test_tables_of_an_older_version_are_no_fault(
    call: Call, failing: DataFolder, yesterday: date, command: tuple[str, ...], table: str, code: int
) -> None:
    note(failing, yesterday, "shop", "0" * 16)
    with closing(duckdb.connect(writable(failing.store.database))) as connection:
        connection.execute(f"DROP TABLE {table}")
    ended = call(*command, data=failing.root)
    assert ended.code == code, ended
    assert ("older version of authmeter" in ended.err) == (code == 2)


def test_a_folder_without_an_incident_says_so(call: Call, published: DataFolder) -> None:
    assert call("incidents", data=published.root).out == "no incident\n"
    assert json.loads(call("incidents", "--json", data=published.root).out)["incidents"] == []


def test_letters_that_the_terminal_lacks_are_escaped(failed: DataFolder) -> None:
    ended = authmeter("incidents", "--all", data=failed.root, PYTHONIOENCODING="ascii")
    assert ended.code == 0, ended
    assert r"part       \u793a\u4f8b\u94b1\u5305 \u00b7 One-click login" in ended.out


def test_json_is_whole_where_the_terminal_lacks_letters(failing: DataFolder) -> None:
    with closing(duckdb.connect(writable(failing.store.database))) as connection:
        connection.execute("UPDATE apps SET app_name = 'Café 🛒' WHERE app_name = '示例钱包'")
    ended = authmeter("incidents", "--all", "--json", data=failing.root, PYTHONIOENCODING="ascii")
    assert ended.code == 0, ended
    assert "Café 🛒" in {one["app_name"] for one in json.loads(ended.out)["incidents"]}


def test_an_open_incident_is_in_the_exit_code_until_it_is_acknowledged(
    call: Call, failing: DataFolder, yesterday: date
) -> None:
    site = tree(failing.store.site)
    ended = call("run", data=failing.root)
    assert ended.code == 3
    assert f"incident: {text_of(yesterday)}\n" in ended.out
    # The run had no new input, so the site did not change.
    assert tree(failing.store.site) == site
    status = call("status", data=failing.root)
    assert status.code == 3
    assert f"incident      {text_of(yesterday)}\n" in status.out
    assert "authmeter incidents" in status.out
    note(failing, days_before(yesterday, BAD_DAYS))
    ended = call("run", data=failing.root)
    assert ended.code == 0
    assert f"incident: {text_of(yesterday)} (acknowledged)\n" in ended.out
    status = call("status", data=failing.root)
    assert status.code == 0
    assert "note          Vendor knows\n" in status.out
    assert "authmeter incidents" not in status.out
    assert "Vendor knows" in call("incidents", data=failing.root).out


def test_a_row_that_names_it_acknowledges_it_whatever_its_day_and_app(
    call: Call, failing: DataFolder, yesterday: date
) -> None:
    note(failing, days_before(yesterday, 90), "shop", id_of(failing))
    failing.tables(yesterday)
    (one,) = json.loads(call("incidents", "--json", data=failing.root).out)["incidents"]
    assert (one["acknowledged"], one["note"]) == (
        True, {"day": str(days_before(yesterday, 90)), "text": "Vendor knows"},
    )  # fmt: skip
    status = call("status", "--json", data=failing.root)
    assert (status.code, json.loads(status.out)["incidents"][0]["acknowledged"]) == (0, True)
    assert send_alerts(failing, yesterday, 'on = ["warning"]') is None


def test_a_row_that_names_no_incident_is_reported_and_changes_nothing(
    call: Call, failing: DataFolder, yesterday: date
) -> None:
    note(failing, yesterday, "", "0" * 16)
    checked = call("check", data=failing.root)
    assert checked.code == 3
    assert f"incidents that do not exist; these rows acknowledge nothing: {'0' * 16}" in checked.out
    failing.tables(yesterday)
    ended = call("status", data=failing.root)
    assert ended.code == 3, "it is no note of all apps either"
    assert "notice        unknown_incidents: registry/notes.csv names incidents that do not exist; these" in ended.out
    (notice,) = json.loads(call("status", "--json", data=failing.root).out)["notices"]
    assert (notice["check"], notice["severity"]) == ("unknown_incidents", "notice")
    assert "leave incident_id empty" in notice["do"]
    # A day older than the retention has no incidents any more, so the id of its note cannot be checked.
    note(failing, days_before(yesterday, 400), "", "0" * 16)
    assert call("check", data=failing.root).code == 0


def test_an_incident_that_is_only_worth_a_line_is_not_in_the_exit_code(
    call: Call, failing: DataFolder, yesterday: date
) -> None:
    with closing(duckdb.connect(writable(failing.store.database))) as connection:
        connection.execute("UPDATE incidents SET kind = 'further', metric = 'slow_fall' WHERE part_of IS NULL")
    status = call("status", data=failing.root)
    assert status.code == 0
    assert "incident      All apps · One-click login success rate 100% → 55% over four weeks" in status.out


def test_an_open_part_of_an_ended_incident_is_reported_by_itself(call: Call, failing: DataFolder) -> None:
    with closing(duckdb.connect(writable(failing.store.database))) as connection:
        connection.execute("UPDATE incidents SET state = 'recovered', last_day = first_day WHERE app_key = '*'")
    status = call("status", data=failing.root)
    assert status.code == 3
    assert "incident      示例钱包 · One-click login success rate 100% → 55%" in status.out
    assert "problems      2 problems are happening" in status.out
    listed = call("incidents", data=failing.root).out.splitlines()
    assert [line.split()[0] for line in listed] == ["open", "open", "recovered", "1"]


def test_the_status_for_programs_lists_the_open_incident(call: Call, failing: DataFolder, yesterday: date) -> None:
    note_end(failing.root, morning_after(yesterday), yesterday, None)
    noted = Status.model_validate_json((failing.root / "status.json").read_bytes())
    status = Status.model_validate_json(call("status", "--json", data=failing.root).out)
    assert noted.incidents == status.incidents
    (one,) = status.incidents
    assert (one.app_key, one.cause, one.days, one.lost) == ("*", "sdk_version=2", BAD_DAYS, 18)
    assert (one.text_en, one.link, one.notes) == (text_of(yesterday), "index.html", [])
    assert not one.acknowledged
    assert (noted.state, noted.schema_version) == ("warning", 1)


def test_pages_status_and_message_say_the_same_number_of_problems(
    call: Call, failing: DataFolder, yesterday: date
) -> None:
    said = send_alerts(failing, yesterday, 'language = "en"')
    assert said
    words = "1 problem is happening"
    for page, pattern in (
        ("index", r'<h1 class="sentence \w+">(.*?)</h1>'),
        ("quality", r'class="verdict bad">(.*?)</p>'),
    ):
        headline = re.search(pattern, (failing.store.site / f"{page}.html").read_text("utf-8"))
        assert headline
        assert words in headline.group(1)
    assert f"problems      {words}\n" in call("status", data=failing.root).out
    assert f"In all: {words}\n" in said["body"]
    assert said["problems"] == {"open": 1, "acknowledged": 0, "to_look_at": 0, "warnings": 0}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_message_of_the_day_tells_it_once_with_its_link(
    failing: DataFolder, yesterday: date, language: str
) -> None:
    # On a Monday, the message of the week would follow.
    settings = f'language = "{language}"\non = ["failed", "late", "warning", "daily"]'
    said = send_alerts(failing, yesterday, settings)
    assert said
    (one,) = said["incidents"]
    assert (one["incident_id"], one["link"]) == (id_of(failing), "index.html")
    assert one["text"] == text_of(yesterday) if language == "en" else "少 18 次登录；SDK 2 仅 10%" in one["text"]
    first = f"{days_before(yesterday, BAD_DAYS - 1):%m-%d}"
    title, cause, loss = {
        "en": (f"All apps One-click login success rate 100%→55%, day 5 since {first}",
               "Cause: SDK 2 (10%, all others 100%)", f"Loss: 18 fewer sign-ins on {yesterday:%m-%d}, 90 in all"),
        "zh": (f"全部应用 一键登录成功率 100%→55%，{first} 起第 5 天",
               "原因：SDK 2（10%，其余 100%）", f"损失：{yesterday:%m-%d} 少 18 次登录，累计 90"),
    }[language]  # fmt: skip
    assert said["title"] == f"❗{title}"
    assert said["body"].splitlines()[1:3] == [cause, loss]
    # The line to copy, which acknowledges it.
    known = "<your note>" if language == "en" else "<情况说明>"
    assert f"{yesterday},*,{known},{id_of(failing)}" in said["body"]
    # A run with nothing new sends nothing new.
    assert send_alerts(failing, yesterday, settings) is None


def test_who_asked_for_warnings_alone_hears_of_what_nobody_acknowledged(failing: DataFolder, yesterday: date) -> None:
    said = send_alerts(failing, yesterday, 'on = ["warning"]')
    assert said
    assert said["kind"] == "warning"


def test_an_incident_keeps_its_id_on_the_next_day(failing: DataFolder, yesterday: date) -> None:
    before = failing.rows("SELECT incident_id, days FROM incidents WHERE kind = 'rate' ORDER BY 1")
    last = days_before(yesterday, -1)
    rows = [record(f"n{number}", last, channel="one_click", stage="authorize",
                   sdk_version="2" if number % 2 else "1", outcome="error" if number % 2 else "success")
            for number in range(REQUESTS)]  # fmt: skip
    failing.land("next.ndjson", rows)
    failing.tables(last)
    assert failing.rows("SELECT incident_id, days - 1 FROM incidents WHERE kind = 'rate' ORDER BY 1") == before != []


def span(last: date, days: int) -> str:
    return f"{days_before(last, days - 1)}..{last}"


def explained(call: Call, folder: DataFolder, now: str, before: str, *more: str) -> tuple[int, str, str]:
    ended = call("explain", "--channel", "one_click", "--now", now, "--before", before, *more, data=folder.root)
    return ended.code, ended.out, ended.err


def test_a_change_is_explained_by_the_cell_that_changed(call: Call, failed: DataFolder, yesterday: date) -> None:
    now, before = span(yesterday, 3), span(days_before(yesterday, BAD_DAYS), 7)
    code, out, _ = explained(call, failed, now, before, "--app", "shop")
    assert code == 0
    assert "technical_success_rate of one_click, shop: 100.00% → 55.00%\n" in out
    assert f"now      {now}: 66 of 120, 3 of 3 days with data\n" in out
    assert (
        "cause    cell: sdk_version=2\n         100.0% → 10.0%, the rest 100.0% → 100.0%; 100.0% of the change" in out
    )
    given = json.loads(explained(call, failed, now, before, "--app", "shop", "--json")[1])
    assert (given["cause_kind"], given["cause"], given["cause_now"]) == ("cell", "sdk_version=2", pytest.approx(0.1))
    wide = f"{days_before(yesterday, 2)}..9999-12-31"
    code, out, _ = explained(call, failed, wide, f"0001-01-01..{days_before(yesterday, BAD_DAYS)}", "--app", "shop")
    assert code == 0
    assert f"now      {wide}: 66 of 120, 3 of " in out
    assert explained(call, failed, "9999-12-30..9999-12-31", before)[0] == 2
    cells = [cell for cell in given["cells"] if cell["dimension"] == "sdk_version"]
    assert [(cell["value"], cell["requests_now"], cell["successes_now"]) for cell in cells] == [
        ("1", 60, 60), ("2", 60, 6),
    ]  # fmt: skip
    change = given["rate_now"] - given["rate_before"]
    assert sum(cell["mix_effect"] + cell["rate_effect"] for cell in cells) == pytest.approx(change)


def test_a_rise_has_the_cause_of_the_fall_back_and_what_stays_has_none(
    call: Call, failed: DataFolder, yesterday: date
) -> None:
    good, bad = span(days_before(yesterday, BAD_DAYS), 7), span(yesterday, 3)
    rise = json.loads(explained(call, failed, good, bad, "--json")[1])
    assert (rise["app_key"], rise["cause"]) == ("*", "sdk_version=2")
    assert (rise["cause_before"], rise["cause_now"]) == (pytest.approx(0.1), 1)
    assert any(cell["dimension"] == "app_key & platform" for cell in rise["cells"])
    stays = explained(call, failed, good, span(days_before(yesterday, 12), 60))[1]
    assert ", 8 of 60 days with data\n" in stays
    assert "100.00% → 100.00%" in stays
    assert "cause    broad\n" in stays


@pytest.fixture(scope="module")
def with_sessions(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """Return a folder with sixty sessions on each of two days.

    On the newer day, sessions on iOS fail at the first try, and a third of these do not sign in. Half of the sessions
    on Android sign in without a click.
    """
    folder = DataFolder(tmp_path_factory.mktemp("sessions") / "data")
    for day in (days_before(DAY, 1), DAY):
        rows = []
        for place in range(60):
            device = {"device_id": f"d{place}", "platform": "ios" if place % 2 else "android"}
            rows += [
                record(f"p{channel}{day}{place}", day, channel=channel, stage="prefetch", **device)
                for channel in ("one_click", "wechat")
            ]
            rows.append(record(f"s{day}{place}", day, stage="page", **device))
            if day != DAY or place % 4:
                rows.append(record(f"c{day}{place}", day, stage="click", **device))
            at = {"event_time": f"{day}T10:00:05+08:00"}
            if day == DAY and place % 2:
                rows.append(record(f"f{day}{place}", day, outcome="timeout", **device | at))
                at = {"event_time": f"{day}T10:00:09+08:00"}
            if day != DAY or place % 6 != 1:
                rows.append(record(f"a{day}{place}", day, **device | at))
        folder.land(f"{day}.ndjson", rows)
    folder.tables()
    return folder


@pytest.mark.parametrize(
    ("metric", "channel", "now", "cause"),
    [
        ("sign_in_rate", "*", (50, 60), "platform=ios"),
        ("page_rate", "one_click", (50, 60), "platform=ios"),
        ("click_rate", "one_click", (45, 60), "platform=android"),
        ("eligible_rate", "one_click", (60, 60), None),
    ],
)
def test_rates_of_sessions_are_explained(
    call: Call, with_sessions: DataFolder, metric: str, channel: str, now: tuple[int, int], cause: str | None
) -> None:
    spans = ("--now", span(DAY, 1), "--before", span(days_before(DAY, 1), 1))
    given = json.loads(call("explain", "--metric", metric, *spans, "--json", data=with_sessions.root).out)
    assert (given["channel"], given["successes_now"], given["requests_now"]) == (channel, *now)
    assert given["cause"] == cause
    assert given["requests_before"] == 60
    change = given["rate_now"] - given["rate_before"]
    for dimension in {cell["dimension"] for cell in given["cells"]}:
        cells = [cell for cell in given["cells"] if cell["dimension"] == dimension]
        assert sum(cell["mix_effect"] + cell["rate_effect"] for cell in cells) == pytest.approx(change)
    out = call(
        "explain", "--metric", metric, "--channel", channel, "--app", "shop", *spans, data=with_sessions.root
    ).out
    noun = "requests" if metric == "eligible_rate" else "sessions"
    assert re.search(rf"^dimension +value +{noun} +rate", out, re.MULTILINE)
    assert out.startswith(f"{metric}, shop: " if channel == "*" else f"{metric} of {channel}, shop: ")


def apps_that_lack_steps(folder: DataFolder) -> None:
    """Publish two days of `shop`, which does not log clicks, and of `bank`, which logs only few pages, and no clicks.

    Some sessions of `pay` fail on the newer day.
    """
    folder.land("a.ndjson", [
        record(f"{app} {day} {stage} {device}", day, app_key=app, stage=stage, device_id=f"d{device}")
        for day in (days_before(DAY, 1), DAY) for app, stages in (("shop", 4), ("bank", 1)) for device in range(4)
        for stage in ("page", "authorize") if stage == "authorize" or device < stages
    ])  # fmt: skip
    folder.land("pay.ndjson", [
        record(f"{device} {time}", app_key="pay", event_time=f"{DAY}T{time}+08:00", outcome=outcome, device_id=device)
        for device, time, outcome in (
            ("back", "10:00:00", "timeout"), ("back", "10:00:09", "success"), ("lost", "10:00:00", "timeout"),
            ("cut", "23:59:00", "timeout"), ("direct", "10:00:00", "success"),
        )
    ])  # fmt: skip
    folder.tables()


def test_the_recovery_rate_is_of_failed_sessions_that_midnight_did_not_cut(call: Call, made_once: CopyOf) -> None:
    options = ("--metric", "recovery_rate", "--app", "pay", "--now", span(DAY, 1), "--before", span(DAY, 1), "--json")
    given = json.loads(call("explain", *options, data=made_once(apps_that_lack_steps).root).out)
    assert (given["successes_now"], given["requests_now"], given["rate_now"]) == (1, 2, 0.5)
    cells = {(one["dimension"], one["value"]): one["requests_now"] for one in given["cells"]}
    assert cells["failed_channel", "one_click"] == cells["failure", "timeout"] == 2


def test_a_rate_of_a_step_that_the_logs_lack_is_refused(call: Call, made_once: CopyOf) -> None:
    """The click rate of `shop` would be 0 %."""
    folder, before = made_once(apps_that_lack_steps), days_before(DAY, 1)

    def explained(metric: str, app: str) -> tuple[int, str]:
        spans = ("--now", span(DAY, 1), "--before", span(before, 1))
        ended = call("explain", "--metric", metric, "--app", app, *spans, data=folder.root)
        return ended.code, " ".join((ended.out + ended.err).replace("│", "").split())

    code, said = explained("page_rate", "shop")
    assert (code, "100.00% → 100.00%" in said) == (0, True)
    for metric, app, step in (("click_rate", "shop", "click"), ("page_rate", "bank", "page")):
        code, said = explained(metric, app)
        assert code == 2, said
        assert f"The logs from {before} to {before} lack the step {step}." in said
        assert f"Choose days with records of stage `{step}`." in said
        assert "%" not in said


def test_a_rate_of_sessions_needs_sessions_and_its_own_channel(call: Call, with_sessions: DataFolder) -> None:
    spans = ("--now", span(DAY, 1), "--before", span(days_before(DAY, 1), 1))

    def refused(*options: str) -> str:
        ended = call("explain", *options, *spans, data=with_sessions.root)
        assert ended.code == 2
        return " ".join(ended.err.replace("│", "").split())

    # No session failed on the day before.
    none = refused("--metric", "recovery_rate")
    assert "recovery_rate has no session from" in none
    assert f"Choose days with data, from {days_before(DAY, 1)} to {DAY}." in none
    assert "qq has no rate 'sign_in_rate'." in refused("--metric", "sign_in_rate", "--channel", "qq")
    assert "No rate is chosen." in refused("--metric", "technical_success_rate")
    assert "No rate is chosen." in refused()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"--channel": "fax"}, "The channel 'fax' does not exist."), ({"--app": "nobody"}, "No app 'nobody'"),
        ({"--now": "2026-03-01"}, "not a span of days"), ({"--now": "2026-03-02..2026-03-01"}, "ends before it begins"),
        ({"--before": "2020-03-01..2020-03-02"}, "one_click has no request from 2020-03-01 to 2020-03-02."),
        ({"--metric": "volume"}, "one_click has no rate 'volume'."),
        ({"--channel": "qq"}, "qq has no request"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_explained_is_refused(
    call: Call, failed: DataFolder, yesterday: date, given: dict[str, str], words: str
) -> None:
    options = {"--channel": "one_click", "--now": span(yesterday, 3), "--before": span(yesterday, 9)} | given
    ended = call("explain", *(part for option in options.items() for part in option), data=failed.root)
    assert ended.code == 2
    assert words in " ".join(ended.err.replace("│", "").split())
