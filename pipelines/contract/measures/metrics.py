"""Each metric once: its name, labels, unit, meaning, caveat and definition.

SQL, tables, pages and docs use `METRICS`. It also contains the counts of files and days (`quality_metrics.py`) and the
metrics of sessions (`session_metrics.py`). Add each metric that a table or a page shows; if a meaning changes, describe
it in `CHANGELOG.md` under *Meaning*.
"""

from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from pipelines.contract.measures.measure import Measure
from pipelines.contract.measures.quality_metrics import QUALITY
from pipelines.contract.measures.session_metrics import SESSIONS
from pipelines.contract.record.channels import (
    LOGIN_CHANNELS,
    NUMBER_CHANNELS,
    SOCIAL,
    SOCIAL_CHANNELS,
    Channel,
    is_one_of,
)

_AUTHORIZATION = "stage IN ('authorize', 'login')"
_VERIFICATION = f"stage IN ('verify', 'login') AND {is_one_of(NUMBER_CHANNELS)}"
_ANSWER = "stage IN ('authorize', 'verify', 'login')"


def _named(channels: tuple[str, ...]) -> str:
    """Return channels as a sentence lists them: `a, b and c`."""
    return f"{', '.join(channels[:-1])} and {channels[-1]}"


def _named_zh(channels: tuple[Channel, ...]) -> str:
    """Return channels as a Chinese sentence lists them, followed by how many they are: `微信、QQ、微博三`."""
    return "、".join(one.label.zh for one in channels) + "零一二三四五六七八九"[len(channels)]


def _authorizations_in(channel: Channel) -> Measure:
    name = channel.label.zh
    # Chinese sentences have a space after Latin letters.
    named = f"{name} " if name.isascii() else name
    return Measure(
        name=f"{channel.key}_authorizations",
        label=Bilingual(f"{channel.label.zh}授权量", f"{channel.label.en} authorizations"),
        unit="records",
        meaning=Bilingual(f"{named}渠道的登录授权量。", f"Authorizations in the channel {channel.key}."),
        summed="authorizations",
        channels=(channel.key,),
    )


_ALL = (
    Measure(
        name="authorization_requests",
        label=Bilingual("授权请求量", "Authorization requests"),
        unit="records",
        meaning=Bilingual(
            "授权步骤的记录数：SDK 或社交平台给出了回答，无论授权与否。",
            "Records of the authorize step: the SDK or the social platform answered, authorized or not.",
        ),
        condition=_AUTHORIZATION,
        caveat=Bilingual(
            "登录步骤的记录同时计为授权和认证。",
            "A login record counts both as an authorization and as a verification.",
        ),
        better="higher",
    ),
    Measure(
        name="authorizations",
        label=Bilingual("登录授权量", "Authorizations"),
        unit="records",
        meaning=Bilingual("授权请求中结果为成功的记录数。", "Authorization requests whose outcome is success."),
        condition=f"{_AUTHORIZATION} AND outcome = 'success'",
        caveat=Bilingual(
            "一键登录的授权成功只得到令牌，还没有号码；取到号码的次数见一键登录认证量。",
            "In one-click login a success delivers a token, not a number. One-click verifications count delivered "
            "numbers.",
        ),
        better="higher",
    ),
    Measure(
        name="authorizations_cancelled",
        label=Bilingual("用户取消", "Cancelled by user"),
        unit="records",
        meaning=Bilingual(
            "授权请求中用户取消或改用其他方式的记录数。",
            "Authorization requests that the user cancelled, or switched to another way to sign in.",
        ),
        condition=f"{_AUTHORIZATION} AND outcome IN ('cancelled', 'switched')",
    ),
    Measure(
        name="authorizations_failed",
        label=Bilingual("授权失败", "Authorizations failed"),
        unit="records",
        meaning=Bilingual(
            "既未成功也未被用户取消的授权请求数。",
            "Authorization requests that neither succeeded nor were cancelled by the user.",
        ),
        condition=f"{_AUTHORIZATION} AND outcome NOT IN ('success', 'cancelled', 'switched')",
        better="lower",
    ),
    Measure(
        name="authorization_rate",
        label=Bilingual("授权成功率", "Authorization rate"),
        unit="share",
        meaning=Bilingual("登录授权量占授权请求量的比例。", "Share of authorization requests that succeeded."),
        caveat=Bilingual(
            "用户取消计入分母；没有请求时不显示比例。",
            "Cancellations by the user are in the denominator; without requests there is no rate.",
        ),
        numerator="authorizations",
        denominator="authorization_requests",
        better="higher",
    ),
    Measure(
        name="technical_success_rate",
        label=Bilingual("技术成功率", "Technical success rate"),
        unit="share",
        meaning=Bilingual(
            "去掉用户取消之后，登录授权量所占的比例。",
            "Share of authorization requests that succeeded, without those that the user cancelled.",
        ),
        caveat=Bilingual(
            "反映 SDK、运营商与配置，不反映用户意愿。",
            "It measures SDK, carrier and configuration, not what users want.",
        ),
        numerator="authorizations",
        denominator="authorization_requests - authorizations_cancelled",
        better="higher",
        watched_in=None,
    ),
    Measure(
        name="cancellation_rate",
        label=Bilingual("用户取消率", "Cancellation rate"),
        unit="share",
        meaning=Bilingual(
            "授权请求中用户取消或改用其他方式的比例。",
            "Share of authorization requests that the user cancelled, or switched to another way to sign in.",
        ),
        caveat=Bilingual("取消的用户可能以其他方式登录了。", "A user who cancelled may have signed in another way."),
        numerator="authorizations_cancelled",
        denominator="authorization_requests",
        better="lower",
        watched_in=LOGIN_CHANNELS,
    ),
    Measure(
        name="verification_requests",
        label=Bilingual("认证请求量", "Verification requests"),
        unit="records",
        meaning=Bilingual(
            "一键登录和本机号码认证渠道中认证步骤的记录数。",
            f"Records of the verify step in the channels {_named(NUMBER_CHANNELS)}.",
        ),
        condition=_VERIFICATION,
        better="higher",
    ),
    Measure(
        name="verifications",
        label=Bilingual("认证量", "Verifications"),
        unit="records",
        meaning=Bilingual(
            "认证请求中给出了结果（一致或不一致）的记录数。",
            "Verification requests that delivered a result: success or mismatch.",
        ),
        condition=f"{_VERIFICATION} AND outcome IN ('success', 'mismatch')",
        caveat=Bilingual(
            "结果为“无法判断”不计入认证量。", "The result unknown (the carrier cannot tell) is not a verification."
        ),
    ),
    Measure(
        name="verification_result_rate",
        label=Bilingual("认证结果率", "Verification result rate"),
        unit="share",
        meaning=Bilingual("认证量占认证请求量的比例。", "Share of verification requests that delivered a result."),
        numerator="verifications",
        denominator="verification_requests",
        caveat=Bilingual(
            "号码不一致也是已给出的结果；没有请求时不显示比例。",
            "A mismatch is a delivered result; without requests there is no rate.",
        ),
        watched_in=NUMBER_CHANNELS,
    ),
    Measure(
        name="mismatches",
        label=Bilingual("号码不一致", "Mismatches"),
        unit="records",
        meaning=Bilingual(
            "认证请求中号码与本机不一致的记录数。", "Verification requests whose checked number does not match."
        ),
        condition=f"{_VERIFICATION} AND outcome = 'mismatch'",
        caveat=Bilingual(
            "不一致也是已给出的结果，计入认证量。", "A mismatch is a delivered result and is part of verifications."
        ),
    ),
    Measure(
        name="unknowns",
        label=Bilingual("无法判断", "Unknown results"),
        unit="records",
        meaning=Bilingual(
            "认证请求中运营商无法判断的记录数。", "Verification requests to which the carrier could not answer."
        ),
        condition=f"{_VERIFICATION} AND outcome = 'unknown'",
    ),
    Measure(
        name="one_click_verifications",
        label=Bilingual("一键登录认证量", "One-click verifications"),
        unit="records",
        meaning=Bilingual("一键登录渠道的认证量。", "Verifications in channel one_click."),
        summed="verifications",
        channels=("one_click",),
        better="higher",
    ),
    Measure(
        name="local_verifications",
        label=Bilingual("本机号码认证量", "Local number verifications"),
        unit="records",
        meaning=Bilingual(
            "本机号码认证渠道的认证量，一致与不一致都计入。",
            "Verifications in channel local_verify, matches and mismatches alike.",
        ),
        summed="verifications",
        channels=("local_verify",),
        better="higher",
    ),
    Measure(
        name="number_verifications",
        label=Bilingual("号码认证量", "Number verifications"),
        unit="records",
        meaning=Bilingual(
            "一键登录认证量与本机号码认证量之和。", "One-click verifications plus local number verifications."
        ),
        summed="verifications",
        channels=NUMBER_CHANNELS,
        better="higher",
    ),
    Measure(
        name="third_party_authorizations",
        label=Bilingual("三方授权量", "Third-party authorizations"),
        unit="records",
        meaning=Bilingual(
            f"{_named_zh(SOCIAL)}个渠道的登录授权量之和。", f"Authorizations in the channels {_named(SOCIAL_CHANNELS)}."
        ),
        summed="authorizations",
        channels=SOCIAL_CHANNELS,
        better="higher",
    ),
    *map(_authorizations_in, SOCIAL),
    Measure(
        name="billable_verifications",
        label=Bilingual("计费量", "Billable verifications"),
        unit="records",
        meaning=Bilingual(
            "按当日生效的计费规则应计费的认证记录数。",
            "Verification records that the billing rule in force on that day bills.",
        ),
        condition=f"{_VERIFICATION} AND "
        "list_contains($billed, [if(list_contains($billed_vendors, vendor), vendor, '*'), channel, outcome])",
        caveat=Bilingual(
            "默认规则：一键登录成功、本机号码认证一致与不一致计费，其余不计。各服务商规则不同，请与账单核对。",
            "Default rule: one-click success, local check match and mismatch; nothing else. "
            "Providers differ: compare with the bill.",
        ),
    ),
    Measure(
        name="devices",
        label=Bilingual("设备数", "Devices"),
        unit="devices",
        meaning=Bilingual(
            "授权与认证记录中去重后的设备数。", "Distinct device hashes over authorize, verify and login records."
        ),
        expression=f"count(DISTINCT device_hash) FILTER ({_ANSWER})",
        caveat=Bilingual(
            "各日、各应用、各渠道之间不能相加；没有设备号的记录不计。",
            "Never add it over days, apps or channels. Records without a device id do not count.",
        ),
        cut_by=("channel",),
    ),
    Measure(
        name="latency_p50_ms",
        label=Bilingual("时延中位数", "Latency, median"),
        unit="ms",
        meaning=Bilingual(
            "授权与认证记录的时延中位数，取实际出现过的值（最近秩）。",
            "Median latency of authorize, verify and login records, nearest rank: a value that occurred.",
        ),
        expression=f"quantile_disc(latency_ms, 0.50) FILTER ({_ANSWER})",
        caveat=Bilingual(
            "只含带时延的记录；不能相加或再取平均。", "Only records with a latency count. Neither add nor average it."
        ),
        cut_by=("channel",),
    ),
    Measure(
        name="latency_p95_ms",
        label=Bilingual("时延 95 分位", "Latency, 95th percentile"),
        unit="ms",
        meaning=Bilingual(
            "95% 的授权与认证记录不超过的时延，取实际出现过的值（最近秩）。",
            "Latency that 95 % of authorize, verify and login records do not exceed, nearest rank.",
        ),
        expression=f"quantile_disc(latency_ms, 0.95) FILTER ({_ANSWER})",
        caveat=Bilingual(
            "只含带时延的记录；不能相加或再取平均。", "Only records with a latency count. Neither add nor average it."
        ),
        cut_by=("channel",),
    ),
)

METRICS: dict[str, Measure] = {one.name: one for one in (*_ALL, *SESSIONS, *QUALITY)}


def metric(name: str) -> Measure:
    """Return the metric of that name.

    Raises `AuthmeterError`, with the known names, for an unknown name.
    """
    try:
        return METRICS[name]
    except KeyError:
        raise AuthmeterError(
            f"The metric {name!r} does not exist.",
            where="pipelines/contract/measures/metrics.py",
            why="A figure without a declared meaning must not be shown.",
            do=f"Use one of: {', '.join(METRICS)}.",
        ) from None
