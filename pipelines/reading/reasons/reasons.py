"""The texts, in Chinese and English, of the likely reasons why few or no records of a file count, each with its cure.

`likely_reason.py` finds the reason; the findings on damaged files come from the readers.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipelines.common.text import Bilingual, same
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import OUTCOMES, STAGES


def _one_of(field: str, values: Iterable[str], or_zh: str = "", or_en: str = "") -> Bilingual:
    listed = ", ".join(values)
    return Bilingual(
        f"最常见 invalid:{field}：请写以下之一：{listed}{or_zh}",
        f"most often invalid:{field}: write one of {listed}{or_en}",
    )


LOST_WITHIN = "lost_within"
"""The reason of a file whose records a mapping with `[unwrap]` did not find."""
NO_HEADER = "no_header"
"""The reason of a CSV file without a header."""
# `{detail}` is a detail about the file, such as the name of its source.
REASONS = {
    "encoding": Bilingual(
        "不是 UTF-8：请转换，如 `iconv -f GB18030 -t UTF-8`",
        "not UTF-8: convert it, as `iconv -f GB18030 -t UTF-8` does",
    ),
    "utf_16": Bilingual(
        "没有 BOM 的 UTF-16：请转换，如 `iconv -f UTF-16LE -t UTF-8`",
        "UTF-16 without a byte order mark: convert it, as `iconv -f UTF-16LE -t UTF-8` does",
    ),
    "markup": Bilingual(
        "是网页或 XML，不是日志：请投递日志本身", "a web page or XML, not a log: deliver the log itself"
    ),
    "no_json": Bilingual(
        "各行不是 JSON：请编写 format 为 lines 的来源映射",
        "its lines are not JSON: write a source mapping with format `lines`",
    ),
    "misnamed": Bilingual("CSV 文件里是 JSON：请改名为 .ndjson", "JSON in a CSV file: rename it to .ndjson"),
    NO_HEADER: Bilingual(
        "CSV 没有表头：请在首行写字段名", "CSV without a header: write the names of the fields into its first line"
    ),
    "delimiter": Bilingual(
        "分隔符不是逗号、分号、制表符、竖线或 SOH：请改用其中之一",
        "its cells are not separated by a comma, a semicolon, a tab, a bar or SOH: write it with one of these",
    ),
    "wide": Bilingual(
        "表头超过 10,000 列或 1 MB：请只投递需要的列",
        "its header has more than 10,000 columns or 1 MB: deliver it without the columns that are not read",
    ),
    "near": Bilingual(
        "名称与日志格式相近但不同（{detail}）：请改名，或编写来源映射",
        "names that are close to names of the log format ({detail}): rename them, or write a source mapping",
    ),
    "foreign": Bilingual(
        "没有日志格式中的字段：请改名，或编写来源映射",
        "no name in it is a field of the log format: rename them, or write a source mapping",
    ),
    "where": Bilingual(
        "来源 {detail} 的 `where` 没有保留任何记录：请修正", "the `where` of source {detail} kept no record: correct it"
    ),
    "wrapped": Bilingual(
        "记录包在采集工具的行里：请放入 landing 下以工具命名的文件夹（{detail}），或编写带 [unwrap] 的来源映射",
        "its records are within the lines of a shipper: put it into a folder of landing named after the shipper "
        "({detail}), or write a source mapping with [unwrap]",
    ),
    "none_within": Bilingual(
        "来源 {detail} 没有在各行中找到日志记录：请编写带 [unwrap] 的来源映射",
        "source {detail} found no log record within its lines: write a source mapping with [unwrap]",
    ),
    LOST_WITHIN: Bilingual(
        "各行中有 event_id，来源 {detail} 却没有找到记录：请单独记录 JSON，或编写带 [unwrap] 的来源映射",
        "its lines contain event_id, but source {detail} found no log record within them: log the record alone, or "
        "write a source mapping with [unwrap]",
    ),
    "empty": Bilingual(
        "其中没有记录：请补齐后投递，或删除", "it has no record: deliver it again with its records, or delete it"
    ),
    "times": Bilingual(
        "最常见 invalid:event_time：时间请写成 2026-11-24T10:00:00+08:00，或 10 位、13 位 Unix 时间，且不晚于当前",
        "most often invalid:event_time: write times as 2026-11-24T10:00:00+08:00 or as Unix time of 10 or 13 digits, "
        "none in the future",
    ),
    "app_keys": Bilingual(
        "最常见 invalid:app_key：请写 1 至 64 位字母、数字、点、- 或 _，不以点开头；名称写入 registry/apps.csv",
        "most often invalid:app_key: write a key of 1 to 64 letters, digits, dots, - and _ that does not begin with a "
        "dot, and its name into registry/apps.csv",
    ),
    "channels": _one_of(
        "channel",
        CHANNELS,
        "，或在 authmeter.toml 的 [channels] 中声明",
        ", or declare it in [channels] of authmeter.toml",
    ),
    "stages": _one_of("stage", STAGES),
    "outcomes": _one_of("outcome", OUTCOMES),
    "too_old": Bilingual(
        "记录早于保留期：请调大 `retention_days` 并运行 `authmeter reread`，或删除该文件",
        "its records are older than the retention: raise `retention_days`, then run `authmeter reread`, or delete it",
    ),
    "rule": Bilingual("最常见 {detail}：请看拒收记录", "most often {detail}: see the rejected records"),
}
# Reasons that earlier versions stored for files that they could not read.
_EARLIER_REASONS = {
    "array": Bilingual(
        "JSON 数组，早先版本无法读取：请运行 `authmeter reread`",
        "a JSON array, which an earlier version could not read: run `authmeter reread`",
    ),
    "spread": Bilingual(
        "一个 JSON 对象占多行，早先版本无法读取：请运行 `authmeter reread`",
        "JSON objects over many lines, which an earlier version could not read: run `authmeter reread`",
    ),
}


# Rejection reasons with a cure of their own, with their key in `REASONS`.
RULES = {
    "invalid:event_time": "times",
    "too_old:event_time": "too_old",
    "invalid:app_key": "app_keys",
    "invalid:channel": "channels",
    "invalid:stage": "stages",
    "invalid:outcome": "outcomes",
}
# Cures of damaged files, by the beginning of the finding. The Chinese texts include the finding.
_CURES = {
    "The file is cut or corrupt": Bilingual("不完整或已损坏：请重新投递", "deliver it again"),
    "The file is not what its name says": Bilingual(
        "与文件名所示的类型不符：请按实际类型命名，或以 UTF-8 文本投递",
        "give it the name of its format, or deliver it as UTF-8 text",
    ),
    "The file needs more memory": Bilingual(
        "解压所需内存超过任何日志：请用较小的窗口重新压缩", "pack it with a smaller window"
    ),
    "The file unpacks to more": Bilingual(
        "解压后超限：若是日志，请调大 `max_unpack_ratio` 或 `max_unpacked_gb` 并运行 `authmeter reread`，否则请删除",
        "if it is a log, raise `max_unpack_ratio` or `max_unpacked_gb`, then run `authmeter reread`; if not, delete it",
    ),
    "The archive has more than": Bilingual(
        "压缩包成员过多：请少装一些，或解包到此处", "pack fewer logs into one, or unpack it here"
    ),
    "The archive has no file": Bilingual(
        "压缩包里没有文件：请重新投递", "deliver it again with its logs, or delete it"
    ),
    "The archive has a member whose path": Bilingual("压缩包成员与旁边的文件同路径：请改名", "rename one of them"),
    "The member is encrypted": Bilingual("成员已加密：请不加密码重新打包", "pack it without a password"),
    "The member is a link": Bilingual("成员是链接或特殊文件：请打包文件本身", "pack the file itself"),
    "The member has a name that leads": Bilingual(
        "成员名指向压缩包之外：请改名后重新打包", "pack it under a name without `..` or a leading `/`"
    ),
    "The member has the same name": Bilingual(
        "压缩包里有同名成员：每个名称只打包一次", "give each member its own name"
    ),
    "The member is an archive": Bilingual("压缩包里的压缩包不会打开：请解包到此处", "unpack it here"),
    "The member is packed": Bilingual("成员的压缩方式无法读取：请用 deflate 重新打包", "pack it by deflate"),
    "The file may not be read": Bilingual(
        "运行 authmeter 的用户无权读取：请授予读取权限", "grant the right to read it"
    ),
}


class Reason(NamedTuple):
    """The likely reason for a file. `code` is a key of `REASONS`; `detail` is inserted into the text of that reason."""

    code: str
    detail: str = ""

    @property
    def stored(self) -> str:
        """The reason as the manifest stores it: the code, and the detail if there is one; `words_of` reads it."""
        return f"{self.code}: {self.detail}" if self.detail else self.code


def is_stored(stored: str | None, code: str) -> bool:
    """Whether a finding of the manifest is a stored `Reason` with this code; false for None."""
    return stored is not None and stored.partition(": ")[0] == code


def words_of(stored: str) -> Bilingual:
    """Return the text of a stored finding in Chinese and English. A finding that is not a `Reason`, such as the finding
    on a damaged file, is returned unchanged.
    """
    code, _, detail = stored.partition(": ")
    words = REASONS.get(code) or _EARLIER_REASONS.get(code)
    return words.format(detail=detail) if words else same(stored)


def words_of_damage(finding: str | None) -> Bilingual:
    """Return the finding on a damaged file and how to cure the file, in Chinese and English.

    If `_CURES` has no cure for the finding, return the finding alone. If the finding is None, return a general text.
    """
    if not finding:
        return Bilingual("不完整或已损坏", "cut or corrupt")
    cure = next((cure for start, cure in _CURES.items() if finding.startswith(start)), None)
    if not cure:
        return same(finding)
    what = re.sub(r"^The (file|archive|member) (is )?", "", finding).rstrip(".").replace(": ", ", ", 1)
    return Bilingual(cure.zh, f"{what}: {cure.en}")
