"""The result of a check, as the run, the published table and Dagster have it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CheckResult:
    """One check's finding, in both languages; `day` None: of the data folder as a whole."""

    check_name: str
    passed: bool
    detail_en: str
    detail_zh: str
    day: date | None = None
    severity: str = "warn"
