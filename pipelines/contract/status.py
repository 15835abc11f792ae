"""The fields of `<data>/status.json`; docs/operator.md lists them.

Fields may be added; if one changes its meaning, raise `STATUS_VERSION`. The values are computed in `run/status.py`.
"""

from datetime import date
from typing import Final, Literal

from pydantic import BaseModel

from pipelines.common.text import Bilingual
from pipelines.contract.checks import CHECKS

STATUS_VERSION = 1
UNDELIVERED: Final = "alerts"
"""The warning that a message was not delivered. It does not concern other receivers."""
State = Literal["ok", "warning", "late", "failed", "empty"]


def is_problem(kind: str) -> bool:
    """Return whether open incidents of a kind count as problems, acknowledged or not, unless part of another one."""
    return kind != "further"


def is_alarm(kind: str, *, is_acknowledged: bool) -> bool:
    """Return whether an incident that is open and part of no other needs action: exit code 3, and red on pages.

    Acknowledged incidents and incidents of the kind `further` need no action.
    """
    return is_problem(kind) and not is_acknowledged


class Problems(BaseModel):
    """The numbers of open problems.

    `open` counts the open incidents except the kind `further`, and `acknowledged` the acknowledged ones among these.
    `to_look_at` counts the open incidents of the kind `further`, and `warnings` the failed checks.
    """

    open: int = 0
    acknowledged: int = 0
    to_look_at: int = 0
    warnings: int = 0


class Published(BaseModel):
    """The publication: its as-of day, time and run, and the numbers of its days, missing days and late records."""

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
    """The error of a failed run, as the command prints it."""

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
    """A command that runs on the folder, or was killed: its process, its name, and when it began."""

    process: int
    doing: str
    since: str


class Warned(BaseModel):
    """One current warning or notice."""

    check: str
    severity: str
    day: date | None
    detail_en: str
    detail_zh: str
    do: str

    @property
    def detail(self) -> Bilingual:
        """The finding in both languages."""
        return Bilingual(self.detail_zh, self.detail_en)


class OpenIncident(BaseModel):
    """An incident that is open and part of no other.

    Attributes:
        title_en, reason_en, loss_en: the parts of its message (also in Chinese); `reason` is empty without a cause,
            `loss` without a loss.
        link: the incident's page in the site.
        url: the full address of the page if `site_url` is set.
        notes: the texts of the notes shown with the incident.
        acknowledged: whether a note acknowledges it.
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
    def text(self) -> Bilingual:
        """The line about the incident in both languages."""
        return Bilingual(self.text_zh, self.text_en)

    @property
    def title(self) -> Bilingual:
        """The title of its message in both languages."""
        return Bilingual(self.title_zh, self.title_en)

    @property
    def reason(self) -> Bilingual:
        """Its cause in both languages."""
        return Bilingual(self.reason_zh, self.reason_en)

    @property
    def loss(self) -> Bilingual:
        """Its loss in both languages."""
        return Bilingual(self.loss_zh, self.loss_en)

    @property
    def is_alarm(self) -> bool:
        """Whether the incident needs action."""
        return is_alarm(self.kind, is_acknowledged=self.acknowledged)


class Kept(BaseModel):
    """The first day with stored events (`events_from`) and the first published day (`days_from`). Each is None until
    retention has removed an older day.
    """

    events_from: date | None = None
    days_from: date | None = None


class Status(BaseModel):
    """The state of a data folder; `notices` change no state and no exit code."""

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
        """Whether there is a warning, or an open incident that needs action (`OpenIncident.is_alarm`)."""
        return bool(self.warnings) or any(one.is_alarm for one in self.incidents)

    def count_problems(self) -> None:
        """Set `problems` from the incidents and warnings.

        Warnings that no page shows, such as warnings about alerts, are not counted.
        """
        counted = [one for one in self.incidents if is_problem(one.kind)]
        self.problems = Problems(
            open=len(counted),
            acknowledged=sum(one.acknowledged for one in counted),
            to_look_at=len(self.incidents) - len(counted),
            warnings=sum(warning.check in CHECKS for warning in self.warnings),
        )

    def as_json(self) -> str:
        """Return the text of `status.json`."""
        return self.model_dump_json(indent=1) + "\n"
