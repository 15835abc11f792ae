"""The resource packages of a sample and the readings of the console, sized to fit the uses of the accounts.

The packages of account 1 run out in two weeks; account 2 used up a package before it bought the next; account 3 has a
package that lapsed and one that will lapse. `purchases.py` computes how they are used. A moment is a day of the sample,
from 0, and a full hour.
"""

from dataclasses import dataclass
from typing import Final

from pipelines.sample.used import Used

RUNNING_OUT, OVERFLOWING, LAPSING = ACCOUNTS = tuple(f"sample-account-{number}" for number in (1, 2, 3))
Moment = tuple[int, int]
_FIRST: Final = (0, 0)
# Shorter than the year for which a package is valid.
_LONGEST_DAYS: Final = 300
# In days of usual use: the balance of the package that runs out, the balances that lapsed and will lapse, and the sizes
# of new packages.
_LEFT, _LAPSED, _LAPSING, _LASTING, _LONG_LASTING = 12, 1, 5, 150, 250


@dataclass(frozen=True)
class SampleReading:
    """A reading of a package's remaining uses at the console: the computed number plus `drift`, or `left` if given.

    `left` is for packages that were bought before the sample begins. `why` is the reason why the reading differs.
    """

    at: Moment
    why: str
    drift: int = 0
    left: int | None = None


@dataclass(frozen=True)
class SamplePackage:
    """A package. Without `expires`, it is valid for a year from its purchase, until after the end of the sample."""

    resource_package_id: str
    account_id: str
    quantity: int
    bought: Moment
    expires: Moment | None = None
    readings: tuple[SampleReading, ...] = ()

    def ends_by(self, moment: Moment) -> bool:
        """Return whether the package has expired at a moment."""
        return self.expires is not None and self.expires <= moment


def packages(used: Used) -> list[SamplePackage]:
    """Return the packages of all accounts; packages of an account are in the order in which they are used."""
    return [*_running_out(used), *_overflowing(used), *_lapsing(used)]


def _running_out(used: Used) -> list[SamplePackage]:
    account, last, usual = RUNNING_OUT, used.days - 1, used.usual(RUNNING_OUT)
    empty = last - 34
    wanted = _round(used.uses(account, empty, last) + _LEFT * usual, usual)
    drift = SampleReading((last - 4, 9), "drift", drift=-max(3, usual // 50))
    return [
        _used_up_on(empty, "1a", account, used),
        SamplePackage(
            _named("1b"), account, wanted, (empty - 5, 10), readings=(*_of_missing_day(account, used), drift)
        ),
    ]


def _overflowing(used: Used) -> list[SamplePackage]:
    account, empty = OVERFLOWING, used.days - 13
    return [
        _used_up_on(empty, "2a", account, used, (*_of_missing_day(account, used), _agreeing(empty - 2))),
        SamplePackage(_named("2b"), account, _round(_LONG_LASTING * used.usual(account)), (empty + 2, 10)),
    ]


def _lapsing(used: Used) -> list[SamplePackage]:
    account, last, usual = LAPSING, used.days - 1, used.usual(LAPSING)
    lapsed, lapsing = last - 39, last + 19
    left = used.uses(account, 0, lapsed - 1) + _LAPSED * usual
    wanted = _round(used.uses(account, lapsed, last) + (lapsing - last + _LAPSING) * usual, usual)
    return [
        SamplePackage(
            _named("3a"), account, _round(4 * left), (-300, 0), (lapsed, 0), (_at_first(left), _agreeing(lapsed - 7))
        ),
        SamplePackage(_named("3b"), account, wanted, (-250, 0), (lapsing, 0), (_at_first(wanted),)),
        SamplePackage(_named("3c"), account, _round(_LASTING * usual), (last - 8, 10)),
    ]


def _used_up_on(
    day: int, name: str, account_id: str, used: Used, readings: tuple[SampleReading, ...] = ()
) -> SamplePackage:
    """Return a package that is used up on about this day.

    It is bought when the sample begins, or, in a longer sample, `_LONGEST_DAYS` days before the end.
    """
    bought = max(0, used.days - _LONGEST_DAYS)
    quantity = used.uses(account_id, bought, day - 1) + used.uses(account_id, day, day) // 2
    return SamplePackage(
        _named(name), account_id, _round(quantity, used.usual(account_id)), (bought, 0), readings=readings
    )


def _at_first(left: int) -> SampleReading:
    """Return a reading at the start of the sample, for a package that was bought earlier."""
    return SampleReading(_FIRST, "used_before_the_log", left=left)


def _agreeing(day: int) -> SampleReading:
    """Return a reading that equals the computed number, which ends the warning about an earlier difference."""
    return SampleReading((day, 9), "agrees")


def _of_missing_day(account_id: str, used: Used) -> tuple[SampleReading, ...]:
    """Return a reading on the day after the day without logs, lower by the missing uses, which the console counts.

    Return an empty tuple if every day has logs.
    """
    day = used.missing_day
    if day is None:
        return ()
    return (SampleReading((day + 1, 9), "missing_day", drift=-used.uses(account_id, day, day)),)


def _named(name: str) -> str:
    return f"sample-package-{name}"


def _round(count: int, unit: int | None = None) -> int:
    """Round to a multiple of the largest power of ten up to `unit`, else to two significant digits; never to 0."""
    step: int = 10 ** (len(str(unit)) - 1 if unit is not None else max(0, len(str(count)) - 2))
    return max(step, (count + step // 2) // step * step)
