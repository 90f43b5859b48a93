"""Invented names of people and departments, in Chinese and in Latin letters."""

from __future__ import annotations

SURNAMES = (
    ("林", "lin"), ("周", "zhou"), ("陈", "chen"), ("沈", "shen"), ("何", "he"), ("方", "fang"),
    ("顾", "gu"), ("许", "xu"), ("唐", "tang"), ("蒋", "jiang"), ("陆", "lu"), ("宋", "song"),
    ("贺", "he"), ("白", "bai"), ("梁", "liang"), ("秦", "qin"), ("欧阳", "ouyang"),
)  # fmt: skip
GIVEN_NAMES = (
    ("晓晴", "xiaoqing"), ("牧", "mu"), ("思远", "siyuan"), ("予安", "yuan"), ("知夏", "zhixia"),
    ("景行", "jingxing"), ("若溪", "ruoxi"), ("一鸣", "yiming"), ("清和", "qinghe"),
    ("云帆", "yunfan"), ("嘉禾", "jiahe"), ("子衿", "zijin"), ("言蹊", "yanxi"),
    ("南乔", "nanqiao"), ("望舒", "wangshu"), ("星野", "xingye"), ("怀瑾", "huaijin"),
    ("长宁", "changning"), ("初桐", "chutong"),
)  # fmt: skip
LATIN_FIRST = (
    "Amelia", "Bruno", "Clara", "Dorian", "Elif", "Fabian", "Greta", "Hugo", "Ines", "Jonas",
    "Katya", "Leandro", "Mira",
)  # fmt: skip
LATIN_LAST = (
    "Novak", "Lindqvist", "Okafor", "Moreau", "Petrov", "Silva", "Tanaka", "Ullmann", "Varga",
    "Weiss", "Yilmaz",
)  # fmt: skip
JOB_TITLES = ("数据分析师", "后端工程师", "产品经理", "运维工程师", "销售经理", "财务专员")
TOP_DEPARTMENTS = (
    "数据平台部 Data Platform",
    "研发中心 Engineering",
    "市场部 Marketing",
    "财务部 Finance",
    "人力资源部 Human Resources",
    "客户成功部 Customer Success",
)
SUB_DEPARTMENTS = ("一组", "二组", "三组", "华东区", "华南区", "华北区", "平台组", "支持组")


def person_name(number: int) -> tuple[str, str, str]:
    """Name, English name and the local part of the mail address of person ``number``."""
    if number % 4 == 3:
        first = LATIN_FIRST[number % len(LATIN_FIRST)]
        last = LATIN_LAST[(number // 4) % len(LATIN_LAST)]
        return f"{first} {last}", f"{first} {last}", f"{first}.{last}".lower()
    surname = SURNAMES[number % len(SURNAMES)]
    given = GIVEN_NAMES[number % len(GIVEN_NAMES)]
    latin = f"{given[1].title()} {surname[1].title()}"
    return surname[0] + given[0], latin, f"{surname[1]}.{given[1]}"


def department_name(number: int, top_level: int) -> str:
    """Name of department ``number`` when the first ``top_level`` ones hang under the root."""
    if number < top_level:
        base = TOP_DEPARTMENTS[number % len(TOP_DEPARTMENTS)]
        return base if number < len(TOP_DEPARTMENTS) else f"{base} {number}"
    return f"{SUB_DEPARTMENTS[number % len(SUB_DEPARTMENTS)]} Team {number}"
