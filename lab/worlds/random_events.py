"""Makes random sign-in records. Each field gets a good value or an odd one; most odd values are invalid.
`random_logs.py` writes them to files; the rules of `records.py` decide which are valid.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle.counts import Codes
from lab.oracle.raw_rows import EPOCH, utc_time
from lab.oracle.records import CHANNELS, DAY_MS, OUTCOMES, RETENTION_DAYS, STAGES, limits


class Token(str):
    """A JSON value that is no string, written to the file without quotes."""


class Event(NamedTuple):
    """The fields of a record, and its true time in Unix ms (None if `event_time` is broken)."""

    fields: dict[str, object]
    ms: int | None


class Scene(NamedTuple):
    """The parameters of a random landing folder.

    Attributes:
        has_edges: whether there are records near the first and the last instant that a run accepts, and near a
            clock change.
        has_every_day: whether nearly all days of two months have records. If not, only two weeks and the first and
            last days of the windows have some, which takes a third of the time.
    """

    as_of: date
    zone: ZoneInfo
    clock_ms: int
    codes: Codes
    has_edges: bool
    has_every_day: bool


REGISTERED = ("shop", "Shop", "news.app", "con", "_tail.", "a" * 64)
UNREGISTERED = ("ghost", "-x", "0", 7)
VENDORS = (
    "umeng", "aliyun", "jiguang", "getui", "dcloud", "geetest", "wechat", "qq", "weibo", "ushare", "acme",
)  # fmt: skip
CLOCKS_GO_BACK_MS = 1_793_512_800_000  # 2026-11-01 06:00 UTC, 02:00 in New York, where 01:00 comes again
OFFSETS_MINUTES = (0, 480, -300, 330, 825, -570, 840)
WORDS = {
    "platform": ("android", "ios", "ipad", "harmony", "h5"),
    "carrier": ("cm_zyhl", "CMCC", "CUCC", "CTCC", "CM", "CU", "CT", "cu_xw", "ct_sjl", "cm", "CT_x",
                "cmccx", "移动"),
    "scheme_id": ("s1", "s2", "方案三"),
    "package_name": ("com.shop", "com.Shop", "com.news-app_1"),
    "device_id": tuple(f"device-{number}" for number in range(25)),
    "phone": ("13800001234", "+86 139 0000 5678"),
    "latency_ms": (0, 1, 80, 81, 120, 120, 450, 3000, 600_000),
    "sdk_version": ("2.1", "2.10", " 2.1", Token("2.10"), 3, "版本\u2028一", "=1+1", "a\u0085b", "a\0b", "😀" * 128),
    "os_version": ("14", 14, "iOS 18", 'say "hi", twice', "two\nlines", "three\r\nmore\r\nlines"),
    "attempt_id": ("attempt-1", "attempt-2"),
    "account_id": ("account",),
}  # fmt: skip
LONG = "长" * 129
# Odd values of every field: no strings, and strings that look like them. A fraction within a list has one way of
# writing.
ODD_ANYWHERE: tuple[object, ...] = (
    True, False, [], {}, ["a", 1], {"a": [1, 2.5, None, {"é": "\"\\/\n"}], "b": True}, 0, -1, 1.5,
    Token("-0"), Token("-0.0"), Token("1e5"), Token("1.50"), Token("1E400"), Token("NaN"), Token("-Infinity"),
    Token("Infinity"), Token("12345678901234567890"), Token("123456789012345678901234567890"), "null", "true", "NaN",
    " ", "\0", "a\0b", "\t", "\x7f", "é\u2028",
)  # fmt: skip
ODD: dict[str, tuple[object, ...]] = {
    "event_id": (None, "", LONG, "长" * 128, Token("9" * 128), Token("9" * 129), Token("1e3"), {"a": "b"}),
    "event_time": (
        None, "", 1_773_115_200, "1773115200", "1773115200.1239999", Token("1773115200.5"), "1773115200000.9999",
        Token("1773115200000.0"), Token("1773115200000.5"), Token("1.7731152e12"), Token("1.7731152e9"), "1.7731152e12",
        "1773115200.", ".5", "177311520000", "17731152000000", "-1773115200000", "01773115200", "0000000000",
        "+1773115200", " 1773115200000", "1773115200000 ", "1773115200,5", "１７７３１１５２００",
        Token("1" + "0" * 30), Token("1" * 5000), "2026-02-30T10:00:00Z", "2026-03-10T25:00:00Z",
        "2026-03-10T24:00:00Z", "2026-03-10T10:60:00Z", "2026-03-10T10:00:60Z", "2026-13-10T10:00:00Z",
        "2026-3-1T10:00:00Z", "2026-03-10", "2026-03-10T10:00Z", "2026-03-10T10:00:00+0800",
        "2026-03-10T10:00:00+08", "2026-03-10T10:00:00+24:00", "20260310T100000Z",
        "2026-03-10T10:00:00+08:60", "2026-03-10T10:00:00 Z", "2026-03-10T10:00:00.",
        "2026-03-10T10:00:00,5Z", "2026/03/10 10:00:00", " 2026-03-10T10:00:00Z", "2026-03-10T10:00:00Z\n",
        "2026-03-10  10:00:00", "now", "２０２６-03-10T10:00:00Z", "infinity",
        "Tue, 10 Mar 2026 10:00:00 GMT", "2026-03-10T10:00:00 Asia/Shanghai", "2999-01-01T00:00:00Z",
        "2019-05-05T00:00:00+08:00", "0001-01-01T00:00:00Z", "1970-01-01 00:00:00",
    ),
    "app_key": (None, "", ".app", "a b", "é", "a" * 65, "app\n", "a/b", "a\0", 123),
    "channel": (None, "", "One_click", "fax", " qq", ["qq"]),
    "stage": (None, "", "LOGIN", "none", "login "),
    "outcome": ("", "SUCCESS", "ok", "success "),
    "result_code": ("", LONG, "长" * 128),
    "vendor": ("", LONG),
    "platform": ("", "Android", "web"),
    "carrier": ("", LONG, "C M", "xcm_", "CM CC", "CM_", "cm-x"),
    "scheme_id": ("", LONG),
    "package_name": ("", "com shop", "包", "a" * 129),
    "device_id": ("", LONG, 13800001234),
    "phone": ("", LONG, 13800001234, "13800001234\0"),
    "latency_ms": (
        600_000, 600_001, "600000", "600001", "80", "80.0", "00000080", Token("80.0"), Token("8e1"), Token("600000.0"),
        Token("600000.5"), "1e2", "80.", "80.5", "+80", " 80", "80 ", "-0", "８０", "fast", "9" * 30,
    ),
    "sdk_version": ("", LONG),
    "os_version": ("", LONG),
    "attempt_id": ("", LONG),
    "account_id": ("", LONG),
}  # fmt: skip
WINDOW_ENDS = (28, 29, 30, 31, 59, 60)
MAY_DIFFER = tuple(field for field in ODD if field != "event_id")


def random_events(rng: Random, scene: Scene, count: int) -> list[Event]:
    """Return `count` random events, further ones if `scene.has_edges`, and copies of some, in random order.

    A few days have no events. See `Scene.has_every_day` for the days.
    """
    days_back = range(-2, 66) if scene.has_every_day else (*range(-2, 15), *WINDOW_ENDS)
    gaps = {rng.randrange(65) for _ in range(4)}
    back = [days for days in days_back if days not in gaps] + [0, 0, 1, 6, 7, 29, 30] * 12 + [300]
    events = [_event(rng, scene, _moment(rng, scene, rng.choice(back))) for _ in range(count)]
    if scene.has_edges:
        oldest = limits(scene.as_of, scene.clock_ms, scene.zone).oldest_ms
        hour = 3_600_000
        edges = [oldest - 1, oldest, oldest + 1, scene.clock_ms + 47 * hour, scene.clock_ms + 49 * hour]
        edges += [CLOCKS_GO_BACK_MS + rng.randrange(-hour, hour) for _ in range(60)]
        events += [_event(rng, scene, ms) for ms in edges]
    copies = []
    for event in events:
        kind = rng.random()
        if kind < 0.10:
            copies += [event] * rng.randint(1, 3)
        elif kind < 0.20:
            copies += [_differing(rng, scene, event) for _ in range(rng.randint(1, 3))]
        elif kind < 0.25 and event.ms is not None:
            copies.append(_at(rng, scene, event, event.ms - rng.randint(1, 3) * DAY_MS))
    events += copies
    rng.shuffle(events)
    return events


def _moment(rng: Random, scene: Scene, days_back: int) -> int:
    """Return a random Unix ms on the business day that is `days_back` days before the as-of, or up to a second before
    it.
    """
    days_to_retention = RETENTION_DAYS - days_back
    start = limits(scene.as_of + timedelta(days=days_to_retention), scene.clock_ms, scene.zone).oldest_ms
    near = rng.choice((-1000, -1, 0, 1, 999, 3_600_000))
    return start + (near if rng.random() < 0.25 else rng.randrange(DAY_MS))


def _event(rng: Random, scene: Scene, ms: int) -> Event:
    """Return a random event at the instant `ms`. One in eight has an odd field, and a few lack a field."""
    number = rng.randrange(10**12)
    ids = (
        f"e-{number}", number, str(number), f"事件{number}", f"{number:x}".rjust(128, "0"), Token(f"1{number:019}"),
        Token(f"-1{number:029}"), Token(f"{number}.50"), {"id": number}, [f"e-{number}", True], f"e\0{number}",
    )  # fmt: skip
    fields: dict[str, object] = {
        "event_id": rng.choice(ids),
        "event_time": _written_time(rng, scene.zone, ms),
        "app_key": _word(rng, REGISTERED if rng.random() < 0.85 else UNREGISTERED),
        "channel": rng.choice(CHANNELS),
        "stage": rng.choice((*STAGES, "login", "verify", "authorize")),
    }
    if rng.random() < 0.3:
        fields["vendor"] = rng.choice(VENDORS)
    fields |= {field: _word(rng, words) for field, words in WORDS.items() if rng.random() < 0.7}
    has_code = rng.random() < 0.5
    if not has_code or rng.random() < 0.2:
        fields["outcome"] = rng.choice((*OUTCOMES, "success", "success", "success", "mismatch"))
    if has_code:
        fields["result_code"] = _code(rng, scene.codes, fields)
    if rng.random() < 1 / 8:
        field = rng.choice(list(ODD) + ["event_time", "latency_ms"] * 3)
        fields[field] = rng.choice((*ODD[field], *ODD_ANYWHERE) if rng.random() < 0.5 else ODD[field])
        return Event(fields, None if field == "event_time" else ms)
    if rng.random() < 0.01:
        fields.pop(rng.choice(("event_id", "event_time", "app_key", "channel", "stage", "outcome", "result_code")), 0)
    return Event(fields, ms)


def _word(rng: Random, words: tuple[object, ...]) -> object:
    """Return the first of `words` in half of the cases, else a random one. So groups have more than one record."""
    return words[0] if rng.random() < 0.5 else rng.choice(words)


def _code(rng: Random, codes: Codes, fields: dict[str, object]) -> object:
    """Return a result code as text or number: of the record's vendor, of another vendor, or an invented one."""
    channel = str(fields["channel"])
    vendor = fields.get("vendor", channel if channel in VENDORS else "umeng")
    own = [code for owner, _, _, code in codes if owner == vendor]
    page_events = ["700002", "700003", "600001", "600024"]
    invented = ["", "999", "0600000", " 600000", "OK ", Token("600000.0"), Token("6e5"), "码"]
    every = [code for _, _, _, code in codes]
    code = rng.choice(rng.choice((own or every, own or every, own or every, every, page_events, invented)))
    is_number = code.lstrip("-").isdecimal() and code[0] != "0"
    return Token(code) if is_number and rng.random() < 0.4 else code


def _written_time(rng: Random, zone: ZoneInfo, ms: int) -> object:
    """Return the instant `ms` (Unix ms) as a log may write it: as a number or text, in Unix time, UTC, or with an
    offset or none.
    """
    form = rng.choice(("unix", "unix", "local", "offset", "offset", "utc"))
    if form == "unix":
        # A JSON number cannot contain finer digits than these.
        seconds, finer = f"{ms // 1000}.{ms % 1000:03}", rng.choice(("0", "5", "25", "9"))
        written = rng.choice((f"{ms}", f"{ms}.{finer}", f"{seconds}", f"{seconds}{finer}", f"{ms / 1e12!r}e12"))
        return Token(written) if "e" in written or rng.random() < 0.5 else written
    minutes = rng.choice(OFFSETS_MINUTES) if form == "offset" else 0
    wall = EPOCH + timedelta(milliseconds=ms, minutes=minutes)
    ending = rng.choice("Zz") if form == "utc" else f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}"
    if form == "offset":
        ending += f":{abs(minutes) % 60:02}"
    if form == "local":
        wall, ending = utc_time(ms).astimezone(zone), ""
    digits = f"{ms % 1000:03}{rng.randrange(10**6):06}"[: rng.choice((0, 1, 3, 3, 3, 6, 9))]
    return wall.strftime(f"%Y-%m-%d{rng.choice('TTt ')}%H:%M:%S") + (f".{digits}" if digits else "") + ending


def _at(rng: Random, scene: Scene, event: Event, ms: int) -> Event:
    return Event({**event.fields, "event_time": _written_time(rng, scene.zone, ms)}, ms)


def _differing(rng: Random, scene: Scene, event: Event) -> Event:
    """Return a copy of an event with the same id, at most five other values, and a time at most a second later."""
    copy = event if event.ms is None else _at(rng, scene, event, event.ms + rng.choice((0, 0, 0, 1, 999)))
    other = _event(rng, scene, _moment(rng, scene, 0)).fields
    changed = {field: other[field] for field in rng.sample(MAY_DIFFER, 5) if field in other}
    changed.pop("event_time", None)
    return Event({**copy.fields, **changed}, copy.ms)
