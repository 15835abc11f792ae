"""The settings of the engine: the table `[engine]` of `authmeter.toml`."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, field_validator

_MASTER = re.compile(r"local(\[(\d+|\*)(,\d+)?\])?|local-cluster\[\d+,\d+,\d+\]|yarn|(spark|k8s)://\S+")
# Options that another setting replaces, or that have a fixed value.
_FIXED_OPTIONS = {"spark.master": "set `master` instead", "spark.submit.deployMode": "the driver is this process"}


def _known_master(master: str) -> str:
    if not _MASTER.fullmatch(master):
        raise ValueError("must be local[N], local-cluster[N,CORES,MB], spark://HOST:PORT, yarn or k8s://URL")
    return master


class EngineSettings(BaseModel):
    """The engine that reads files and rolls up days, and its cluster."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Literal["duckdb", "spark"] = Field("duckdb", description="engine of the heavy steps")
    master: Annotated[str, AfterValidator(_known_master)] = Field(
        "local[*]", description="the cluster, as Spark names it"
    )
    partitions: Annotated[int, Strict()] = Field(
        0, ge=0, le=4096, description="buckets of a day's records; 0: one for each million records"
    )
    split_bytes: Annotated[int, Strict()] = Field(
        2_000_000_000, ge=1 << 20, description="larger line files are read in pieces of this size"
    )
    wait_seconds: Annotated[int, Strict()] = Field(
        300, ge=1, le=86_400, description="longest time to wait for the first executor"
    )
    spark: dict[str, str] = Field({}, description="options of Spark itself")

    @field_validator("spark", mode="before")
    @classmethod
    def _options_by_name(cls, options: Any) -> Any:
        """Flatten options to their full names, because TOML turns an unquoted dot into a table.

        Refuse names that do not begin with `spark.`, and options that must not be set.
        """
        if not isinstance(options, dict):
            return options
        flat = _flat(options)
        for name in flat:
            if not name.startswith("spark."):
                raise ValueError(f"{name} is not an option of Spark: options begin with spark.")
            if name in _FIXED_OPTIONS:
                raise ValueError(f"{name} cannot be set: {_FIXED_OPTIONS[name]}")
        return flat


def _flat(options: dict[str, Any], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in options.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{before}{key}.")
        elif isinstance(value, bool):
            found[before + key] = str(value).lower()
        elif isinstance(value, str | int | float):
            found[before + key] = str(value)
        else:
            raise ValueError(f"{before}{key} must be a text, a number, true or false")
    return found
