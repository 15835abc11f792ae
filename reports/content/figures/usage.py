"""The counts of usage on the pages: which of them add up to another, and whose line they have in a chart."""

from typing import Final

from pipelines.contract.measures.counts import CARDS, HEADLINE_USAGE
from pipelines.contract.measures.metrics import METRICS

# The look of those that are drawn: one of a single channel as that channel. Number verifications are a sum of others.
USAGE_LOOKS: Final = {
    name: channels[0] if len(channels := METRICS[name].channels) == 1 else "third_party" for name in CARDS[1:]
}


def usage_parts(name: str) -> list[str]:
    """Return the counts of usage that add up to one of several channels; none of any other."""
    whole = METRICS[name]
    parts = [METRICS[one] for one in HEADLINE_USAGE if one != name]
    found = [one for one in parts if one.summed == whole.summed and {*one.channels} < {*whole.channels}]
    return [one.name for one in found] if {*whole.channels} == {c for one in found for c in one.channels} else []
