"""Billing rules: the rule in force for a vendor on a day, and the verification outcomes that it bills.

The rules are read from `authmeter.toml`. The metric that uses them is in `measures/metrics.py`.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.contract.record.channels import NUMBER_CHANNELS
from pipelines.contract.registry.accounts import ANY

Outcome = Literal["success", "mismatch", "unknown"]


class BillingRule(BaseModel):
    """The verification outcomes that are billed from a day on, for one vendor or for all vendors without a rule of
    their own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: date = Field(date(1970, 1, 1), description="first business day of the rule")
    vendor: str = Field(
        ANY,
        min_length=1,
        max_length=128,
        description="vendor whose records it bills; `*`: each vendor without its own rule",
    )
    one_click: tuple[Outcome, ...] = Field(("success",), description="billed outcomes of one_click")
    local_verify: tuple[Outcome, ...] = Field(("success", "mismatch"), description="billed outcomes of local_verify")

    @property
    def billed(self) -> list[list[str]]:
        """Each combination of vendor, channel and outcome whose verification records are billed."""
        return [[self.vendor, channel, outcome] for channel in NUMBER_CHANNELS for outcome in getattr(self, channel)]


def rules_in_force(rules: Iterable[BillingRule], day: date) -> dict[str, BillingRule]:
    """Return each vendor's newest rule that began by `day`, sorted by vendor.

    The entry `*` is for vendors without a rule of their own. It is the default rule if no rule for `*` began by `day`.
    """
    newest = {ANY: BillingRule()}
    for rule in sorted(rules, key=lambda rule: rule.valid_from):
        if rule.valid_from <= day:
            newest[rule.vendor] = rule
    return dict(sorted(newest.items()))


def repeated_rule(rules: Iterable[BillingRule]) -> BillingRule | None:
    """Return the first rule with the same vendor and the same first day as another rule; None if there is none."""
    rules = list(rules)
    count = Counter((rule.vendor, rule.valid_from) for rule in rules)
    return next((rule for rule in rules if count[rule.vendor, rule.valid_from] > 1), None)
