"""Which shares of a day are looked at, and what they are called.

Lives here: the cuts, one row each, from coarse to fine. When a share is unusual is in `unusual_shares.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

WHOLE = "records"
"""What the whole of parts that overlap is called in a profile."""


@dataclass(frozen=True)
class Cut:
    """A way to cut a day: the parts of each whole of `measure`, as shares of it."""

    measure: str
    zh: str
    en: str
    fall_odds: float = 1.5
    """The odds of a part must fall by this factor, and its share by `least_points`, unless it is gone."""
    least_points: float = 0.01
    rise_odds: float = 0.0
    """The factor by which they must rise, where it is another one. Infinity: never looked at."""
    comes_alone: bool = False
    """Whether a device leaves one of a kind, an answer or a stage, and not several, as of records in general."""
    least_of_day: float = 0.0
    """A whole with a smaller share of the day's records is not looked at."""
    overlaps: bool = False
    """Whether a record may be in several parts, as it has several fields; the whole is then given as `records`."""
    is_sampled: bool = False
    """Whether it is seen on some of a large day's records alone, so that their number says nothing."""

    def whole(self, parts: Mapping[str, int]) -> int:
        """The records of a whole."""
        return parts.get(WHOLE, 0) if self.overlaps else sum(parts.values())

    def is_part(self, name: str) -> bool:
        """Whether that is a part, and not the whole of parts that overlap. An app may be called `records`, too."""
        return not (self.overlaps and name == WHOLE)


ANSWERS = (
    Cut("outcome", "结果", "outcome", comes_alone=True),
    Cut("outcome_of_stage", "结果", "outcome", comes_alone=True),
    Cut("code", "结果码", "result code", 1.7, 0.02),
    Cut("outcome_of_platform", "平台结果", "outcome of platform", comes_alone=True),
    Cut("outcome_of_carrier", "运营商结果", "outcome of carrier", comes_alone=True),
    Cut("outcome_of_line", "运营商与平台结果", "outcome of carrier and platform", comes_alone=True),
    Cut("outcome_of_app", "应用结果", "outcome of app", comes_alone=True),
    Cut("outcome_of_version", "SDK 版本结果", "outcome of SDK version", comes_alone=True),
)
WHOLES = (
    Cut("channel", "渠道", "channel", 1.8, 0.02),
    Cut("platform", "平台", "platform", 1.8, 0.02),
    Cut("carrier", "运营商", "carrier", 1.8, 0.02),
    Cut("stage", "环节", "stage", 1.8, 0.02, comes_alone=True),
    Cut("app", "应用", "app", 1.8, 0.03),
)
MAKE_UP = (
    Cut("stage_of_platform", "平台环节", "stage of platform", least_points=0.02, comes_alone=True),
    Cut("carrier_of_platform", "平台运营商", "carrier of platform", least_points=0.02),
    Cut("channel_of_platform", "平台渠道", "channel of platform", 1.7, 0.03),
    Cut("channel_of_app", "应用渠道", "channel of app", 1.7, 0.03),
    Cut("platform_of_app", "应用平台", "platform of app", 1.7, 0.03),
    Cut("carrier_of_app", "应用运营商", "carrier of app", 1.7, 0.03),
    Cut("vendor_of_app", "应用供应商", "vendor of app", 1.7, 0.03),
    Cut("stage_of_app", "应用环节", "stage of app", 1.7, 0.03, comes_alone=True),
    Cut("scheme_of_app", "应用方案", "scheme of app", 1.7, 0.03),
    Cut("day_of_file", "日志文件中的日期", "day of the records in files of source", 2.0, 0.05),
)
FILES = (Cut("file", "日志文件", "file of source", 1.6, 0.01, rise_odds=inf),)
HOURS = (
    Cut("hours", "时段", "hours", 1.8, 0.02, 3.0),
    Cut("hours_of_source", "日志源时段", "hours of source", 1.8, 0.02, 3.0),
    Cut("hours_of_platform", "平台时段", "hours of platform", 1.8, 0.02, 3.0),
    Cut("hours_of_app", "应用时段", "hours of app", 1.8, 0.02, 4.0, least_of_day=0.02),
)
FIELDS = (
    Cut("field", "有值的字段", "records with the field", least_points=0.05, rise_odds=inf, overlaps=True),
    Cut(
        "field_of_channel", "渠道中有值的字段", "records of the channel with the field", 1.5, 0.05,
        rise_odds=inf, overlaps=True,
    ),
    Cut(
        "field_of_platform", "平台中有值的字段", "records of the platform with the field", 1.5, 0.05,
        rise_odds=inf, overlaps=True,
    ),
    Cut(
        "field_of_app", "应用中有值的字段", "records of the app with the field", 1.5, 0.05,
        rise_odds=inf, overlaps=True,
    ),
)  # fmt: skip
LATENCIES = (
    Cut("latency_class", "时延", "latencies", 2.0, 0.06, comes_alone=True),
    Cut("latency_class_of_platform", "平台时延", "latencies of platform", 2.0, 0.08, comes_alone=True),
)
VALUES = (
    Cut("sdk_version", "平台 SDK 版本", "SDK version of platform", inf, 0.25, 2.5),
    Cut("os_version", "平台系统版本", "OS version of platform", inf, 0.25, 2.5, is_sampled=True),
    Cut(
        "device_of_platform", "不同设备与记录之比，平台", "distinct devices for the records of platform", 1.7, 0.1,
        comes_alone=True, overlaps=True, is_sampled=True,
    ),
    Cut(
        "busiest_device", "同一台设备的记录，渠道", "records of one device in", 2.0, 0.03,
        comes_alone=True, overlaps=True,
    ),
    Cut(
        "twin", "设备、应用、环节、毫秒都相同的记录，渠道",
        "records that repeat device, app, stage and millisecond in",
        comes_alone=True, overlaps=True, is_sampled=True,
    ),
    Cut(
        "attempt", "不同登录尝试与记录之比", "distinct attempts for the records of", 1.5, 0.05,
        comes_alone=True, overlaps=True, is_sampled=True,
    ),
    Cut(
        "repeated_attempt", "同一台设备再次尝试，渠道", "attempts of a device that had one already in", 1.8, 0.03,
        comes_alone=True, overlaps=True, is_sampled=True,
    ),
    Cut(
        "phone", "不同号码与有号码的记录之比，渠道", "distinct phone numbers for the records that have one in",
        1.7, 0.1, comes_alone=True, overlaps=True, is_sampled=True,
    ),
    Cut(
        "full_hour", "时刻恰为整点的记录", "records at a full hour to the millisecond in", comes_alone=True,
        overlaps=True,
    ),
)  # fmt: skip
