"""Values that equal the text in which pages show them, with the right precision, sign and unit, and words for names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from reports.content.wording.words import word

ABSENT = "—"


def said(value: str | None, language: str) -> str:
    """The word of a page for a value of a table."""
    return str(getattr(word(value), language))


def day_said(one: date, language: str) -> str:
    """A date with its weekday."""
    names = "一二三四五六日" if language == "zh" else ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{one} {'周' if language == 'zh' else ''}{names[one.weekday()]}"


def count(value: int | None) -> str:
    """A count as the pages write it."""
    return ABSENT if value is None else f"{value:,}"


@dataclass(frozen=True)
class Share:
    """A share that equals its text: per cent with two decimals, rightly rounded; a dash without a value."""

    value: float | None

    def __eq__(self, text: object) -> bool:
        if self.value is None or not isinstance(text, str):
            return text == ABSENT and self.value is None
        # The big lists keep six decimals of a share, and so may round twice.
        return bool(re.fullmatch(r"\d+\.\d\d%", text)) and abs(float(text[:-1]) - 100 * self.value) <= 0.00506

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Change:
    """A change that equals its text: arrow, sign, amount; without a base, no number at all."""

    value: float | None
    base: float | None
    fair: bool = True
    points: bool = False

    def __eq__(self, text: object) -> bool:
        assert isinstance(text, str)
        if not self.fair or self.value is None or self.base is None or (not self.points and not self.base):
            return text != "" and not re.search(r"[\d%▲▼■]", text)
        found = re.fullmatch(r"([▲▼■]) ?([+−±])([\d,]+(?:\.\d+)?)(%| pp| ?个百分点) ?\D+", text)
        if not found:
            return False
        arrow, sign, amount, unit = found.groups()
        exact = 100 * (self.value - self.base if self.points else self.value / self.base - 1)
        places = len(amount.partition(".")[2])
        displayed = float(amount.replace(",", ""))
        # Points are a difference of two shares, which may both have been rounded before.
        is_right = abs(displayed - abs(exact)) <= 0.5 * 10**-places + (0.00012 if self.points else 1e-6)
        is_precise = places == (2 if self.points else 1 if abs(exact) < 1000 else 0)
        is_signed = arrow + sign == ("■±" if displayed == 0 else "▲+" if exact > 0 else "▼−")
        return is_right and is_precise and is_signed and (unit == "%") != self.points

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Signed:
    """How far a value is from the usual: per cent of a count, points of a rate; a dash without a value."""

    value: float | None
    usual: float | None
    points: bool = False

    def __eq__(self, text: object) -> bool:
        assert isinstance(text, str)
        if self.value is None or self.usual is None or (not self.points and not self.usual):
            return text == ABSENT
        found = re.fullmatch(r"([+−])([\d.]+)(%| pp| 个百分点)", text)
        if not found:
            return False
        exact = 100 * (self.value - self.usual if self.points else self.value / self.usual - 1)
        written = float(found[2]) * (1 if found[1] == "+" else -1)
        return (found[3] == "%") != self.points and abs(written - exact) <= (0.0051 if self.points else 0.051)

    __hash__ = None  # type: ignore[assignment]


UNITS = {"zh": {"亿": 10**8, "万": 10**4}, "en": {"B": 10**9, "M": 10**6, "K": 10**3}}


@dataclass(frozen=True)
class Compact:
    """A count that equals its short form: four digits at most, with the unit of its size."""

    value: int | None
    language: str

    def __eq__(self, text: object) -> bool:
        assert isinstance(text, str)
        if self.value is None or self.value < 10_000:
            return text == count(self.value)
        found = re.fullmatch(r"([\d,]+)(?:\.(\d+))?(\D)", text)
        if not found or found[3] not in UNITS[self.language]:
            return False
        unit = UNITS[self.language][found[3]]
        whole = found[1].replace(",", "")
        places = {1: 2, 2: 2, 3: 1}.get(len(whole), 0)
        displayed = float(f"{whole}.{found[2] or 0}")
        # A count that rounds up to 10,000 of a unit is shown in the next unit.
        sizes = [one for one in UNITS[self.language].values() if self.value >= max(0.99995 * one, 10_000)]
        return unit == max(sizes) and abs(displayed - self.value / unit) <= 0.5000001 * 10**-places

    __hash__ = None  # type: ignore[assignment]


class Size:
    """A size that equals its text: B, kB or MB, rightly rounded."""

    def __init__(self, size: int) -> None:
        self.size = size

    def __eq__(self, text: object) -> bool:
        number, unit = str(text).split(" ")[:2]
        power = {"B": 1, "kB": 1000, "MB": 1_000_000}[unit]
        fits = power <= self.size < power * 1000 or self.size < 1000
        return fits and abs(float(number.replace(",", "")) - self.size / power) <= (0.05 if power > 1 else 0) + 1e-9

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{self.size} bytes"


def numbers(text: str) -> tuple[str, ...]:
    """The numbers in a sentence, dates and shares whole; the 30 of "the last 30 days" is none."""
    text = re.sub(r"\b(last 30|7 days|seven days)\b|(近|前|最近) ?\d+ 天|7 天", "", text)
    return tuple(found.rstrip(",.:-") for found in re.findall(r"\d[\d,.:-]*%?", text))


def signed(value: int | None) -> str:
    """A difference of counts with its sign."""
    return ABSENT if value is None else f"{value:+,}".replace("-", "−") if value else "0"
