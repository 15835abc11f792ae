"""The arguments that the ingest and the reread share."""

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
    """The data folder, its settings and source mappings, the key of the hashes, and the engine that reads files."""

    store: Store
    settings: Settings
    sources: Sources
    key: str = field(repr=False)
    engine: Engine
