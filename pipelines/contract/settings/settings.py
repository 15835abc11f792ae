"""Settings of one data folder: `<data>/authmeter.toml`, each documented here and in docs/settings.md.

The file has all settings except the data folder and the hash key (see `data_folder.py` and `hash_key.py`), so that all
users of a folder run it alike. An unknown setting is refused by name.
"""

import os
import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, get_args
from urllib.parse import quote
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    field_validator,
    model_validator,
)

from pipelines.common.days import BUSINESS_ZONE
from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import require_no_near_name
from pipelines.common.files.toml_files import MEND_TOML, findings, read_toml
from pipelines.contract.settings.billing import BillingRule, repeated_rule, rules_in_force
from pipelines.contract.settings.bucket_settings import FetchSettings, PublishSettings, folders_of_their_own
from pipelines.contract.settings.channels import DeclaredChannels
from pipelines.contract.settings.engine_settings import EngineSettings
from pipelines.contract.settings.holidays import calendar_of, holidays_of, known_calendar
from pipelines.contract.settings.site_address import site_address

# Files and folders of a data folder that users create.
_READ = ("authmeter.toml", "hash.key", "landing", "registry", "sources")


def _known_zone(name: str) -> str:
    # Some systems list the machine's own zone among the names: the same log would then have other days elsewhere.
    if name not in available_timezones() - {"localtime"}:
        raise ValueError("must be a time zone of the tz database, such as Asia/Shanghai or UTC")
    return name


def _schedule_time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("must be a time of day, HH:MM, such as 02:30")
    return text


# Strict types: a quoted number, or true for 1, is an error.
WholeNumber = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Zone = Annotated[str, AfterValidator(_known_zone)]
# Sorts the values and removes repetitions: a change of only these is no change of the setting.
_SET = AfterValidator(lambda values: tuple(sorted(set(values))))


class AlertSettings(BaseModel):
    """The receivers of alerts, and which alerts they get."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    urls_file: str = Field("", description="file with the addresses of the receivers, one a line")
    command: tuple[str, ...] = Field((), description="program and arguments; it gets each message as JSON on stdin")
    on: tuple[Literal["failed", "late", "warning", "daily", "weekly"], ...] = Field(
        ("failed", "late", "warning", "daily", "weekly"),
        description="which alerts are sent, each at most once for a business day, `weekly` once a week",
    )
    attach: Annotated[bool, Strict()] = Field(
        False, description="whether the mail of a published day has the usage of the day's apps attached as xlsx"
    )
    late_after: Annotated[str, AfterValidator(_schedule_time)] = Field(
        "09:00", description="business time from which a day that is not published is late"
    )
    language: Literal["zh", "en"] = Field("zh", description="language of the messages")


class Settings(BaseModel):
    """All settings; the description of each is its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: Zone = Field(BUSINESS_ZONE, description="business time zone: where a day begins and ends")
    schedule_time: Annotated[str, AfterValidator(_schedule_time)] = Field(
        "02:30", description="business time of the daily run"
    )
    retention_days: WholeNumber = Field(
        400, ge=60, le=36500, description="days before the run's day; older records are rejected"
    )
    keep_events_days: WholeNumber = Field(
        0, ge=0, le=40000, description="days whose events are kept; 0: `retention_days` plus 30"
    )
    keep_days: WholeNumber = Field(
        0, ge=0, le=40000, description="days whose tables are kept and published; 0: all of them"
    )
    keep_runs_days: WholeNumber = Field(
        90, ge=7, le=40000, description="days for which Dagster's record of a run is kept"
    )
    threads: WholeNumber = Field(0, ge=0, le=256, description="threads of DuckDB; 0: as many as the machine has cores")
    memory_limit: str = Field(
        "3GB", pattern=r"^[1-9]\d*(MB|GB)$", description="memory of DuckDB before it spills to the data folder"
    )
    engine: EngineSettings = Field(EngineSettings(), description="engine of the heavy steps: DuckDB here, or Spark")
    channels: DeclaredChannels = Field({}, description="more channels by key, each with its names")
    billing: tuple[BillingRule, ...] = Field(
        (BillingRule(),),
        min_length=1,
        description="billing rules, each for one or all vendors, in force from `valid_from`",
    )
    session_minutes: WholeNumber = Field(
        10, ge=1, le=120, description="minutes without a record after which the user's next record begins a new session"
    )
    rejected_warn_share: Number = Field(
        0.01, ge=0, le=1, description="warn if the share of rejected records in a run is above this"
    )
    unmapped_warn_share: Number = Field(
        0.01, ge=0, le=1, description="warn if the share of a day's records with an unmapped code is above this"
    )
    jump_warn_ratio: Number = Field(
        0.5, gt=0, le=10, description="a day is called short if it has less than 1 / (1 + this) of its usual records"
    )
    block_below_share: Number = Field(
        0,
        ge=0,
        lt=1,
        description="publish nothing if a day has less than this share of its usual records; 0: always publish",
    )
    holidays: Annotated[tuple[date, ...], _SET] = Field(
        (), description="holidays and working weekends: days on which no usual volume is expected"
    )
    calendar: Annotated[str, AfterValidator(known_calendar)] = Field(
        "",
        description="country whose public holidays are added, such as `CN`; `none`: no country; unset: `CN` in "
        "Asia/Shanghai",
    )

    max_unpack_ratio: WholeNumber = Field(
        200, ge=10, le=100_000, description="refuse a packed file that unpacks to more than this many times its size"
    )
    max_unpacked_gb: WholeNumber = Field(
        100, ge=1, le=100_000, description="refuse a packed file that unpacks to more GB than this"
    )
    tolerance_records: WholeNumber = Field(
        5, ge=0, le=10**9, description="records by which a console or a bill may differ from the log"
    )
    tolerance_share: Number = Field(
        0.005, ge=0, le=1, description="share of its count by which a console or a bill may differ from the log"
    )
    package_low_share: Number = Field(
        0.2, ge=0, le=1, description="warn if less than this share of an account's active packages is left"
    )
    buy_lead_days: WholeNumber = Field(
        7, ge=0, le=365, description="how many days before a resource package runs out the next one must be bought"
    )
    ignore: Annotated[tuple[str, ...], _SET] = Field(
        (), description="names and paths under landing, as globs, of unread files without a warning"
    )
    xlsx_apps: Annotated[tuple[str, ...], _SET] = Field(
        (), description="apps that get an xlsx file in addition to the CSV; `*` for all"
    )
    tables: Annotated[tuple[Literal["parquet"], ...], _SET] = Field(
        (), description='formats in which the site contains the published tables for other systems: `["parquet"]`'
    )
    site_url: Annotated[str, AfterValidator(site_address)] = Field(
        "", description="address of the site, for the links in messages and `status.json`"
    )
    csv_language: Literal["", "zh", "en"] = Field(
        "", description="language of the headings of CSV and xlsx files; unset: the names of the columns"
    )
    alerts: AlertSettings = Field(
        AlertSettings(), description="receivers of alerts when a day is published, late or failed"
    )
    fetch: Annotated[tuple[FetchSettings, ...], AfterValidator(folders_of_their_own)] = Field(
        (), description="buckets from which each run fetches new logs, each into its folder of landing"
    )
    publish: PublishSettings = Field(PublishSettings(), description="the bucket that the site is copied to")

    @field_validator("billing")
    @classmethod
    def _one_rule_a_day(cls, rules: tuple[BillingRule, ...]) -> tuple[BillingRule, ...]:
        if again := repeated_rule(rules):
            raise ValueError(f"two rules of vendor {again.vendor} have the same valid_from, {again.valid_from}")
        return rules

    @model_validator(mode="after")
    def _tables_are_there_to_copy(self) -> "Settings":
        if self.publish.tables_url and not self.tables:
            raise ValueError('publish.tables_url needs tables = ["parquet"], which makes the tables to copy')
        return self

    @model_validator(mode="after")
    def _nothing_is_removed_that_is_needed(self) -> "Settings":
        if 0 < self.keep_events_days <= self.retention_days:
            raise ValueError(
                f"keep_events_days ({self.keep_events_days}) must be above retention_days ({self.retention_days}): "
                "a late record restates its day, and that needs the day's other events"
            )
        if 0 < self.keep_days < self.events_kept_days:
            raise ValueError(
                f"keep_days ({self.keep_days}) must not be below the days whose events are kept "
                f"({self.events_kept_days}): a day with events would be computed again"
            )
        return self

    @property
    def events_kept_days(self) -> int:
        """The number of days, up to the as-of, whose events are kept."""
        return self.keep_events_days or self.retention_days + 30

    @property
    def memory_bytes(self) -> int:
        """`memory_limit` in bytes."""
        return int(self.memory_limit[:-2]) * {"MB": 10**6, "GB": 10**9}[self.memory_limit[-2:]]

    def address_of(self, page: str) -> str | None:
        """Return the full address of a page, given by its path in the site; None without `site_url`."""
        return f"{self.site_url}/{quote(page)}" if self.site_url else None

    def holidays_among(self, days: Collection[date]) -> frozenset[date]:
        """Return the days that are holidays, listed in the settings or in the calendar."""
        country = calendar_of(self.calendar, self.timezone)
        return frozenset(days) & (holidays_of(country, {day.year for day in days}) | {*self.holidays})

    def billing_on(self, day: date) -> dict[str, BillingRule]:
        """Return the billing rules in force on `day`, by vendor; the rule under `*` is for vendors without a rule."""
        return rules_in_force(self.billing, day)


def load_settings(data: Path) -> Settings:
    """Read `<data>/authmeter.toml`; without the file, every setting has its default.

    Raises:
        UsageError: the file cannot be read, is not TOML, or has an unknown or wrong setting; or the name of a file or
            folder in the data folder is misspelt.
    """
    require_no_near_name(data, _READ)
    file = data / "authmeter.toml"
    if not os.path.lexists(file):
        return Settings()
    try:
        return Settings.model_validate(read_toml(file))
    except ValidationError as error:
        known = dict.fromkeys(_known(fault["loc"]) for fault in error.errors() if fault["type"] == "extra_forbidden")
        raise UsageError(
            "A setting is wrong: " + findings(error, {"memory_limit": 'such as "800MB" or "6GB"'}),
            where=str(file),
            why="authmeter does not guess: a wrong value could change published figures.",
            do=f"Correct or remove it. {' '.join(known)}" if known else "Correct it, or remove it to use its default.",
        ) from None
    except ValueError as error:
        raise UsageError(
            f"The settings are not valid TOML: {error}",
            where=str(file),
            why="authmeter does not guess: a wrong value could change published figures.",
            do=MEND_TOML,
        ) from None


def _known(place: Sequence[int | str]) -> str:
    """Return a sentence with the names of the settings in the table of an unknown setting, whose path is `place`."""
    model: type[BaseModel] = Settings
    table = []
    for part in place[:-1]:
        if part in model.model_fields and (inner := _model_in(model.model_fields[str(part)].annotation)):
            model = inner
            table.append(str(part))
    of_table = f" of `{'.'.join(table)}`" if table else ""
    return f"Known settings{of_table}: {', '.join(sorted(model.model_fields))}."


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model that an annotation names, also within a list or table."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)
