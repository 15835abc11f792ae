"""Channels that a data folder declares: `[channels.<key>]` of `authmeter.toml`."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from pipelines.common.text import Bilingual
from pipelines.contract.record.channels import CHANNELS, KEY_PATTERN, Channel


def _printable(name: str) -> str:
    if not name.isprintable():
        raise ValueError("must be a name of one line without control characters")
    return name


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), AfterValidator(_printable)]
# Reserved keys: the built-in channels, and the word in consoles and bills for all channels with verifications together.
_TAKEN = (*CHANNELS, "number")


class ChannelNames(BaseModel):
    """The names of a declared channel. If a name is not set, the channel's key is shown instead."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name_zh: Name | None = Field(None, description="Chinese name; its key unless set")
    name_en: Name | None = Field(None, description="English name; its key unless set")


def _good_keys(channels: dict[str, ChannelNames]) -> dict[str, ChannelNames]:
    for key in channels:
        if key in _TAKEN:
            raise ValueError(f"[channels.{key}] cannot be declared: {', '.join(_TAKEN)} are reserved")
        if not re.fullmatch(KEY_PATTERN, key):
            raise ValueError(
                f"[channels.{key}] needs a key of at most 32 lower-case letters, digits and _ that begins with a letter"
            )
    return channels


DeclaredChannels = Annotated[dict[str, ChannelNames], AfterValidator(_good_keys)]


def channels_of(declared: Mapping[str, ChannelNames]) -> tuple[Channel, ...]:
    """Return the declared channels, sorted by key."""
    return tuple(
        Channel(key, Bilingual(names.name_zh or key, names.name_en or key), "other")
        for key, names in sorted(declared.items())
    )
