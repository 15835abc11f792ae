"""What is kept of phones, and that a rejected record is shown without anything personal."""

from __future__ import annotations

import json
import time

import pytest

from pipelines.contract.masking import MAX_REJECTED_TEXT, masked_text


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
    "a short key": '{"user_tel":"2088886666","did":"2088886666","mac":"2088886666","channel":"qq"}',
    "mobile number with dashes": "138-2088-8666,qq",
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
}


@pytest.mark.parametrize("name", SECRETS)
def test_masks_what_is_personal_and_nothing_else(name: str) -> None:
    masked = masked_text(SECRETS[name])
    assert "20888" not in masked
    assert "***" in masked
    assert "qq" in masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"event_id":"e1","event_time":1773100800000}',
        "2026-03-10T10:00:00.000+08:00",
        "12345678901",
        "138123456789",
        "not json",
        "中文",
        '{"hotel":"a","machine":"b","candidate":"c"}',
        '{"note":"\\n \\ud800"}',
    ],
)
def test_other_text_stays_as_it_is(text: str) -> None:
    assert masked_text(text) == text


def test_a_long_record_is_cut() -> None:
    assert masked_text("a b " * 5000) == ("a b " * 5000)[:MAX_REJECTED_TEXT]
    assert MAX_REJECTED_TEXT == 2000


@pytest.mark.parametrize("length", range(1980, 2001))
def test_no_half_of_a_number_is_left_at_the_cut(length: int) -> None:
    assert "138" not in masked_text("x" * length + " 13820888866 " + "y" * 100)


@pytest.mark.parametrize("length", range(7980, 8001))
def test_no_half_of_a_number_is_left_where_a_line_of_megabytes_is_cut(length: int) -> None:
    filler = "13900000000 " * (length // 12) + "x" * (length % 12)
    assert "1382088" not in masked_text(filler + " 13820888866 " + "y " * 100_000)


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
    ],
)
def test_no_text_takes_long_to_mask(text: str) -> None:
    # One word of 8,000 letters once took two seconds, and `phonephone…` ten minutes.
    begun = time.monotonic()
    masked_text(text)
    assert time.monotonic() - begun < 0.5
