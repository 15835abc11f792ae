"""THE CHANNELS: the ways to sign in or to check a number, each declared once.

Every list of channels, in SQL, Python and the page scripts, is derived from this one. To add a channel, add it here,
its words to the catalogues and its records to the sample. A data folder may declare more in its settings
(`settings/channels.py`), in the group `other`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.text import Bilingual, same

Group = Literal["number", "social", "other"]


@dataclass(frozen=True)
class Channel:
    """One channel.

    Attributes:
        key: its value in a log record.
        label: its name; the English name is also the msgid in the message catalogues.
        group: `number` has verification records, which can be billed; `social` is a platform's own sign-in; `other`
            counts in no total of records, but in an app's devices and sign-in sessions.
        signs_in: whether users sign in by the channel; otherwise the channel only checks a number.
    """

    key: str
    label: Bilingual
    group: Group
    signs_in: bool = True

    @property
    def has_verifications(self) -> bool:
        """Whether the channel's records of stage `verify` are verifications."""
        return self.group == "number"

    @property
    def is_login(self) -> bool:
        """Whether the table `login_trend` has rows for the channel."""
        return self.signs_in and self.group != "other"


DECLARED: Final = (
    Channel("one_click", Bilingual("一键登录", "One-click login"), "number"),
    Channel("local_verify", Bilingual("本机号码认证", "Local number verification"), "number", signs_in=False),
    Channel("wechat", Bilingual("微信", "WeChat"), "social"),
    Channel("qq", same("QQ"), "social"),
    Channel("weibo", Bilingual("微博", "Weibo"), "social"),
    Channel("sms", Bilingual("短信验证码", "Text message"), "other"),
)
CHANNELS: Final = tuple(one.key for one in DECLARED)
LABELS: Final = {one.key: one.label for one in DECLARED}
SOCIAL: Final = tuple(one for one in DECLARED if one.group == "social")
NUMBER_CHANNELS: Final = tuple(one.key for one in DECLARED if one.has_verifications)
SOCIAL_CHANNELS: Final = tuple(one.key for one in SOCIAL)
LOGIN_CHANNELS: Final = tuple(one.key for one in DECLARED if one.is_login)
KEY_PATTERN: Final = r"[a-z][a-z0-9_]{0,31}"
"""The form of a channel's key."""
MOST_CHANNELS: Final = 127
"""Most channels of a store, removed declarations included: sets of channels are bit masks."""
# Values of the column `methods` of a scheme in the registry.
METHODS: Final = ("number", *SOCIAL_CHANNELS)
CHECK_CHANNELS: Final = tuple(one.key for one in DECLARED if not one.signs_in)


def known_channels(declared: Iterable[str]) -> tuple[str, ...]:
    """Return the built-in channels (`CHANNELS`), then those that a data folder declared, each once."""
    return tuple(dict.fromkeys((*CHANNELS, *declared)))


def is_one_of(channels: Iterable[str]) -> str:
    """Return the SQL condition that the channel of a record is one of `channels`."""
    return f"channel IN ({', '.join(map(repr, channels))})"


def channel_macros() -> Iterator[str]:
    """Yield the statements for the SQL macros about channels.

    `is_login_channel(channel)`, `is_number_channel(channel)` and `is_social_channel(channel)` are conditions;
    `login_channels()` is the list of the channels of the table `login_trend`, in their order.
    """
    groups = {"login": LOGIN_CHANNELS, "number": NUMBER_CHANNELS, "social": SOCIAL_CHANNELS}
    for name, keys in groups.items():
        yield f"CREATE TEMP MACRO is_{name}_channel(channel) AS {is_one_of(keys)}"
    yield f"CREATE TEMP MACRO login_channels() AS {list(LOGIN_CHANNELS)}"


def number_macros(channels: Sequence[str]) -> tuple[str, ...]:
    """Return the statements that create the SQL macros for the numbers of `channels`, the channels that a record can
    have.

    - `channel_number(channel)`: the position of a channel in `channels`, from 1; `channel_of(number)`: the reverse.
    - `channel_numbers()`: the list of all numbers.
    - `channel_bit(number)`: an integer with one bit set. An integer with several bits is a set of channels.
    """
    words = list(channels)
    # Few stores have more channels than an INTEGER has bits, without its sign.
    bits = "INTEGER" if len(words) < 32 else "HUGEINT"
    return (
        # DuckDB evaluates this once for each dictionary entry of a file, not for each row.
        f"CREATE OR REPLACE TEMP MACRO channel_number(word) AS list_position({words}, word)::UTINYINT",
        f"CREATE OR REPLACE TEMP MACRO channel_of(number) AS ({words})[number]",
        f"CREATE OR REPLACE TEMP MACRO channel_numbers() AS range(1, {len(words) + 1})",
        f"CREATE OR REPLACE TEMP MACRO channel_bit(number) AS 1::{bits} << (number - 1)",
    )
