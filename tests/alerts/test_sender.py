"""The sending process reports which receivers took a message, however many others hang."""

from __future__ import annotations

from threading import Event

import pytest
import requests

from pipelines.alerts.forms import forms_of
from pipelines.alerts.sender import deliver
from tests.alerts.messages import WALLET, of_day


def test_receivers_that_hang_keep_no_other_receiver_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = Event()

    def answer(_: str, url: str, **__: object) -> requests.Response:
        response = requests.Response()
        is_late = url.endswith("hangs") and ended.wait(10)
        response.status_code = 500 if is_late else 200
        return response

    monkeypatch.setattr(requests, "request", answer)
    urls = [*["json://127.0.0.1/hangs"] * 40, "json://127.0.0.1/answers"]
    message = of_day(WALLET)
    forms = forms_of(message.title.en, message.lines, "en")
    found = deliver({"urls": urls, "forms": forms, "is_bad": True, "attach": "", "seconds": 3})
    ended.set()
    assert found["delivered"] == [False] * 40 + [True]
