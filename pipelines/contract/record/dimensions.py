"""THE DIMENSIONS: columns by which counts of a day can be grouped, besides the channel, each declared once.

A dimension is a field of the log, except `entry_channel`, the channel of a session's first record. The declaration of a
dimension determines which tables have it as a column, whether causes of incidents are searched in it, and whether the
sign-in page compares its values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pipelines.common.text import Bilingual, same

UNKNOWN: Final = "unknown"
"""The value of a dimension for records that have none."""


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes:
        key: its column, and its name in causes of incidents.
        label: its name for readers.
        unknown: the text that is shown for the value `UNKNOWN`, without the label.
        values: the texts that are shown for its values, by value, in order; empty if the values are not fixed.
        form: the format in messages of a value that is not in `values`, such as `SDK {}`; used without the label.
        has_causes: whether it is a column of `outcome_daily`, and causes of incidents are searched in it.
        in_sessions: whether it is a column of the tables of sessions and of the funnel, causes of incidents of sessions
            are searched in it, and the sign-in page compares its values.
        is_later: whether day tables written by earlier versions lack the column.
    """

    key: str
    label: Bilingual
    unknown: Bilingual
    values: Mapping[str, Bilingual] = field(default_factory=dict)
    form: str = "{}"
    has_causes: bool = True
    in_sessions: bool = False
    is_later: bool = False


APP: Final = Dimension("app_key", Bilingual("应用", "App"), Bilingual("未知应用", "unknown app"))
PLATFORM: Final = Dimension(
    "platform",
    Bilingual("平台", "Platform"),
    Bilingual("未知平台", "unknown platform"),
    {
        "android": same("Android"),
        "ios": same("iOS"),
        "ipad": same("iPad"),
        "harmony": same("HarmonyOS"),
        "h5": same("H5"),
    },
    in_sessions=True,
)
CARRIER: Final = Dimension(
    "carrier",
    Bilingual("运营商", "Carrier"),
    Bilingual("未知运营商", "unknown carrier"),
    {
        "CMCC": Bilingual("中国移动", "China Mobile"),
        "CUCC": Bilingual("中国联通", "China Unicom"),
        "CTCC": Bilingual("中国电信", "China Telecom"),
    },
    in_sessions=True,
)
VERSION: Final = Dimension(
    "sdk_version",
    Bilingual("SDK 版本", "SDK version"),
    Bilingual("未知 SDK", "unknown SDK"),
    form="SDK {}",
    in_sessions=True,
)
DIMENSIONS: Final = (
    APP,
    PLATFORM,
    CARRIER,
    VERSION,
    Dimension("vendor", Bilingual("服务商", "Vendor"), Bilingual("未知服务商", "unknown vendor")),
    Dimension(
        "scheme_id",
        Bilingual("方案", "Scheme"),
        Bilingual("未知方案", "unknown scheme"),
        has_causes=False,
        in_sessions=True,
    ),
    Dimension(
        "entry_channel",
        Bilingual("登录入口", "Entry channel"),
        Bilingual("未知入口", "unknown entry channel"),
        has_causes=False,
    ),
    Dimension("package_name", Bilingual("包名", "Package"), Bilingual("未知包名", "unknown package"), has_causes=False),
)
BY_KEY: Final = {one.key: one for one in DIMENSIONS}
CAUSES: Final = tuple(one.key for one in DIMENSIONS if one.has_causes)
"""The dimensions in which causes of incidents are searched; the app only in incidents of all apps."""
SESSION_DIMENSIONS: Final = tuple(one.key for one in DIMENSIONS if one.in_sessions)
"""The dimensions of a session, besides its channels."""
SESSION_CAUSES: Final = (APP.key, "entry_channel", *SESSION_DIMENSIONS)
"""The dimensions in which causes of incidents of sessions are searched."""
COMPARED: Final = tuple(sorted(SESSION_DIMENSIONS, key=lambda key: bool(BY_KEY[key].values)))
"""The dimensions whose values the sign-in page compares; those with fixed values come last."""
# The meaning of a result code depends on the vendor, so the two columns are adjacent.
OUTCOME_KEY: Final = (
    "day", "app_key", "channel", "stage", *(key for key in CAUSES[1:] if key != "vendor"), "outcome", "vendor",
    "result_code",
)  # fmt: skip
"""The key of `outcome_daily`."""
