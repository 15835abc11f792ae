"""The sentence about the limit that would have saved most: uses saved, and successes blocked.

The figures are in `limits.py`.
"""

from typing import Literal

from pipelines.common.text import Bilingual
from reports.content.billing.limits import LimitSums
from reports.content.wording.formats import count
from reports.content.wording.language import t


def saving_sentence(most: LimitSums | None) -> Bilingual:
    """Return the sentence about the limit that saves most (None if no limit saves a use), without the limit's name."""
    if most is None:
        return t("No limit would have saved a use in the last 30 days.")
    if not most.harm:
        return t("would have saved most: {saved} of the uses billed in 30 days, without blocking a success.").format(
            saved=count(most.saved)
        )
    if not most.is_worth_it:
        return t(
            "would have saved most, {saved} of the uses billed in 30 days, but blocked {harm} of the successes: "
            "no limit is worth it."
        ).format(saved=count(most.saved), harm=count(most.harm))
    return t(
        "would have saved most: {saved} of the uses billed in 30 days, but blocked {harm} of the successes."
    ).format(saved=count(most.saved), harm=count(most.harm))


def saving_severity(most: LimitSums | None) -> Literal["good", "warn"]:
    """Return `warn` if the limit that saves most would have blocked successes, else `good`."""
    return "warn" if most and most.harm else "good"
