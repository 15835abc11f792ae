"""Personal values are masked before people see them, in visible fields and in texts without known fields."""

from __future__ import annotations

import json
import re
import time

import pytest

from pipelines.contract.record.masking import MAX_REJECTED_TEXT, masked_text, masked_value

SECRETS = {
    "phone": '{"phone":"02088886666","channel":"qq"}',
    "phone as a number": '{"phone": 2088886666, "channel":"qq"}',
    "words under phone": '{"phone":"2088 886 666","channel":"qq"}',
    "device": '{"device_id":"2088886666","channel":"qq"}',
    "vendor's device": '{"deviceId":"2088886666","channel":"qq"}',
    "list of devices": '{"devices":["a","2088886666"],"channel":"qq"}',
    "list with spaces": '{"devices": [ "a", "2088886666" ], "channel":"qq"}',
    "object": '{"device": { "kind": "x", "id": "2088886666" },"channel":"qq"}',
    "object in object": '{"device":{"a":{"b":1},"id":"2088886666"},"channel":"qq"}',
    "bracket in a text": '{"device":{"a":"}","id":"2088886666"},"channel":"qq"}',
    "token": '{"token":"2088886666.x-y","channel":"qq"}',
    "access token": '{"accessToken":"2088886666","channel":"qq"}',
    "words as a key": '{"Device ID":"2088886666","channel":"qq"}',
    "a space behind the key": '{"device_id ":"2088886666","channel":"qq"}',
    "words as a key of escaped JSON": '{"body":"{\\"Phone number\\":\\"2088886666\\"}","channel":"qq"}',
    "a key in Chinese": '{"手机号":"2088886666","channel":"qq"}',
    "a key in escaped Chinese": '{"\\u8bbe\\u5907\\u53f7":"2088886666","channel":"qq"}',
    "an escaped letter in the key": '{"\\u0064evice_id":"2088886666","channel":"qq"}',
    "an escaped letter in the key of a text": '{"body":"{\\"ph\\\\u006fne\\":\\"2088886666\\"}","channel":"qq"}',
    "escaped digits": '{"note":"call \\u0031\\u0033820888866","channel":"qq"}',
    "escaped NUL bytes": '{"note":"1\\u00003\\u00008\\u00002\\u00000\\u000088","channel":"qq"}',
    "a short key": '{"user_tel":"2088886666","did":"2088886666","mac":"2088886666","channel":"qq"}',
    "mobile number with dashes": "138-2088-8666,qq",
    "mobile number with dots": "138.2088.8666,qq",
    "mobile number with no-break blanks": "138\xa02088\xa08666,qq",
    "mobile number with full-width dashes": "138－2088－8666,qq",
    "mobile number with other signs": "138_2088/8666,qq",
    "mobile number with blanks": "1 3 8 2 0 8 8 8 6 6 6,qq",
    "mobile number in full-width digits": "１３８２０８８８６６６,qq",
    "capitals": '{"PHONE":"2088886666","channel":"qq"}',
    "escaped JSON": '{"body":"{\\"mobile\\":\\"2088886666\\"}","channel":"qq"}',
    "quote within": '{"device_id":"a\\"2088886666","channel":"qq"}',
    "cut": '{"channel":"qq","phone":"2088886666',
    "cut object": '{"channel":"qq","device":{"id":"2088886666',
    "form": "channel=qq&phone=2088886666",
    "single quotes": "{'phone': '2088886666', 'channel': 'qq'}",
    "words in single quotes": "{'device_id': 'my 2088886666', 'channel': 'qq'}",
    "no key, a mobile number": '{"note":"call 13820888866 now","channel":"qq"}',
    "mobile number with 86": "8613820888866,qq",
    "mobile number with +86": "+8613820888866,qq",
    "mobile number with 0086": "008613820888866,qq",
    "mobile number in words": "user13820888866x,qq",
    "IMEI": "490154208888666,qq",
    "UUID": "f47ac10b-58cc-4372-a567-2088886666ab,qq",
    "UUID without dashes": "F47AC10B58CC4372A5672088886666AB,qq",
    "Android id": "9774d56d620888ab,qq",
    "MAC address": "20:88:88:66:66:ab,qq",
    "landline": "02120888,qq",
    "UTF-16 without a mark": "1\0003\0008\0002\0000\0008\0008\0008\0008\0006\0006\000,\000q\000q",
    "UTF-16, the other way round": "\0001\0003\0008\0002\0000\0008\0008\0008\0008\0006\0006\000,\000qq",
}


@pytest.mark.parametrize("name", SECRETS)
def test_masks_what_is_personal_and_nothing_else(name: str) -> None:
    masked = masked_text(SECRETS[name])
    bare = re.sub(r"[\W_]", "", masked)
    assert "20888" not in bare
    assert "２０８" not in bare
    assert "***" in masked
    assert "qq" in bare


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"event_id":"e1","stage":"login"}',
        "2026-03-10T10:00:00.000+08:00",
        "2026-03-10 10:00:00",
        "12345",
        "1 2 3 4 5",
        "a1b2c",
        "not json",
        "verification",
        "中文",
        '{"hotel":"a","machine":"b","candidate":"c"}',
        '{"note":"\\n \\ud800"}',
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert masked_text(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("1773100800000", "***"),
        ("abcde1", "***"),
        ("abcdef_1", "abcdef_1"),
        ("e-123456,x", "e-***,x"),
        ("1 2 3 4 5 6", "***"),
        ("1  2  3  4  5  6", "1  2  3  4  5  6"),
        ("a b c 1 d e f", "a b c 1 d e f"),
        ("a\0b\0c\0d\0e\0001", "***"),
        ("\0e\0001\0,\0q\0q", "e1,qq"),
        ("用户编号甲乙12", "***"),
    ],
)
def test_a_run_is_six_letters_and_digits_with_a_digit(text: str, masked: str) -> None:
    assert masked_text(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("13820888866", "***"),
        ("+8613820888866", "+***"),
        ("138 2088 8866", "***"),
        ("1 3 8 2 0 8 8 8 8 6 6", "***"),
        ("1\0003\0008\0002\0000\0008\0008\0008\0008\0006\0006", "***"),
        ("call 13820888866 now", "call *** now"),
        ("490154208888666", "***"),
        ("49-015420-888866-6", "***"),
        ("138.2088.8866", "***"),
        ("4 9 0 1 5 4 2 0 8 8 8 8 6 6 6", "***"),
        ("1773100800000", "1773100800000"),
        ("12345678901", "12345678901"),
        ("2026-03-10 10:00:00.123", "2026-03-10 10:00:00.123"),
        ("2026-03-10-1234567", "2026-03-10-1234567"),
        ("132, 2088, 8866", "132, 2088, 8866"),
        ("f47ac10b-58cc-4372-a567-0e02b2c3d479", "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
        ("9774d56d620888ab", "9774d56d620888ab"),
    ],
)
def test_of_a_visible_value_only_mobile_numbers_and_imeis_are_masked(text: str, masked: str) -> None:
    assert masked_value(text) == masked


def test_a_value_that_is_known_to_be_personal_is_masked_where_it_stands() -> None:
    assert masked_value("Anna's phone-1", ["Anna's phone"]) == "***-1"
    assert masked_text("dev=Anna 1", ["Anna"]) == "dev=*** 1"
    # A short value could be any word.
    assert masked_value("qq", ["qq"]) == "qq"


def test_a_long_record_is_cut() -> None:
    assert masked_text("a b " * 5000) == ("a b " * 5000)[:MAX_REJECTED_TEXT]
    assert masked_value("a b " * 5000) == ("a b " * 5000)[:MAX_REJECTED_TEXT]
    assert MAX_REJECTED_TEXT == 2000


@pytest.mark.parametrize("length", range(1980, 2001))
def test_no_half_of_a_number_is_left_at_the_cut(length: int) -> None:
    for mask in (masked_text, masked_value):
        assert "138" not in mask("x" * length + " 13820888866 " + "y" * 100)


@pytest.mark.parametrize("length", range(7980, 8001))
def test_no_half_of_a_number_is_left_where_a_line_of_megabytes_is_cut(length: int) -> None:
    filler = "13900000000 " * (length // 12) + "x" * (length % 12)
    for mask in (masked_text, masked_value):
        assert "1382088" not in mask(filler + " 13820888866 " + "y " * 100_000)
    spaced = "1390000000 " * (length // 11) + "x" * (length % 11)
    assert "1 3 8" not in masked_text(spaced + " 1 3 8 2 0 8 8 8 8 6 6 " + "y " * 100_000)


def test_a_value_of_megabytes_under_a_key_is_masked_whole() -> None:
    masked = masked_text(json.dumps({"event_id": "e1", "token": "20888" * 400_000}))
    assert masked.startswith('{"event_id": "e1", "token": ***')
    assert "20888" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "x" * 8000,
        "phone" * 1600,
        "phone" + "-" * 8000,
        '"' * 8000,
        "phone:[" * 1000,
        "0" * 8000,
        "phone " * 1300,
        "\\u0061" * 1300,
        "1 " * 4000,
        "1" + "\0" * 8000,
        "ab1\0\0\0 " * 1000,
        "a:" * 4000,
    ],
)
def test_no_text_takes_long_to_mask(text: str) -> None:
    # One word of 8,000 letters once took two seconds, and `phonephone…` ten minutes.
    for mask in (masked_text, masked_value):
        begun = time.monotonic()
        mask(text)
        assert time.monotonic() - begun < 0.5
