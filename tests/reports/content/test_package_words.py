"""The sentence of an account: when its packages run out, by when to buy, what lapses."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines.billing.packages.states import AccountForecast
from pipelines.common.days import day_start
from reports.content.billing.package_words import account_sentence, severity, urgency
from reports.content.billing.resource_packages import PackageAccount, PackageRow

AS_OF = date(2026, 11, 23)
RUN_OUT = {
    "run_out_day": date(2026, 12, 4), "run_out_earliest": date(2026, 12, 2), "run_out_latest": date(2026, 12, 5),
    "buy_by": date(2026, 11, 25),
}  # fmt: skip
LAPSES = (date(2027, 1, 11), 3000)
ACTIVE = {"remaining": 50, "quantity": 100, "uses_28d": 10}


def account(row: dict[str, object], *lapsing: tuple[date, int | None], state: str = "active") -> PackageAccount:
    """Return an account with the forecast `row`, and a package for each of `lapsing`.

    `lapsing` has the last day of the package, and the units that are expected to lapse.
    """
    nothing = dict.fromkeys(AccountForecast._fields)
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    return PackageAccount(
        AccountForecast(**nothing | {"account_id": "default", "factor_mid": 1.0, "coverage_checks": 0} | row),  # type: ignore[arg-type]
        [
            PackageRow(str(last_day), "default", 100, instant, day_start(last_day + timedelta(days=1), "UTC"), None, 0,
                       0, 0, 50, state, 0, None, unused, unused, unused, None, "UTC")
            for last_day, unused in lapsing
        ],
        {}, {}, [], [],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "zh", "en", "how_bad"),
    [
        (account(ACTIVE | RUN_OUT, LAPSES),
         "按目前用量 12-04 用完（12-02 至 12-05），11-25 前购买；2027-01-11 到期时约剩 3,000 次作废。",
         "At the present rate it runs out on 12-04 (12-02 to 12-05), buy by 11-25; on 2027-01-11 about 3,000 lapse.",
         "warn"),
        (account(ACTIVE | RUN_OUT | {"run_out_latest": None, "buy_by": AS_OF}),
         "按目前用量 12-04 用完（12-02 或更晚），请尽快购买（应在 11-23 前购买）。",
         "At the present rate it runs out on 12-04 (12-02 or later), buy now, it was due by 11-23.",
         "bad"),
        (account(ACTIVE | {"run_out_day": date(2027, 2, 3), "buy_by": date(2027, 1, 27)}, (date(2027, 1, 11), 0)),
         "按目前用量 2027-02-03 用完，2027-01-27 前购买；预计没有次数作废。",
         "At the present rate it runs out on 2027-02-03, buy by 2027-01-27; nothing is expected to lapse.",
         "warn"),
        (account(ACTIVE | {"run_out_earliest": date(2026, 12, 30), "buy_by": date(2026, 12, 23)}),
         "按目前用量够用，用量偏高时 12-30 用完，12-23 前购买。",
         "At the present rate it lasts, at a higher one until 12-30, buy by 12-23.",
         "warn"),
        (account(ACTIVE, LAPSES, (date(2027, 3, 1), 20), (date(2027, 4, 1), 30)),
         "按目前用量，400 天内用不完；2027-01-11 到期时约剩 3,000 次作废；之后约还有 50 次作废。",
         "At the present rate it lasts for the next 400 days; on 2027-01-11 about 3,000 lapse; later about 50 more.",
         "warn"),
        # If a package expires after the end of the forecast, the sentence does not mention lapsed uses.
        (account(ACTIVE, (date(2028, 3, 1), None)),
         "按目前用量，400 天内用不完。", "At the present rate it lasts for the next 400 days.", "good"),
        (account(ACTIVE | {"uses_28d": None}, (date(2027, 1, 11), None)),
         "暂无预测：至少需要一周的数据。", "No forecast yet: it needs a week of data.", "good"),
        (account(RUN_OUT | {"quantity": 0, "remaining": 0, "uses_28d": 10, "buy_by": date(2026, 11, 17)},
                 (date(2027, 1, 11), 0), state="used_up"),
         "没有生效中的资源包，用量全部计为超出用量，请尽快购买（应在 11-17 前购买）。",
         "No package is active: all uses are overflow, buy now, it was due by 11-17.",
         "bad"),
    ],
)  # fmt: skip
def test_an_account_is_said_in_one_sentence(found: PackageAccount, zh: str, en: str, how_bad: str) -> None:
    said = account_sentence(found, AS_OF)
    assert (said.zh, said.en) == (zh, en)
    assert severity(found, AS_OF) == how_bad


def test_the_accounts_that_need_action_come_first_then_those_that_run_out_soonest() -> None:
    def named(name: str, **changes: object) -> PackageAccount:
        return account(ACTIVE | {"account_id": name} | changes)

    due, later = date(2026, 11, 20), date(2026, 12, 4)
    sorted_names = ["nothing", "due", "soon", "late", "lasts", "stays"]
    found = {
        "stays": named("stays"),
        "lasts": named("lasts"),
        "late": named("late", run_out_day=later, buy_by=date(2026, 11, 28)),
        "soon": named("soon", run_out_day=later, run_out_earliest=date(2026, 12, 1), buy_by=date(2026, 11, 24)),
        "due": named("due", run_out_day=date(2026, 11, 27), buy_by=due),
        "nothing": named("nothing", remaining=0, quantity=0),
    }
    assert [one.row.account_id for one in sorted(found.values(), key=lambda one: urgency(one, AS_OF))] == sorted_names
