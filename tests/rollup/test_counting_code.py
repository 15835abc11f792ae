"""The counting digest: if code that counts changes, all days are rolled up again; other changes have no effect."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.project import PROJECT
from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.session_metrics import FUNNEL_CONDITIONS
from pipelines.rollup.counting_code import PYTHON, SQL, counting_digest


def digest(root: Path = PROJECT) -> str:
    return counting_digest.__wrapped__(root)


CHANGES = [
    ("pipelines/rollup/sql/records/record_groups.sql", "LIMIT 1", True),
    ("pipelines/rollup/sql/day/latency_daily.sql", "LIMIT 1", True),
    ("pipelines/rollup/sql/records/record_groups.sql", "-- Why.", False),
    ("pipelines/contract/**/macros.sql", "SELECT 1;", True),
    ("pipelines/store/sql/macros.sql", "-- Why.", False),
    ("pipelines/engines/limit_walk.py", "MOST = 1", True),
    ("pipelines/engines/limit_walk.py", "# Why.", False),
    ("pipelines/rollup/plan.py", "MOST = 1", True),
    ("pipelines/rollup/restatements.py", "MOST = 1", False),
    ("pipelines/engines/day_files.py", "MOST = 1", False),
    ("pipelines/marts/sql/apps.sql", "LIMIT 1", False),
    ("reports/pages/index.html.jinja", "<p>", False),
]
"""File, added line, and whether the days are rolled up again."""


def test_what_decides_the_tables_of_a_day_is_in_its_digest(project_copy: Path) -> None:
    before = digest(project_copy)
    for pattern, addition, is_changed in CHANGES:
        (file,) = project_copy.glob(pattern)
        text = file.read_text("utf-8")
        file.write_text(f"{text}\n{addition}\n", "utf-8")
        assert (digest(project_copy) != before) == is_changed, (pattern, addition)
        file.write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("changes", "is_changed"),
    [({"condition": "outcome = 'success'"}, True), ({"label": Bilingual("别的", "Other words")}, False)],
)
def test_of_a_metric_its_condition_counts(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], is_changed: bool
) -> None:
    before = digest()
    metric = METRICS["authorization_requests"]
    assert metric.condition
    monkeypatch.setitem(METRICS, metric.name, replace(metric, **changes))
    assert (digest() != before) == is_changed


def test_the_condition_of_a_step_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    monkeypatch.setitem(FUNNEL_CONDITIONS, "page", "has_click")
    assert digest() != before


def test_no_statement_of_the_roll_up_is_filled_with_what_is_not_in_the_digest() -> None:
    """The digest contains the declared counts, dimensions, fields of a record, channels, steps and order of copies."""
    files = [file for folder in SQL for file in (PROJECT / folder).rglob("*.sql")]
    assert files
    filled = {text for file in files for text in re.findall(r"\{\{.*?\}\}", file.read_text("utf-8"), re.DOTALL)}
    known = re.compile(
        r"\{\{ (sums\((\(.*\) \+ )?(COUNTS|VERIFIED)|each_of\((NUMBER_CHANNELS|COUNTED_FIELDS|DETAIL|OUTCOME_KEY"
        r"|SESSION_DIMENSIONS|WAYS|STEP_PAIRS)|copy_order\(|(name|condition) \}|\"\" if loop)"
    )
    assert [text for text in filled if not known.match(text)] == []


def test_each_named_file_of_code_exists() -> None:
    assert [path for path in (*SQL, *PYTHON) if not (PROJECT / path).exists()] == []
