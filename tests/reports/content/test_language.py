"""No text lacks its Chinese, the catalogue has no unused text, and texts are escaped."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

import reports
from pipelines.common.catalogue import read_catalogue
from pipelines.common.errors import AuthmeterError
from pipelines.common.text import Bilingual
from pipelines.incidents import sentences
from reports.content.wording.language import LANGUAGES, catalogue, script_msgids, t
from reports.content.wording.words import WORDS

HERE = Path(reports.__file__).parent


def used_msgids() -> set[str]:
    found = set(script_msgids()) | set(WORDS.values())
    for template in (HERE / "pages").rglob("*.jinja"):
        found |= {m for _, m, _, _ in extract_from_file("jinja2.ext:babel_extract", template, keywords={"t": None})}
    for module in HERE.rglob("*.py"):
        found |= {m for _, m, _, _ in extract_from_file("python", module, keywords={"t": None})}
    return found


def test_the_catalogue_has_exactly_the_texts_in_use():
    assert set(catalogue("zh")) == used_msgids()
    assert set(catalogue("en")) <= used_msgids()


@pytest.mark.parametrize(
    ("folder", "language"), [*((HERE / "locale", language) for language in LANGUAGES), (sentences.LOCALE, "zh")]
)
def test_a_catalogue_is_read_as_babel_reads_it_and_sorted(folder, language):
    with (folder / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        entries = [entry for entry in read_po(file, locale=language) if entry.id]
    own = read_catalogue(folder, language)
    assert own == {entry.id: entry.string for entry in entries if entry.string}
    assert not any(entry.fuzzy for entry in entries)
    assert list(own) == sorted(own, key=lambda msgid: (msgid.casefold(), msgid))


def test_the_texts_of_the_scripts_are_those_that_babel_finds():
    options = {"parse_template_string": True}
    assert script_msgids() == sorted({
        message
        for script in (HERE / "static" / "js").rglob("*.ts")
        for _, message, _, _ in extract_from_file(
            "javascript", script, keywords={"_": None, "both": None}, options=options
        )
    })  # fmt: skip


@pytest.mark.parametrize("folder", [HERE / "locale", sentences.LOCALE])
def test_places_are_the_same_in_both_languages(folder):
    for msgid, translated in read_catalogue(folder, "zh").items():
        places = r"\{\w+\}|_[A-Z]+_"
        assert sorted(re.findall(places, msgid)) == sorted(re.findall(places, translated)), msgid


def test_no_text_names_a_day_by_its_distance_from_the_reader():
    """A page may be read days after it was made, so its texts contain dates instead of words such as "today"."""
    relative = re.compile(r"\b(yesterday|today|tomorrow)\b|昨[天日]|今[天日]", re.IGNORECASE)
    texts = {*catalogue("zh").items(), *((one, one) for one in catalogue("en").values())}
    assert [pair for pair in texts if relative.search("".join(pair))] == []


def test_a_text_prints_both_languages_escaped():
    assert Bilingual("甲<", "a<").html == "<span lang=zh-CN>甲&lt;</span><span lang=en>a&lt;</span>"
    assert Bilingual("QQ", "QQ").html == "QQ"
    assert t("Apps: {count}").format(count=7) == Bilingual("7 个应用", "Apps: 7")


def test_a_text_without_chinese_is_refused():
    with pytest.raises(AuthmeterError, match="no Chinese"):
        t("Nobody wrote this")


def test_a_label_that_a_template_carries_in_both_languages_is_that_of_the_catalogue():
    chinese = catalogue("zh")
    labels = [
        (zh, en)
        for template in (HERE / "pages").rglob("*.jinja")
        for zh, en in re.findall(r'data-label-zh="([^"{]*)" data-label-en="([^"{]*)"', template.read_text())
    ]
    found = [(zh, chinese[en]) for zh, en in labels if en in chinese]
    assert len(found) > 3
    assert [zh for zh, _ in found] == [zh for _, zh in found]


def test_reports_never_import_dagster_or_assets():
    for module in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.startswith(("dagster", "pipelines.assets")) for n in names), module
