"""The inputs of a roll-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.store.store import Store

if TYPE_CHECKING:
    from pipelines.engines.base import Engine


@dataclass(frozen=True)
class RollupInputs:
    """The store with the parts, the rules of counting (settings and registry), and the engine."""

    store: Store
    settings: Settings
    registry: Registry
    engine: Engine
