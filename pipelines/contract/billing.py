"""The billing rule: which rule is in force on a day, and which verification outcomes it bills.

Lives here: the rules as `authmeter.toml` has them, and which one counts. The metric that counts by it is
`billable_verifications` in `metrics.py`.
"""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Outcome = Literal["success", "mismatch", "unknown"]


class BillingRule(BaseModel):
    """Which verification outcomes are billed from a day on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    valid_from: date = Field(date(1970, 1, 1), description="first business day of the rule")
    one_click: tuple[Outcome, ...] = Field(("success",), description="billed outcomes of one_click")
    local_verify: tuple[Outcome, ...] = Field(("success", "mismatch"), description="billed outcomes of local_verify")

    @property
    def billed(self) -> list[list[str]]:
        """Channel and outcome of every verification record that is billed."""
        by_channel = (("one_click", self.one_click), ("local_verify", self.local_verify))
        return [[channel, outcome] for channel, outcomes in by_channel for outcome in outcomes]


def rule_in_force(rules: Iterable[BillingRule], day: date) -> BillingRule:
    """The newest of the rules that began by `day`, else the default one."""
    begun = [rule for rule in rules if rule.valid_from <= day]
    return max(begun, key=lambda rule: rule.valid_from) if begun else BillingRule()
