"""The funnel of one-click login: steps that the logs contain, and rates from step to step.

The SDK logs the page, the click and the authorization, the server the verification. A step that is not logged would
look like a step that hardly any user reached. A rate is therefore only computed if both of its steps are logged.
"""

from collections.abc import Iterable, Mapping

from pipelines.contract.measures.session_metrics import STEP_PAIRS


def missing_steps(counts: Mapping[str, int], steps: Iterable[str]) -> list[str]:
    """Return the steps that the logs lack, out of `steps`.

    The logs lack a step if the sessions that contain it are fewer than half of the sessions that signed in by one-click
    login. If nobody signed in, no step is returned, because sessions that end early do not contain every logged step.
    """
    return [step for step in steps if 2 * counts[step] < counts["signed_in"]]


def rates(counts: Mapping[str, int]) -> dict[str, float | None]:
    """Return each rate, by pair of steps; None if the logs lack one of the two, or if no session contains the first."""
    return {
        pair: counts[pair] / counts[steps[0]] if counts[steps[0]] and not missing_steps(counts, steps) else None
        for pair, steps in STEP_PAIRS.items()
    }
