"""The counts of usage on the pages: which counts add up to another, and the look of their lines in a chart."""

from typing import Final

from pipelines.contract.measures.counts import CARDS, HEADLINE_USAGE
from pipelines.contract.measures.metrics import METRICS

# Look of each drawn count: a count of one channel has the channel's look. Number verifications are a sum of others and
# have none.
USAGE_LOOKS: Final = {
    name: channels[0] if len(channels := METRICS[name].channels) == 1 else "third_party" for name in CARDS[1:]
}


def usage_parts(name: str) -> list[str]:
    """Return the names of the counts that add up to the count `name`; an empty list if there are none.

    Number verifications, for example, are the sum of one-click and local ones.
    """
    whole = METRICS[name]
    parts = [METRICS[one] for one in HEADLINE_USAGE if one != name]
    found = [one for one in parts if one.summed == whole.summed and {*one.channels} < {*whole.channels}]
    return [one.name for one in found] if {*whole.channels} == {c for one in found for c in one.channels} else []
