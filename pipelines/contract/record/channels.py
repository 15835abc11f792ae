"""THE CHANNELS: the ways to sign in or to check a number, each declared once.

Every list of channels, in SQL, Python and the page scripts, comes from here. To add one, add it here, its words to the
catalogues and its records to the sample. A data folder may declare more in its settings: they are of the group `other`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Group = Literal["number", "social", "other"]


@dataclass(frozen=True)
class Channel:
    """One channel.

    Attributes:
        key: its value in a log record.
        label: its English name, which is the msgid of its words.
        group: `number` has verification records, which are billed; `social` is a platform's own sign-in; `other` counts
            in no total.
        is_login: whether it is one of the four of the login trend.
    """

    key: str
    label: str
    group: Group
    is_login: bool = True

    @property
    def has_verifications(self) -> bool:
        """Whether a record of its verify step is a verification."""
        return self.group == "number"


DECLARED: Final = (
    Channel("one_click", "One-click login", "number"),
    Channel("local_verify", "Local number check", "number", is_login=False),
    Channel("wechat", "WeChat", "social"),
    Channel("qq", "QQ", "social"),
    Channel("weibo", "Weibo", "social"),
)
CHANNELS: Final = tuple(one.key for one in DECLARED)
NUMBER_CHANNELS: Final = tuple(one.key for one in DECLARED if one.has_verifications)
SOCIAL_CHANNELS: Final = tuple(one.key for one in DECLARED if one.group == "social")
LOGIN_CHANNELS: Final = tuple(one.key for one in DECLARED if one.is_login)


def channel_macros() -> Iterator[str]:
    """Statements that make the SQL macros about channels.

    `is_login_channel(channel)`, `is_number_channel(channel)` and `is_social_channel(channel)` are conditions;
    `login_channels()` is the list of the four of the login trend, in their order. `channel_number(channel)` gives a
    channel its place among all, from 1, as `channel_of(number)` gives it back; `channel_bit(number)` is a bit for each.
    """
    groups = {"login": LOGIN_CHANNELS, "number": NUMBER_CHANNELS, "social": SOCIAL_CHANNELS}
    for name, keys in groups.items():
        yield f"CREATE TEMP MACRO is_{name}_channel(channel) AS channel IN ({', '.join(map(repr, keys))})"
    yield f"CREATE TEMP MACRO login_channels() AS {list(LOGIN_CHANNELS)}"
    # DuckDB looks up a word once for each dictionary of a file, and not for each row.
    yield f"CREATE TEMP MACRO channel_number(word) AS list_position({list(CHANNELS)}, word)::UTINYINT"
    yield f"CREATE TEMP MACRO channel_of(number) AS ({list(CHANNELS)})[number]"
    yield "CREATE TEMP MACRO channel_bit(number) AS 1 << (number - 1)"
