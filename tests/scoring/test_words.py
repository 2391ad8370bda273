"""The scheme in words: complete, only what is in effect, with an example that the engine itself calculates."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from core.words import Name, Sentence
from scoring.example import example_sheets, worked_example
from scoring.explain import Names, step_sentence
from scoring.panel_mark import panel_mark
from scoring.words import SchemeWords, scheme_in_words
from tests.scoring.building import EVERYTHING, FURTHER, TWO_PARTS, open_selection, scheme_from
from web.i18n import Language, Translator
from web.sentences import placeholders

CHINESE = Translator(Language.CHINESE)


def sentences(words: SchemeWords) -> list[Sentence]:
    found = [*(s for part in words.parts for s in part.sentences), *words.order, *words.cuts, *words.reserve]
    found += [*words.findings, *words.replacement]
    for variant in words.variants:
        found += [variant.posts, *(s for part in variant.parts for s in part.sentences), *variant.order, *variant.cuts]
    return found


def chinese(words: SchemeWords) -> list[str]:
    return [CHINESE(sentence) for sentence in sentences(words)]


def inner(sentence: Sentence) -> Iterator[Sentence]:
    yield sentence
    for fact in sentence.facts.values():
        for one in fact if isinstance(fact, tuple) else [fact]:
            if isinstance(one, Sentence):
                yield from inner(one)


def test_the_ready_scheme_reads_as_a_notice_would_print_it():
    words = scheme_in_words(open_selection())
    assert [(term.name.chinese, term.weight) for term in words.formula.terms] == [
        ("笔试成绩", "50%"),
        ("面试成绩", "50%"),
    ]
    interview = next(part for part in words.parts if part.key == "interview")
    assert [CHINESE(sentence) for sentence in interview.sentences] == [
        "评委按下列测评要素打分，各要素满分为：综合分析20分、组织协调20分、应变处突15分、专业素养20分、语言表达15分、举止仪表10分。",
        "打分以0.5分为一档。",
        "专家评委（7名）：去掉1个最高分、1个最低分，取其余的平均分，占80%。",
        "代表评委（2名）：取全部平均分，占20%。",
        "各组平均分保留2位小数，四舍五入。",
        "没有打分的评委不计入平均，不按0分算。",
        "专家评委至少要有5名打分。",
        "保留2位小数，四舍五入。",
        "同一职位分在几个考场的，成绩再乘所在考场的系数。",
        "系数等于各考场平均分的平均数除以本考场平均分。",
        "缺考、成绩无效的不计入平均分。",
        "考场平均分保留4位小数，四舍五入。",
        "系数保留4位小数，四舍五入。",
        "乘系数后的成绩保留2位小数，四舍五入。",
    ]
    assert (
        "入围末位同分的，依次比较：面试成绩、笔试成绩、面试成绩全部评委原始分之和、集体研究确定并记录理由的次序。"
        in chinese(words)
    )
    assert "“考察人选建议名单”：按综合成绩从高到低，每个名额取3人。" in chinese(words)


@pytest.mark.parametrize("toml", [EVERYTHING, FURTHER, TWO_PARTS])
def test_every_sentence_has_exactly_the_facts_it_names_in_both_languages(toml):
    for sentence in sentences(scheme_in_words(scheme_from(toml))):
        for one in inner(sentence):
            assert placeholders(one.source) <= one.facts.keys()
        for language in Language:
            assert "{" not in Translator(language)(sentence)


def test_every_rule_in_effect_is_said():
    said = "\n".join(chinese(scheme_in_words(scheme_from(EVERYTHING))))
    for wanted in (
        "笔试成绩的折算分保留2位小数，四舍六入五成双",
        "由满分300分折算为100分",
        "折算前保留1位小数",
        "保留3位小数，其后舍去",
        "几项可以累加",
        "加分最多5分",
        "加分在折算前计入",
        "达到合格线的才加分",
        "不含加分不到60分的",
        "缺考的，按0分计",
        "免试的，不计总成绩",
        "放弃的，这一项不计",
        "每个要素去掉1个最高分、1个最低分",
        "不足5个分数的，不去掉",
        "至少要有3名评委打分",
        "专家评委至少要有3名",
        "甲 × 0.5",
        "每名评委的合计分保留2位小数",
        "乘积保留2位小数",
        "缺少个别评分表的，不影响计分",
        "试卷或者考场不同的",
        "全部成绩的平均分除以本考场平均分",
        "高于90分的不计入",
        "低于60分的不计入",
        "比平均分低60%以上",
        "去掉该考场1个最高分、1个最低分",
        "不含各考场已去掉的分数",
        "去掉全部成绩中2个最高分、2个最低分",
        "总平均分保留4位小数",
        "乘系数后的成绩最高100分",
        "名次在各职位组内排定",
        "同分的，依次比较：笔试成绩、顺延的小数位、面试成绩顺延的小数位、面试成绩全部评委原始分之和、已记录的“学历”、加试成绩、抽签结果、不再比较，一并进入",
        "名额不超过4个的，按笔试成绩从高到低取12人",
        "每个名额取1.5人",
        "“进入面试人选”：不足一人的按一人算",
        "“进入面试人选”：同分的，依次比较：申论",
        "都不进入",
        "取前3名",
        "等先后次序记录后再定",
        "实际参加人数不超过名额1倍的，面试成绩须达到70分、同一评委组全部面试人员的平均分、形成竞争的职位中入围人员的最低分",
        "达到其中一项即可",
        "实际参加人数不足名额2倍的，面试成绩须达到60分",
        "每个名额有10名报考人员方可开考",
        "成绩不低于80分的进入人选库",
        "入库后12个月内有效",
        "可以不按名次选用，但须记录理由",
    ):
        assert wanted in said, wanted


def test_rules_that_are_not_in_effect_are_not_said():
    said = "\n".join(chinese(scheme_in_words(scheme_from(TWO_PARTS))))
    assert said.splitlines() == [
        "保留2位小数，四舍五入。",
        "满分100分。",
        "满分100分。",
        "按total从高到低排名；分数相同的名次相同，其后的名次空出。",
        "名次在各职位内排定。",
    ]


def test_weights_points_and_deductions_stand_in_the_formula():
    scheme = scheme_from(TWO_PARTS.replace("weight = 0.5", "points = 60", 1).replace("weight = 0.5", "points = 40", 1))
    assert [(term.weight, term.points) for term in scheme_in_words(scheme).formula.terms] == [("", "60"), ("", "40")]
    thirds = scheme_from(TWO_PARTS.replace("0.5", '"1/3"', 1).replace("0.5", '"2/3"', 1))
    assert [term.weight for term in scheme_in_words(thirds).formula.terms] == ["1/3", "2/3"]
    everything = scheme_in_words(scheme_from(EVERYTHING)).formula
    assert [(term.key, term.weight, term.deducted) for term in everything.terms] == [
        ("written", "40%", False),
        ("interview", "60%", False),
        ("late", "", True),
    ]


def test_the_example_is_what_the_engine_calculates_and_shows_a_dropped_pair_of_equals():
    scheme = open_selection()
    example = worked_example(scheme)
    assert example.total == Decimal("81.32")
    lines = [CHINESE(step_sentence(step.document(), Names.of(scheme))) for step in example.steps]
    assert lines[2] == "笔试成绩：80.50 × 0.6 + 79.00 × 0.4 = 48.300 + 31.600 = 79.900，四舍五入取2位小数，得79.90"
    assert (
        "面试成绩，专家评委：(83.0 + 81.5 + 83.5 + 85.0 + 81.0) ÷ 5 = 414.0 ÷ 5 = 82.8，四舍五入取2位小数，得82.80；"
        "去掉最低分81.0（专家评委2席）、最高分85.5（专家评委7席）"
    ) in lines
    assert lines[-1].endswith("= 39.950 + 41.370 = 81.320，四舍五入取2位小数，得81.32")


@pytest.mark.parametrize("toml", [EVERYTHING, TWO_PARTS])
def test_any_scheme_has_an_example_within_its_own_limits(toml):
    scheme = scheme_from(toml)
    assert worked_example(scheme).total is not None
    for rule in scheme.panels.values():
        panel_mark(rule, example_sheets(rule))  # refuses a mark off the step or above its maximum


def test_names_know_parts_groups_elements_and_fall_back_to_keys():
    names = Names.of(open_selection())
    assert names.part("written") == Name("笔试成绩", "Written mark")
    assert names.part("essay") == Name("essay", "essay")
    assert CHINESE(names.inside("interview", "expert/3")) == "专家评委3席"
    assert CHINESE(names.inside("interview", "expert/analysis")) == "专家评委，综合分析"


def test_the_further_rules_are_said_too():
    said = "\n".join(chinese(scheme_in_words(scheme_from(FURTHER))))
    for wanted in (
        "最高计100分",
        "按所在档次的最低分计，各档最低分为：90、80、60",
        "含加分最高104分",
        "合格线在考试后划定并公布",
        "是否达到合格线，不含加分",
        "本人的数除以作为比较的总数（最高数），再乘100",
        "没有量化分数而有等次的，按下列分值计：优秀100分、称职80分",
        "各等次分值为：十年以上5分",
        "不高于0分的",
        "投票人从下列等次中选一个，各等次分值为：好100分、一般60分",
        "空白票为无效票",
        "各类票的得分保留2位小数",
        "权重为：A票60%、B票40%",
        "每一类票至少要有3张有效票",
        "有效票不够的那一类不计",
        "考生所考科目不同的",
        "只在一起排名的考生分属不同考场或者科目时适用",
        "系数等于各科目全部成绩的平均分除以本科目平均分",
        "名额不超过4个的：“进入陈述”：按笔试成绩从高到低，比名额多取1人",
        "名额不超过9个的：“进入陈述”：按笔试成绩从高到低，每个名额取1.5人，再加1人",
        "“进入陈述”：人数的小数四舍五入",
        "“考察人选”：不足一人的不计",
        "达不到的取消职位",
        "职位05、06为2名",
        "每个名额的报考人员不足5名的，不组织笔试成绩",
        "廉洁自律一票否决（纪检监察机关、第三条）：不参加排名",
        "试卷作标记：笔试成绩无效",
        "透露姓名：民主测评、笔试成绩按0分计",
        "资格复审前放弃的，按“进入陈述”的名次依次递补",
        "递补不晚于面试之前3天",
        "体检不合格的，按“考察人选”的名次依次递补",
        "同一名额最多递补2次",
        "递补不晚于笔试之后12个月",
        "笔试成绩不得低于60分",
        "审批之日后不再递补",
        "有下列情形的不递补：资格复审不合格、面试通知后放弃、当日缺考、公示异议成立、决定后放弃",
        "下列职位另行规定：11、12",
        "“考察人选”：按综合成绩从高到低，每个名额取2人",
    ):
        assert wanted in said, wanted


def test_a_variant_says_only_what_differs():
    (variant,) = scheme_in_words(scheme_from(FURTHER)).variants
    assert [part.key for part in variant.parts] == ["total"]
    assert [(term.name.chinese, term.points) for term in variant.parts[0].formula.terms][-1] == ("民主测评", "35")


def test_the_worked_example_enters_every_kind_of_mark():
    scheme = scheme_from(FURTHER)
    example = worked_example(scheme)
    assert example.total in {Decimal(90), Decimal(80), Decimal(60)}
    names = Names.of(scheme)
    said = [CHINESE(step_sentence(step.document(), names)) for step in example.steps]
    assert "年度考核：46 ÷ 50 × 100 = 92" in said
    assert "履历：十年以上，计5分" in said
    assert "民主测评，A票：(100 × 120 + 60 × 30) ÷ 150 = 13800 ÷ 150 = 92，四舍五入取2位小数，得92.00" in said
    assert not [line for line in said if "{" in line]
