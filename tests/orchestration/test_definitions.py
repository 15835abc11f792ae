"""The Dagster definitions read nothing when imported. Their assets have groups, kinds and descriptions for users."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.workspace.autodiscovery import loadable_targets_from_python_module

from pipelines.common.project import PROJECT
from pipelines.contract.checks import CHECKS
from pipelines.contract.settings.settings import AlertSettings, Settings
from pipelines.contract.tables.tables import TABLES
from pipelines.definitions import definitions
from pipelines.orchestration.definitions.code_location import build_definitions
from pipelines.orchestration.definitions.resource import DataFolder

# Imports the definitions; says which files of a folder that opened, and whether it looked into the environment. Then
# loads them as Dagster does, for a data folder that does not exist.
WATCHED = """
import json, os, sys
import dagster
folder, opened, asked = sys.argv[1], [], []
class Watched(type(os.environ)):
    def __getitem__(self, name):
        asked.append(name)
        return super().__getitem__(name)
os.environ.__class__ = Watched
def watch(event, arguments):
    if event in ("open", "os.listdir", "os.scandir", "sqlite3.connect") and str(arguments[0]).startswith(folder):
        opened.append(str(arguments[0]))
sys.addaudithook(watch)
import pipelines.definitions
at_import = {"opened": list(opened), "asked": [name for name in asked if name.startswith("AUTHMETER")]}
os.environ["AUTHMETER_DATA"] = os.path.join(folder, "new")
schedule = pipelines.definitions.definitions().resolve_schedule_def("daily_schedule")
loaded = [schedule.cron_schedule, schedule.execution_timezone, schedule.default_status.value]
print(json.dumps([at_import, loaded]))
"""


@pytest.fixture(scope="module")
def graph() -> Any:
    return build_definitions(DataFolder(), Settings()).resolve_asset_graph()


def names(keys: Any) -> set[str]:
    return {key.path[-1] for key in keys}


def test_importing_them_reads_neither_environment_nor_data_folder_and_loading_them_makes_nothing(
    tmp_path: Path,
) -> None:
    """A deprecation warning of Dagster would make the program fail."""
    settings = tmp_path / "authmeter.toml"
    settings.write_text("this is = no TOML =")
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:dagster", "-c", WATCHED, str(tmp_path)], cwd=PROJECT,
        env=os.environ | {"AUTHMETER_DATA": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    at_import, loaded = json.loads(done.stdout)
    assert at_import == {"opened": [], "asked": []}
    assert loaded == ["30 2 * * *", "Asia/Shanghai", "RUNNING"]
    assert list(tmp_path.iterdir()) == [settings]


@pytest.mark.parametrize(
    ("settings", "cron", "zone"),
    [
        ('schedule_time = "05:07"\ntimezone = "America/New_York"\n', "7 5 * * *", "America/New_York"),
        ("this is = no TOML =", "30 2 * * *", "Asia/Shanghai"),
    ],
)
def test_definitions_load_and_their_schedule_follows_settings_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, cron: str, zone: str
) -> None:
    (tmp_path / "authmeter.toml").write_text(settings)
    monkeypatch.setenv("AUTHMETER_DATA", str(tmp_path))
    dg.Definitions.validate_loadable(definitions())
    schedule = definitions().resolve_schedule_def("daily_schedule")
    assert (schedule.cron_schedule, schedule.execution_timezone) == (cron, zone)


def test_the_graph_leads_from_buckets_over_landing_to_site(graph: Any) -> None:
    parents = {key.path[-1]: names(graph.get(key).parent_keys) for key in graph.get_all_asset_keys()}
    assert parents == {
        "fetched_objects": set(),
        "landing": {"fetched_objects"},
        "registry": set(),
        "event_parts": {"fetched_objects", "landing"},
        "day_tables": {"event_parts", "registry"},
        **{table: {"day_tables", "registry"} for table in TABLES},
        "site": set(TABLES),
        "exports": set(TABLES),
        "site_copy": {"site", "exports"},
    }
    assert names(graph.external_asset_keys) == {"landing", "registry"}


def test_an_asset_has_its_group_kinds_and_description(graph: Any) -> None:
    groups: dict[str, set[str]] = {}
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        groups.setdefault(node.group_name, set()).add(key.path[-1])
        assert node.kinds, key
        assert node.description, key
    assert groups == {
        "landing": {"fetched_objects", "landing", "registry"},
        "events": {"event_parts"},
        "days": {"day_tables"},
        "marts": set(TABLES),
        "reports": {"site", "exports", "site_copy"},
    }


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_has_its_grain_and_columns(graph: Any, table: Any) -> None:
    node = graph.get(dg.AssetKey(table.name))
    assert table.grain in str(node.description)
    schema = node.metadata["dagster/column_schema"]
    assert {column.name: column.type for column in schema.columns} == table.columns


def test_partitions_are_the_days_that_runs_add(graph: Any) -> None:
    partitioned = [key for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned]
    assert names(partitioned) == {"day_tables"}
    definition = graph.get(dg.AssetKey("day_tables")).partitions_def
    assert isinstance(definition, dg.DynamicPartitionsDefinition)
    assert definition.name == "business_days"


def test_each_check_stands_on_the_asset_that_it_judges(graph: Any) -> None:
    found = {key.name: graph.get_check_spec(key) for key in graph.asset_check_keys}
    assert found.keys() == CHECKS.keys()
    for name, check in CHECKS.items():
        assert found[name].asset_key.path[-1] == check.asset
        assert found[name].blocking == check.is_blocking
        assert check.meaning_en in str(found[name].description)


def test_workspace_and_project_name_one_location() -> None:
    (location,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]
    module = location["python_module"]
    assert module["location_name"] == project["dagster"]["code_location_name"] == "authmeter"
    assert module["module_name"] == project["dagster"]["module_name"]
    (target,) = loadable_targets_from_python_module(module["module_name"], working_directory=None)
    assert target.target_definition is definitions
    assert module["working_directory"] == "."
    assert project["dg"]["project"] == {
        "root_module": "pipelines",
        "code_location_name": module["location_name"],
        "code_location_target_module": module["module_name"],
    }


@pytest.mark.parametrize(
    ("schedule", "late", "hours"), [("02:30", "09:00", 6.5), ("02:30", "02:30", 24), ("23:00", "01:00", 2)]
)
def test_the_site_is_due_between_the_schedule_and_the_time_from_which_a_day_is_late(
    schedule: str, late: str, hours: float
) -> None:
    settings = Settings(schedule_time=schedule, alerts=AlertSettings(late_after=late))
    graph = build_definitions(DataFolder(), settings).resolve_asset_graph()
    policies = {key.path[-1]: graph.get(key).freshness_policy for key in graph.get_all_asset_keys()}
    assert [name for name, policy in policies.items() if policy] == ["site"]
    policy = policies["site"]
    assert policy.deadline_cron == f"{int(late[3:])} {int(late[:2])} * * *"
    assert (policy.lower_bound_delta, policy.timezone) == (timedelta(hours=hours), "Asia/Shanghai")
