"""Describes files of landing that no source reads, by their names, with advice how to make them readable.

The ingest finds these files. Their contents are not read.
"""

from collections.abc import Iterable, Sequence, Set

from pipelines.common.text import Bilingual
from pipelines.reading.files.landing import ARCHIVES, COMPRESSIONS, has_suffix
from pipelines.reading.sources.mapping import fits_any
from pipelines.store.manifest import Manifest

_SPREADSHEET = Bilingual("电子表格：请另存为 CSV", "a spreadsheet: save it as CSV")
_ARCHIVE = Bilingual("归档文件：请解包到此处", "an archive: unpack it here")
_PACKED = Bilingual(
    "压缩格式无法读取：请改用 .gz 或 .zst 压缩", "compressed in an unsupported way: repack it as .gz or .zst"
)
_PACKED_PARQUET = Bilingual(
    "压缩过的 Parquet：请解压，其内部已压缩",
    "Parquet in a compressed file: unpack it, Parquet compresses its data itself",
)
_DATA_FILE = Bilingual(
    "格式无法读取：请转成 NDJSON、CSV 或 Parquet", "an unsupported format: write it as NDJSON, CSV or Parquet"
)
_UNKNOWN = Bilingual(
    "类型未知：若是日志，请改名为 .ndjson、.csv 或 .parquet，或在来源映射中写明其 `format`；若不是，请写入 `ignore`",
    "of an unknown kind: if it is a log, rename it to .ndjson, .csv or .parquet, or give its `format` in a source "
    "mapping; if not, name it in `ignore`",
)
_CLOSED = Bilingual(
    "没有后缀，且无法读取：若是日志，请授予读取权限；若不是，请写入 `ignore`",
    "without a suffix, and cannot be read: if it is a log, grant the right to read it; if not, name it in `ignore`",
)
# The first kind with a matching ending is used.
_KINDS = (
    (_SPREADSHEET, (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et", ".numbers")),
    (_ARCHIVE, (*ARCHIVES, ".rar", ".7z", ".tbz", ".jar", ".cpio", ".tar.lzma", ".tar.z")),
    (_PACKED_PARQUET, tuple(f".parquet{packed}" for packed in COMPRESSIONS)),
    (_PACKED, (".lzma", ".lzo", ".br", ".sz", ".z", ".zz", ".zlib")),
    (_DATA_FILE, (".avro", ".orc", ".arrow", ".feather", ".sqlite", ".db", ".duckdb", ".xml", ".yaml", ".yml")),
)


def kind_of(path: str) -> Bilingual:
    """Describe a file that no source reads, according to the suffix of its name in any letter case."""
    name = path.lower()
    return next((kind for kind, endings in _KINDS if name.endswith(endings)), _UNKNOWN)


def kinds_of(manifest: Manifest, ignore: Sequence[str]) -> dict[str, Bilingual | None]:
    """Describe each of the manifest's unread files, as `kinds` does. A file without a checksum could not be read."""
    closed = {path for path, file in manifest.unread_files.items() if not file.sha256}
    return kinds(manifest.unread_files, ignore, closed)


def kinds(paths: Iterable[str], ignore: Sequence[str], closed: Set[str] = frozenset()) -> dict[str, Bilingual | None]:
    """Describe each of the files, sorted by path; None if the setting `ignore` matches it.

    Args:
        closed: the files among them that cannot be read. Such a file without a suffix gets a text of its own, because
            only its first bytes could show whether it is a log.
    """
    return {
        path: None if fits_any(path, ignore) else _CLOSED if path in closed and not has_suffix(path) else kind_of(path)
        for path in sorted(paths)
    }
