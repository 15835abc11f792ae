"""What every reading of a run works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.contract.settings.settings import Settings
from pipelines.reading.sources.sources import Sources
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.engines.base import Engine


@dataclass(frozen=True)
class IngestContext:
    """The data folder, how its logs are read, the key of the hashes, and who reads."""

    store: Store
    settings: Settings
    sources: Sources
    key: str = field(repr=False)
    engine: Engine
