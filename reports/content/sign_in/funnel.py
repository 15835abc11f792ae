"""The funnel of one-click login: steps that the logs contain, and rates from step to step.

The SDK logs the page, the click and the authorization, the server the verification. A step that is not logged would
look like a step that hardly any user reached. A rate is therefore only computed if both of its steps are logged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.contract.measures.session_metrics import STEP_PAIRS, STEPS


@dataclass(frozen=True)
class Funnel:
    """The funnel of one-click login. Pre-fetches are counted apart, because their records belong to no session.

    Attributes:
        counts: `sessions` is the number of sessions with a record in one_click. Each other count
            (`session_metrics.FUNNEL`) is the number of these sessions that contain a step, contain both steps of a
            pair, or signed in by one_click.
    """

    counts: Mapping[str, int]
    prefetches: int
    prefetch_successes: int
    eligible_rate: float | None

    @property
    def missing(self) -> list[str]:
        """Steps that the logs lack."""
        return missing_steps(self.counts, STEPS)

    @property
    def rates(self) -> dict[str, float | None]:
        """Each rate, by pair of steps; None if the logs lack one of the two, or if no session contains the first."""
        return rates(self.counts)


def missing_steps(counts: Mapping[str, int], steps: Iterable[str]) -> list[str]:
    """Return the steps that the logs lack, out of `steps`.

    The logs lack a step if the sessions that contain it are fewer than half of the sessions that signed in by one-click
    login. If nobody signed in, no step is returned, because sessions that end early do not contain every logged step.
    """
    return [step for step in steps if 2 * counts[step] < counts["signed_in"]]


def has_rate(counts: Mapping[str, int], pair: str) -> bool:
    """Whether both steps of a rate are logged, and at least one session contains the first step."""
    return counts[STEP_PAIRS[pair][0]] > 0 and not missing_steps(counts, STEP_PAIRS[pair])


def rates(counts: Mapping[str, int]) -> dict[str, float | None]:
    """Return each rate, by pair of steps; None if the logs lack one of the two, or if no session contains the first."""
    return {
        pair: counts[pair] / counts[over] if has_rate(counts, pair) else None for pair, (over, _) in STEP_PAIRS.items()
    }
