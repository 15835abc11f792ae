"""The frames of `reports.notebook` are the published tables, and its figures look like the charts of the pages."""

from __future__ import annotations

import json
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.common.errors import UsageError
from pipelines.common.project import PROJECT
from pipelines.contract.measures.session_metrics import FUNNEL
from pipelines.store.published_file import UnreadablePublicationError, open_published
from reports import notebook
from reports.charts.shapes import LOOKS, charts, layout
from reports.content import context
from reports.content.incidents.cards import incident_cards
from reports.content.incidents.incidents import ListedIncident, PageIncidents
from reports.content.published import PublishedTables
from tests.data.published_tables import FIRST_BACK, MISSING_BACK, OPEN_INCIDENTS, day
from tests.support import DAY, DataFolder, damage_blocks, days_before, record


@pytest.fixture(scope="module")
def data(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that contains only the published file."""
    folder = tmp_path_factory.mktemp("notebook") / "data"
    (folder / "warehouse").mkdir(parents=True)
    shutil.copy(database, folder / "warehouse")
    return folder


@pytest.fixture(scope="module")
def opened(data: Path) -> Iterator[notebook.Notebook]:
    with notebook.open(data, language="en") as found:
        yield found


@pytest.fixture(scope="module")
def zh(data: Path) -> Iterator[notebook.Notebook]:
    with notebook.open(str(data), theme="dark") as found:
        yield found


@pytest.fixture(scope="module")
def connection(data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(str(data / "warehouse" / "authmeter.duckdb"), read_only=True)) as found:
        yield found


def test_every_published_table_is_a_frame(
    opened: notebook.Notebook, connection: duckdb.DuckDBPyConnection, data: Path
) -> None:
    for name in opened.tables:
        relation = connection.sql(f"FROM {name}")
        frame = opened.table(name)
        assert (frame.columns, frame.height) == (relation.columns, len(relation)), name
    found = opened.table("channel_daily").filter(app_key="shop", channel="wechat", day=day(0))
    assert found["authorizations"].to_list() == [6]
    assert opened.table("channel_daily").schema["day"] == pl.Date


def test_a_damaged_file_is_reported_in_words(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    damage_blocks(tmp_path / "data" / "warehouse" / "authmeter.duckdb", every=1)
    with pytest.raises(UnreadablePublicationError, match="what to do: Remove warehouse/"):
        notebook.open(tmp_path / "data").table("outcome_daily")


def test_a_quarter_begins_with_the_first_record_and_a_channel_without_a_row_is_zero(opened: notebook.Notebook) -> None:
    for app_key in ("shop", "*"):
        figure = opened.trend(app_key, days=90)
        assert figure.data[0].x[0] == str(day(FIRST_BACK))
    # The app `idle` has no sign-ins: every line is drawn, without a value.
    idle = opened.trend("idle", chart="authorization_rate")
    assert {value for line in idle.data for value in line.y} == {None}
    assert [one.text for one in idle.layout.annotations] == ["no data"]


def test_a_line_alone_has_what_is_usual_and_the_span_before(opened: notebook.Notebook) -> None:
    """The values of the shapes are tested elsewhere: lines in `test_charts_in_browser.py`, ranges by `norm_cases.json`
    and `chart_cases.json`.
    """
    figure = opened.trend("shop", "technical_success_rate", days=7, series="wechat")
    assert [line.meta["series"] for line in figure.data] == ["wechat"]
    shapes = {shape.name: shape for shape in figure.layout.shapes}
    assert shapes["norm"].fillcolor == LOOKS["wechat"].light
    assert shapes["previous"].path.startswith(f"M{day(6)}")
    assert not {"norm", "previous"} & {shape.name for shape in opened.trend("shop", days=7).layout.shapes}


def labels(figure: Any, kind: str) -> dict[str, str]:
    return {shape.x0: shape.label.text for shape in figure.layout.shapes if shape.name == kind}


@pytest.mark.parametrize(
    ("language", "incident", "volume", "noted"),
    [("en", "Incident · One-click login", "Incident", "Noted"), ("zh", "异常 · 一键登录", "异常", "备注")],
)
def test_incidents_notes_releases_and_gaps_are_marked(
    request: pytest.FixtureRequest, language: str, incident: str, volume: str, noted: str
) -> None:
    found = request.getfixturevalue("opened" if language == "en" else "zh")
    figure = found.trend("shop", "authorizations")
    assert labels(figure, "incident") == {str(day(25)): volume, str(day(10)): incident}
    assert labels(figure, "note").keys() == {str(day(12)), str(day(9))}
    assert noted in labels(figure, "note").values()
    assert labels(figure, "release").keys() == {str(day(10))}
    gap = next(shape for shape in figure.layout.shapes if shape.name == "gap")
    assert (gap.x0, gap.x1) == (f"{day(MISSING_BACK + 1)} 12:00", f"{day(MISSING_BACK)} 12:00")


def test_words_and_colours_are_those_of_the_pages(opened: notebook.Notebook, zh: notebook.Notebook) -> None:
    for found, language, theme in ((opened, "en", "light"), (zh, "zh", "dark")):
        for name, chart in charts().items():
            figure = found.trend(chart=name, days=7)
            assert figure.layout.title.text.endswith(f" · {getattr(chart.title, language)}")
            expected = layout(language, theme)
            assert figure.layout.font.to_plotly_json() == expected["font"]
            assert figure.layout.plot_bgcolor == expected["plot_bgcolor"]
            names = {one.name: one for one in chart.series}
            for line, label in zip(figure.data, figure.layout.annotations, strict=True):
                look = LOOKS[names[line.meta["series"]].look]
                assert line.line.color == line.marker.color == label.font.color == getattr(look, theme)
                assert line.marker.symbol == look.marker
                assert line.name == getattr(names[line.meta["series"]].label, language)
                assert label.text == getattr(look.label, language)
    assert "周" in zh.trend(days=7).layout.xaxis.ticktext[0]


def test_a_name_from_a_log_is_no_tag(opened: notebook.Notebook) -> None:
    text = opened.trend("img").layout.title.text
    assert "<" not in text
    assert "‹img src=x" in text


def test_the_curve_of_an_incident_is_that_of_its_card(opened: notebook.Notebook, data: Path) -> None:
    with closing(open_published(data / "warehouse" / "authmeter.duckdb")) as raw:
        marts = PublishedTables(raw)
        quality = context.quality_by_day(marts)
        incidents = PageIncidents(marts, {app.key: app for app in context.apps(marts)})
        entries = [ListedIncident(one, ()) for one in incidents.all if one.incident_id in OPEN_INCIDENTS]
        cards = {card.entry.incident.incident_id: card for card in incident_cards(marts, entries, quality)}
    assert set(cards) == set(OPEN_INCIDENTS)
    for incident_id, card in cards.items():
        curve = json.loads(card.figures)
        figure = opened.incident(incident_id)
        (line,) = figure.data
        expected = [value for _, value, _, _ in curve["days"]]
        assert list(line.x) == [at for at, *_ in curve["days"]]
        assert [None if value is None else round(value, 4) for value in line.y] == expected
        assert line.name == curve["name"][1]
        assert figure.layout.title.subtitle.text == card.curve_words.en
        first = card.entry.incident.published.incident.first_day
        assert labels(figure, "incident") == {str(first): f"{first:%m-%d}"}
        assert [one.text for one in figure.layout.annotations] == [card.before.en, card.now.en]


def test_the_funnel_is_the_sums_of_its_table(
    opened: notebook.Notebook, zh: notebook.Notebook, connection: duckdb.DuckDBPyConnection
) -> None:
    sums = ", ".join(f"sum({name})::INTEGER" for name in ("sessions", *FUNNEL))
    for app_key in ("shop", "*"):
        (row,) = connection.execute(
            f"SELECT {sums} FROM funnel_daily WHERE day > $last::DATE - 7 AND $app IN (app_key, '*')",
            {"last": day(0), "app": app_key},
        ).fetchall()
        counts = dict(zip(("sessions", *FUNNEL), row, strict=True))
        assert counts["sessions"]
        (bars,) = opened.funnel(app_key).data
        assert list(bars.x) == [counts[name] for name in ("page", "click", "authorize", "verify", "signed_in")]
        assert bars.text[0] == f"{counts['page']:,}"
    assert list(bars.y)[:2] == ["Authorization page", "Click"]
    assert zh.funnel().layout.title.text == "全部应用 · 一键登录漏斗"


def test_a_funnel_rate_of_a_step_that_the_logs_lack_is_a_dash(
    opened: notebook.Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = dict.fromkeys(("sessions", *FUNNEL), 60) | {"click": 29, "page_click": 29, "click_authorize": 29}
    monkeypatch.setattr("reports.plots.funnel.funnel_counts", lambda *_: counts)
    (bars,) = opened.funnel().data
    assert list(bars.text) == ["60", "29 · —", "60 · —", "60 · 100.00%", "60 · 100.00%"]


def test_packages_are_the_ledger_and_the_forecast(
    opened: notebook.Notebook, connection: duckdb.DuckDBPyConnection
) -> None:
    figure = opened.packages("default")
    layers = {
        line.name: dict(zip(map(date.fromisoformat, line.x), line.y, strict=True))
        for line in figure.data
        if line.stackgroup
    }
    assert list(layers) == ["pkg-2", "pkg-1", "old"]
    for name, values in layers.items():
        left = dict(
            connection.execute(
                "SELECT day, remaining FROM resource_package_daily WHERE resource_package_id = $name", {"name": name}
            ).fetchall()
        )
        assert values == {one: left.get(one, 0) for one in values}
    (ahead,) = (line for line in figure.data if line.name == "Total left, forecast after the data day")
    assert ahead.y[0] == sum(values[day(0)] for values in layers.values())
    assert ahead.line.dash == "5px,3px"
    assert labels(figure, "now").keys() == {str(day(0))}


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda found: found.trend("shopp"), "shop"),
        (lambda found: found.trend(chart="autorizations"), "authorizations"),
        (lambda found: found.trend(series="wechatt"), "wechat"),
        (lambda found: found.trend(days=8), "7, 30, 90"),
        (lambda found: found.funnel(days=1), "7, 30, 90"),
        (lambda found: found.incident("shop-rat"), "shop-rate"),
        (lambda found: found.packages("defaul"), "default"),
        (lambda found: found.table("chanel_daily"), ". Similar names: channel_daily, "),
    ],
)
def test_what_is_unknown_is_refused_with_what_is_known(
    opened: notebook.Notebook, ask: Callable[[notebook.Notebook], object], words: str
) -> None:
    with pytest.raises(UsageError) as error:
        ask(opened)
    assert words in error.value.do


def test_nothing_published_no_language_and_no_theme_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing is published yet"):
        notebook.open(tmp_path)
    with pytest.raises(UsageError, match="'fr' is unknown"):
        notebook.open(data, language="fr")
    with pytest.raises(UsageError, match="'pink' is unknown"):
        notebook.open(data, theme="pink")


def test_closed_tables_are_not_called_damaged(data: Path) -> None:
    with notebook.open(data) as opened:
        opened.trend()
    for ask in (lambda: opened.table("apps"), opened.trend, opened.funnel, lambda: opened.incident("shop-rate")):
        with pytest.raises(UsageError, match="The published tables are closed"):
            ask()


def test_the_script_of_the_docs_runs_and_plotly_is_loaded_by_the_first_figure(data: Path) -> None:
    script = (
        "import runpy, sys; import pipelines.cli, pipelines.run.daily_run, reports.build.site;"
        "from reports import notebook;"
        "notebook.open(sys.argv[1]).table('apps'); assert 'plotly' not in sys.modules;"
        "runpy.run_path('docs/notebook.py'); assert 'plotly' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", script, str(data)], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "default" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("is_empty", [False, True])
def test_the_script_of_the_docs_runs_over_a_week_without_authorizations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_empty: bool
) -> None:
    made = DataFolder(tmp_path / "data")
    if not is_empty:
        made.land("log.ndjson", [record("text", channel="sms"), record("earlier", days_before(DAY, 7))])
    made.tables()
    monkeypatch.setattr(sys, "argv", ["notebook.py", str(made.root)])
    ran = runpy.run_path(str(PROJECT / "docs" / "notebook.py"))
    assert ran["apps"]["authorizations"].to_list() == ([] if is_empty else [0])
