"""Labels the folder of a sample with a marker file, and refuses to mix synthetic logs with real ones."""

from pathlib import Path
from typing import Final

from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import file_in_the_way

MARKER: Final = "_SYNTHETIC.md"
# All files that a sample writes into `landing`, and that a later sample may remove.
_OWN_FILES = ("????-??-??/part-*", "????-??-??/late-????-??-??.*", "edge/bad-lines-????-??-??.ndjson")
_LABEL = """# 合成数据 Synthetic data

本目录的日志由 `authmeter sample` 生成，没有任何真实的用户、设备或号码；号码都以 160 开头。
These logs were made by `authmeter sample`. No person, device or phone number in them is real:
numbers begin with 160, which no mobile network is known to use.

"""


def prepare_folder(landing: Path, registry: Path, command: str) -> None:
    """Make and label `landing`, and remove the files of an earlier sample.

    Args:
        command: the command that makes the same sample again; written into the label.

    Raises:
        UsageError: `landing` or `registry` hold files that are not from a sample, or a file is in place of a folder;
            nothing was changed.
    """
    if file := file_in_the_way(landing) or file_in_the_way(registry):
        raise UsageError("A file is in place of a folder of the sample.", where=str(file), do="Name another --out.")
    if (landing / MARKER).exists():
        for path in [path for pattern in _OWN_FILES for path in landing.glob(pattern)]:
            path.unlink()
    else:
        _refuse_foreign(landing, registry)
        landing.mkdir(parents=True, exist_ok=True)
    (landing / MARKER).write_text(f"{_LABEL}    {command}\n", "utf-8")


def is_of_other_sample(landing: Path, command: str) -> bool:
    """Return whether `landing` is labelled as a sample that another command than `command` made."""
    label = landing / MARKER
    return label.exists() and not label.read_text("utf-8").endswith(f"    {command}\n")


def _refuse_foreign(landing: Path, registry: Path) -> None:
    foreign = [*registry.glob("*.csv"), *registry.glob("*/*.csv")]
    if landing.is_dir():
        foreign += [path for path in landing.iterdir() if not path.name.startswith((".", "_", "README"))]
    if foreign:
        raise UsageError(
            "The folder already has logs or a registry that are not from a sample.",
            where=", ".join(str(path) for path in sorted(foreign)[:3]),
            why="Synthetic records among real ones would falsify every figure.",
            do="Give --out a new folder.",
        )
