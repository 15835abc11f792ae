"""Changes of code and settings lead to a new publication if they can change its contents."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import grimp
import pytest

from pipelines.closing.fingerprint import CODE, UNPUBLISHED_SETTINGS, WITHOUT, inputs_fingerprint, publishing_digest
from pipelines.common.project import PROJECT
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.marts.carried import CODE as TABLES_CODE
from pipelines.marts.carried import tables_digest
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store
from tests.support import DAY

OTHERS: dict[str, Any] = {
    "timezone": "UTC", "schedule_time": "03:30", "retention_days": 300, "keep_events_days": 500, "keep_days": 500,
    "keep_runs_days": 30, "threads": 1, "memory_limit": "1GB", "engine": {"partitions": 4},
    "billing": [{"one_click": ["mismatch"]}], "session_minutes": 20, "tables": ["parquet"],
    "rejected_warn_share": 0.5, "unmapped_warn_share": 0.5, "jump_warn_ratio": 0.4, "block_below_share": 0.1,
    "holidays": [date(2026, 10, 1)], "calendar": "US", "max_unpack_ratio": 100, "max_unpacked_gb": 10,
    "tolerance_records": 6, "tolerance_share": 0.1, "package_low_share": 0.1,
    "channels": {"push": {"name_en": "Push"}}, "buy_lead_days": 9, "ignore": ["*.xlsx"], "xlsx_apps": ["shop"],
    "csv_language": "zh", "alerts": {"language": "en"}, "site_url": "https://reports.example.com",
    "fetch": [{"url": "s3://logs", "into": "logs"}], "publish": {"url": "s3://site"},
}  # fmt: skip
"""Another value of each setting."""


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_publishes_anew_or_is_named_as_one_that_cannot(tmp_path: Path, name: str) -> None:
    def fingerprint(settings: Settings) -> str:
        return inputs_fingerprint(Store(tmp_path), Manifest(), settings, Registry(), [], DAY)

    other = Settings.model_validate({name: OTHERS[name]})
    assert other != Settings()
    assert (fingerprint(other) == fingerprint(Settings())) == (name in UNPUBLISHED_SETTINGS)


def test_only_settings_are_named_as_unpublished() -> None:
    assert UNPUBLISHED_SETTINGS.keys() <= Settings.model_fields.keys()


CHANGES = [
    ("pipelines/marts/sql/apps.sql", "LIMIT 1", True, True),
    ("pipelines/marts/sql/apps.sql", "-- Why.", False, False),
    ("pipelines/marts/build.py", "MOST = 1", True, True),
    ("pipelines/contract/**/column_comments.py", "MOST = 1", True, True),
    ("pipelines/incidents/detection/falls.py", "MOST = 1", True, False),
    ("pipelines/incidents/detection/falls.py", "# Why.", False, False),
    ("pipelines/incidents/locale/zh/**/messages.po", 'msgid "a"', True, False),
    ("pipelines/billing/**/ledger.py", "MOST = 1", True, False),
    ("pipelines/billing/account_views.py", "MOST = 1", True, True),
    ("pipelines/billing/**/app_accounts.sql", "LIMIT 1", True, True),
    ("pipelines/closing/warnings.py", "MOST = 1", True, False),
    ("reports/build/site.py", "MOST = 1", True, False),
    ("reports/build/site.py", "# Why.", False, False),
    ("reports/**/figures/documents.sql", "LIMIT 1", True, False),
    ("reports/**/figures/documents.sql", "-- Why.", False, False),
    ("reports/pages/index.html.jinja", "<p>", True, False),
    ("reports/locale/zh/**/messages.po", 'msgid "a"', True, False),
    ("reports/static/css/base.css", "p {}", True, False),
    ("reports/static/build/report.js", "let a;", True, False),
    ("reports/serve/app.py", "MOST = 1", False, False),
    ("reports/notebook.py", "MOST = 1", False, False),
    ("reports/plots/trend.py", "MOST = 1", False, False),
    ("pipelines/alerts/message.py", "MOST = 1", False, False),
    ("pipelines/rollup/plan.py", "MOST = 1", False, False),
]
"""File, added line, whether it publishes anew, and whether it makes the tables anew."""


def test_what_computes_and_shows_is_in_the_digest(project_copy: Path) -> None:
    def digests() -> tuple[str, str]:
        return publishing_digest.__wrapped__(project_copy), tables_digest.__wrapped__(project_copy)

    before = digests()
    for pattern, addition, *expected in CHANGES:
        (file,) = project_copy.glob(pattern)
        text = file.read_text("utf-8")
        file.write_text(f"{text}\n{addition}\n", "utf-8")
        assert [now != then for now, then in zip(digests(), before, strict=True)] == expected, (pattern, addition)
        file.write_text(text, "utf-8")


def test_each_named_file_of_code_exists() -> None:
    assert [path for path in (*CODE, *WITHOUT, *TABLES_CODE) if not (PROJECT / path).exists()] == []


def test_the_digest_has_all_modules_that_published_ones_import() -> None:
    def module(path: str) -> str:
        return path.removesuffix(".py").replace("/", ".")

    packages = tuple(f"{module(path)}." for path in CODE)
    graph = grimp.build_graph("pipelines", "reports", cache_dir=None)
    without = tuple(f"{module(path)}." for path in WITHOUT)
    roots = {name for name in graph.modules if f"{name}.".startswith(packages) and not f"{name}.".startswith(without)}
    imported = {name for root in roots for name in graph.find_modules_directly_imported_by(root)} - roots
    # The restatements that it finds are in the fingerprint.
    assert imported <= {"pipelines.rollup.restatements"}
