"""Names are in the order of a Chinese index, and are found by their pinyin."""

import pytest

from reports.content.wording.name_order import pinyin, spelling


def test_digits_latin_and_chinese_by_pinyin_in_this_order():
    # b(ěi) before c(hóng) before s(hì) before z(hōng): the second is read by its word, not as zhòng.
    names = ["示例商城", "Zebra", "重庆出行", "中国移动", "apple", "北京生活", "360 安全", "示例", "应用10", "应用9"]
    assert sorted(names, key=spelling) == [
        "360 安全", "apple", "Zebra", "北京生活", "重庆出行", "示例", "示例商城", "应用9", "应用10", "中国移动",
    ]  # fmt: skip


def test_tones_tell_syllables_apart():
    assert sorted(["骂", "妈", "马", "麻"], key=spelling) == ["妈", "麻", "马", "骂"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("微信", "WeiXin"), ("重庆出行", "ChongQingChuXing"), ("示例 Shop 2", "ShiLi"), ("女装", "NvZhuang"),
        ("吗", "Ma"), ("Shop", ""), ("", ""), ("👩‍👩‍👧 café", ""),
    ],
)  # fmt: skip
def test_pinyin_without_tones_the_initials_as_capitals(name, expected):
    assert pinyin(spelling(name)) == expected


@pytest.mark.parametrize("name", ["\u202eabc", "</script>", "=cmd|' /C calc'!A0", "长" * 300, "1" * 40, "٣", "\0"])
def test_any_name_has_a_place(name):
    assert sorted([name, "b", "中"], key=spelling) == sorted(["中", "b", name], key=spelling)
