"""Settings of one data folder: `<data>/authmeter.toml`, each documented here and in docs/settings.md.

The data folder and the hash key come from the environment; everything else from the file, so that two
people who run the same folder run it alike. An unknown setting is refused by name.
"""

import os
import re
import secrets
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from pipelines.errors import UsageError

PROJECT = Path(__file__).resolve().parent.parent


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("must be a time zone of the tz database, such as Asia/Shanghai or UTC")
    return name


def _schedule_time(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise ValueError("must be a time of day, HH:MM, such as 02:30")
    return text


Zone = Annotated[str, AfterValidator(_known_zone)]
Outcome = Literal["success", "mismatch", "unknown"]


class BillingRule(BaseModel):
    """Which verification outcomes are billed from a day on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: date = Field(date(1970, 1, 1), description="first business day of the rule")
    one_click: tuple[Outcome, ...] = Field(("success",), description="billed outcomes of one_click")
    local_verify: tuple[Outcome, ...] = Field(("success", "mismatch"), description="billed outcomes of local_verify")


class Settings(BaseModel):
    """All settings; the description of each is its documentation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: Zone = Field("Asia/Shanghai", description="business time zone: where a day begins and ends")
    schedule_time: Annotated[str, AfterValidator(_schedule_time)] = Field(
        "02:30", description="business time of the daily run"
    )
    retention_days: int = Field(
        400, ge=60, le=36500, description="records older than this before the run's day are rejected"
    )
    threads: int = Field(0, ge=0, le=256, description="threads of DuckDB; 0: as many as the machine has cores")
    memory_limit: str = Field(
        "3GB", pattern=r"^[1-9]\d*(MB|GB)$", description="memory of DuckDB before it spills to the data folder"
    )
    billing: tuple[BillingRule, ...] = Field(
        (BillingRule(),), min_length=1, description="billing rules, each in force from its `valid_from` on"
    )
    rejected_warn_share: float = Field(
        0.01, ge=0, le=1, description="warn where more of a run's read records are rejected"
    )
    unmapped_warn_share: float = Field(
        0.01, ge=0, le=1, description="warn where more of a day's records have an unmapped code"
    )
    jump_warn_ratio: float = Field(
        0.5, gt=0, le=10, description="warn where a day's records differ from the 7-day median by more than this share"
    )

    xlsx_apps: tuple[str, ...] = Field((), description="apps that get `usage_detail.xlsx` beside the CSV; `*` for all")

    @field_validator("billing")
    @classmethod
    def _one_rule_a_day(cls, rules: tuple[BillingRule, ...]) -> tuple[BillingRule, ...]:
        if len({rule.valid_from for rule in rules}) < len(rules):
            raise ValueError("two rules have the same valid_from")
        return rules

    def billing_on(self, day: date) -> BillingRule:
        """The billing rule in force on `day`: the newest that began, else the default one."""
        begun = [rule for rule in self.billing if rule.valid_from <= day]
        return max(begun, key=lambda rule: rule.valid_from) if begun else BillingRule()


def data_folder(data: Path | None) -> Path:
    """The data folder: the argument, else `AUTHMETER_DATA`, else `data/` of the project; absolute."""
    chosen = data or (Path(os.environ["AUTHMETER_DATA"]) if os.environ.get("AUTHMETER_DATA") else PROJECT / "data")
    folder = chosen.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageError("The data folder is a file.", where=str(folder), do="Name a folder with --data.")
    return folder


def load_settings(data: Path) -> Settings:
    """Reads `<data>/authmeter.toml`; without the file, every setting has its default.

    Raises:
        UsageError: the file is no TOML, or holds an unknown or wrong setting.
    """
    file = data / "authmeter.toml"
    if not file.is_file():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings are not valid TOML: {error}", where=str(file), do="Mend that line.") from None
    except ValidationError as error:
        raise UsageError(
            "A setting is wrong: " + "; ".join(_explain(e) for e in error.errors()),
            where=str(file),
            why="A guess instead of the setting would change the numbers.",
            do="Mend or remove it. Known settings: " + ", ".join(sorted(Settings.model_fields)) + ".",
        ) from None


def _explain(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"`{name}` is not known"
    return f"`{name}`: {error['msg']}"


def hash_key(data: Path) -> tuple[str, str | None]:
    """The key of the hashes, and a notice where it was made just now.

    From `AUTHMETER_HASH_KEY`, else the file that `AUTHMETER_HASH_KEY_FILE` names, else `<data>/hash.key`, which
    is made once, at random, readable by its owner alone.

    Raises:
        UsageError: the named file cannot be read, or the key is shorter than 16 characters.
    """
    where, notice = "AUTHMETER_HASH_KEY", None
    key = os.environ.get("AUTHMETER_HASH_KEY", "")
    if not key:
        named = os.environ.get("AUTHMETER_HASH_KEY_FILE")
        file = Path(named) if named else data / "hash.key"
        where = str(file)
        if not named and not file.exists():
            data.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as out:
                out.write(secrets.token_hex(32) + "\n")
                out.flush()
                os.fsync(out.fileno())
            notice = (
                f"No hash key was given: a random one was made in {file}. Keep it: another key counts devices twice."
            )
        try:
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"The hash key cannot be read: {error}",
                where=where,
                why="Phones and devices are stored as keyed hashes only.",
                do="Make the file readable, or set AUTHMETER_HASH_KEY.",
            ) from None
    if len(key) < 16:
        raise UsageError(
            "The hash key is shorter than 16 characters.",
            where=where,
            why="A short key can be guessed, and phone numbers with it.",
            do="Use a long random key, such as 64 hex digits.",
        )
    return key, notice
