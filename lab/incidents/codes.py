"""The outcomes and result codes of a world's records, by vendor and layer. The result codes are in the code
dictionary.
"""

from typing import NamedTuple


class Answer(NamedTuple):
    """An outcome with its result code; `code` is None if the log has only the outcome."""

    outcome: str
    code: str | None


class Answers(NamedTuple):
    """The answers with which a request can end.

    Attributes:
        failed: the usual failures, each with its weight.
        fault: the answer of all requests that a planted fault makes fail.
    """

    success: Answer
    cancelled: Answer
    switched: Answer
    failed: tuple[tuple[Answer, float], ...]
    fault: Answer
    mismatch: Answer | None = None


_SOCIAL_CANCEL = {"wechat": "-2", "qq": "onCancel", "weibo": "-1"}
_SOCIAL_SUCCESS = {"wechat": "0", "qq": "onComplete", "weibo": "0"}
_SOCIAL_FAILED = {
    "wechat": (("error", "-1", 0.5), ("error", "-3", 0.3), ("unsupported", "-5", 0.2)),
    "qq": (("timeout", "-7", 0.4), ("unsupported", "-10", 0.4), ("error", "-6", 0.2)),
    "weibo": (("error", "-100", 0.5), ("unsupported", "8000", 0.5)),
}
_SOCIAL_FAULT = {"wechat": ("config_error", "-6"), "qq": ("config_error", "-5"), "weibo": ("config_error", "21324")}

_SDK = {
    "umeng": Answers(
        Answer("success", "600000"),
        Answer("cancelled", "700000"),
        Answer("switched", "700001"),
        (
            (Answer("unsupported", "600008"), 0.35),
            (Answer("unsupported", "600007"), 0.1),
            (Answer("carrier_error", "600011"), 0.3),
            (Answer("timeout", "600015"), 0.25),
        ),
        Answer("carrier_error", "600002"),
    ),
    "jiguang": Answers(
        Answer("success", "6000"),
        Answer("cancelled", "6002"),
        Answer("switched", None),
        ((Answer("error", "6001"), 0.5), (Answer("unsupported", "2016"), 0.3), (Answer("timeout", "2005"), 0.2)),
        Answer("error", "6003"),
    ),
}


def _server(success: str, mismatch: str, unknown: str | None, fault: Answer) -> Answers:
    """Return the answers of a vendor's server. `success`, `mismatch` and `unknown` are result codes; None means no
    code.
    """
    return Answers(
        Answer("success", success),
        Answer("cancelled", None),
        Answer("switched", None),
        ((Answer("unknown", unknown), 0.6), (Answer("timeout", None), 0.25), (Answer("error", None), 0.15)),
        fault,
        Answer("mismatch", mismatch),
    )


_ONE_CLICK_SERVER = {
    "umeng": _server("OK", "REJECT", "UNKNOWN", Answer("carrier_error", None)),
    "jiguang": _server("8000", "9001", "9002", Answer("error", "8001")),
}
_CHECK_SERVER = {
    "umeng": _server("PASS", "REJECT", "UNKNOWN", Answer("unknown", "UNKNOWN")),
    "jiguang": _server("9000", "9001", "9002", Answer("quota_exhausted", "9018")),
}


def answers(channel: str, stage: str, vendor: str) -> Answers:
    """Return the possible answers to a request.

    The channel and stage decide who answers: a social platform, a vendor's SDK, or a vendor's server.
    """
    if channel in _SOCIAL_SUCCESS:
        return Answers(
            Answer("success", _SOCIAL_SUCCESS[channel]),
            Answer("cancelled", _SOCIAL_CANCEL[channel]),
            Answer("switched", None),
            tuple((Answer(outcome, code), weight) for outcome, code, weight in _SOCIAL_FAILED[channel]),
            Answer(*_SOCIAL_FAULT[channel]),
        )
    if stage == "authorize":
        return _SDK[vendor]
    return (_CHECK_SERVER if channel == "local_verify" else _ONE_CLICK_SERVER)[vendor]


def all_codes() -> list[str]:
    """Return every result code that a record can have, sorted."""
    steps = [(channel, "authorize", channel) for channel in _SOCIAL_SUCCESS]
    steps += [("one_click", stage, vendor) for stage in ("authorize", "verify") for vendor in _SDK]
    steps += [("local_verify", "verify", vendor) for vendor in _SDK]
    found = {code for code in PAGE_OPENED.values() if code is not None}
    for step in steps:
        known = answers(*step)
        each = [known.success, known.cancelled, known.switched, known.fault, *(answer for answer, _ in known.failed)]
        each += [known.mismatch] if known.mismatch else []
        found |= {answer.code for answer in each if answer.code is not None}
    return sorted(found)


# A page that was opened is a success; jiguang has no code for it.
PAGE_OPENED = {"umeng": "600001", "jiguang": None}
