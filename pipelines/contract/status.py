"""The fields of `<data>/status.json`; docs/operator.md lists them.

A field may be added; where one changes its meaning, `STATUS_VERSION` is raised. Does not belong here: how they are
found (`run/status.py`).
"""

from datetime import date
from typing import Literal

from pydantic import BaseModel

from pipelines.contract.checks import CHECKS

STATUS_VERSION = 1
State = Literal["ok", "warning", "late", "failed", "empty"]


def is_problem(kind: str) -> bool:
    """Return whether an incident that is open and part of no other is counted as a problem, acknowledged or not.

    The headline of the pages, `status` and the message of the day all count by this.
    """
    return kind != "further"


def is_alarm(kind: str, *, is_acknowledged: bool) -> bool:
    """Whether an incident that is open and part of no other is something to see to: exit code 3, and red on pages.

    Of the kind `further` it is only worth a line.
    """
    return is_problem(kind) and not is_acknowledged


class Problems(BaseModel):
    """How many problems are open: `open` incidents, of which `acknowledged` ones, further ones `to_look_at`, and
    `warnings` of checks."""

    open: int = 0
    acknowledged: int = 0
    to_look_at: int = 0
    warnings: int = 0


class Published(BaseModel):
    """What readers see now."""

    as_of: date
    generated_at: str
    run: int
    time_zone: str
    days: int
    missing_days: int
    newest_missing_days: list[date] = []
    restated_days: int | None
    late_records: int


class Overdue(BaseModel):
    """The days that are over and not published."""

    days: int
    first: date | None = None
    last: date | None = None


class Failure(BaseModel):
    """Why a run failed, as the command says it."""

    what: str
    where: str
    why: str
    do: str


class LastRun(BaseModel):
    """The last run that ended."""

    ended_at: str
    day: date | None
    result: Literal["done", "failed"]
    error: Failure | None = None


class Work(BaseModel):
    """What a process does with the folder, or did when it was killed."""

    process: int
    doing: str
    since: str


class Warned(BaseModel):
    """One warning, or one notice, that stands."""

    check: str
    severity: str
    day: date | None
    detail_en: str
    detail_zh: str
    do: str


class OpenIncident(BaseModel):
    """An incident that is open and part of no other; `link` is its page in the site, `url` the whole address if the
    setting `site_url` has the site's.

    `title`, `reason` and `loss` are what a message has of it; without a cause or a loss they are empty. `notes` has the
    text that is shown beside it, or nothing. `acknowledged` tells whether a note acknowledges it.
    """

    incident_id: str
    kind: str
    metric: str
    app_key: str
    channel: str
    first_day: date
    days: int
    level_before: float
    level_now: float
    lost: float
    cause: str | None
    text_en: str
    text_zh: str
    title_en: str = ""
    title_zh: str = ""
    reason_en: str = ""
    reason_zh: str = ""
    loss_en: str = ""
    loss_zh: str = ""
    link: str
    url: str | None = None
    notes: list[str]
    acknowledged: bool

    @property
    def is_alarm(self) -> bool:
        """Whether it is something to see to."""
        return is_alarm(self.kind, is_acknowledged=self.acknowledged)


class Kept(BaseModel):
    """The first day with stored events, and the first one that is published, where retention has taken some away."""

    events_from: date | None = None
    days_from: date | None = None


class Status(BaseModel):
    """The state of a data folder; `notices` are what is good to know: they change no state and no exit code."""

    schema_version: int = STATUS_VERSION
    written_at: str
    state: State
    published: Published | None = None
    overdue: Overdue = Overdue(days=0)
    last_run: LastRun | None = None
    running: Work | None = None
    interrupted: Work | None = None
    warnings: list[Warned] = []
    notices: list[Warned] = []
    incidents: list[OpenIncident] = []
    problems: Problems = Problems()
    kept: Kept = Kept()
    to_do: list[str] = []

    @property
    def is_warned(self) -> bool:
        """Whether there is something to look at: a warning, or an open incident that nobody has acknowledged."""
        return bool(self.warnings) or any(one.is_alarm for one in self.incidents)

    def count_problems(self) -> None:
        """Set `problems` by the incidents and warnings. Warnings that no page has, as of alerts, are not counted."""
        counted = [one for one in self.incidents if is_problem(one.kind)]
        self.problems = Problems(
            open=len(counted),
            acknowledged=sum(one.acknowledged for one in counted),
            to_look_at=len(self.incidents) - len(counted),
            warnings=sum(warning.check in CHECKS for warning in self.warnings),
        )

    def as_json(self) -> str:
        """The text of `status.json`."""
        return self.model_dump_json(indent=1) + "\n"
