"""How the sample's providers and servers answer: the outcomes and codes of each situation, and their shares."""

DRAWS = 500

# situation -> (outcome, code as the vendor writes it or None, share). The dictionary has all codes except 600099, so
# that the sample shows unmapped codes.
Answers = tuple[tuple[str, str | None, float], ...]
ANSWERS: dict[str, Answers] = {
    "ready": (("success", "600000", 1.0),),
    "page": (("success", "600001", 1.0),),
    "click": (("success", "700002", 1.0),),
    "token": (("success", "600000", 1.0),),
    "prefetch": (
        ("success", "600000", 0.918),
        ("unsupported", "600008", 0.03),
        ("unsupported", "600007", 0.012),
        ("carrier_error", "600012", 0.022),
        ("timeout", "600015", 0.01),
        ("config_error", "600004", 0.004),
        ("error", "600099", 0.004),
    ),
    "no consent": (("unchecked", None, 1.0),),
    "cancel": (("cancelled", "700000", 1.0),),
    "switch": (("switched", "700001", 1.0),),
    "fail": (
        ("carrier_error", "600011", 0.6),
        ("timeout", "600015", 0.24),
        ("unsupported", "600021", 0.07),
        ("limited", "600014", 0.03),
        ("config_error", "600017", 0.04),
        ("error", "600099", 0.02),
    ),
    "exchange": (
        ("success", "OK", 0.984),
        ("timeout", None, 0.006),
        ("carrier_error", None, 0.006),
        ("quota_exhausted", None, 0.002),
        ("error", None, 0.002),
    ),
    "no exchange": (("timeout", None, 0.7), ("carrier_error", None, 0.3)),
    "asked": (("success", None, 0.99), ("limited", None, 0.01)),
    "typed": (("success", None, 0.95), ("mismatch", None, 0.03), ("timeout", None, 0.02)),
    "mistyped": (("mismatch", None, 1.0),),
    "check": (
        ("success", "PASS", 0.904),
        ("mismatch", "REJECT", 0.054),
        ("unknown", "UNKNOWN", 0.026),
        ("timeout", None, 0.01),
        ("limited", None, 0.006),
    ),
    "login": (
        ("success", "OK", 0.93),
        ("cancelled", None, 0.03),
        ("timeout", None, 0.02),
        ("carrier_error", None, 0.02),
    ),
    "no login": (("timeout", None, 0.6), ("carrier_error", None, 0.4)),
    # Carriers return `UNKNOWN` for a device without a number of its own; WeChat returns -6 for an app that it bans.
    "no carrier": (("unknown", "UNKNOWN", 1.0),),
    "banned": (("config_error", "-6", 1.0),),
    "wechat answer": (
        ("success", "0", 0.87),
        ("cancelled", "-2", 0.09),
        ("cancelled", "-4", 0.02),
        ("unsupported", "-5", 0.01),
        ("error", "-1", 0.01),
    ),
    "qq answer": (
        ("success", "onComplete", 0.85),
        ("cancelled", "onCancel", 0.11),
        ("error", "onError", 0.03),
        ("timeout", "-7", 0.01),
    ),
    "weibo answer": (
        ("success", "0", 0.82),
        ("cancelled", "-1", 0.12),
        ("unsupported", "8000", 0.03),
        ("error", "-100", 0.03),
    ),
    "wechat refuse": (("cancelled", "-2", 1.0),),
    "qq refuse": (("cancelled", "onCancel", 1.0),),
    "weibo refuse": (("cancelled", "-1", 1.0),),
}


def answer_rows() -> list[dict[str, object]]:
    """Return `DRAWS` equally likely answers of each situation: `situation`, `draw`, `outcome`, `result_code`."""
    rows: list[dict[str, object]] = []
    for situation, answers in ANSWERS.items():
        drawn: list[tuple[str, str | None]] = []
        for outcome, code, share in answers:
            drawn += [(outcome, code)] * round(share * DRAWS)
        # Draws left over by rounding get the likeliest answer, the first of its list.
        drawn = ([answers[0][:2]] * DRAWS + drawn)[-DRAWS:]
        rows += [
            {"situation": situation, "draw": draw, "outcome": outcome, "result_code": code}
            for draw, (outcome, code) in enumerate(drawn)
        ]
    return rows
