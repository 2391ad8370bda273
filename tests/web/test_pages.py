"""A page is shown whole, or by one block where htmx asks for it; forms keep what was typed and say what is wrong."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from jinja2 import ChoiceLoader, DictLoader, UndefinedError

from core.errors import Problem
from core.words import Sentence
from web import pages
from web.i18n import Language
from web.pages import (
    Filled,
    Office,
    Paging,
    Road,
    Stage,
    Visit,
    Who,
    render,
    respond,
    static,
    wants_fragment,
    with_query,
)

NOW = datetime(2026, 9, 28, 6, 2, tzinfo=UTC)


@pytest.fixture
def page(monkeypatch):
    """Renders a template given as text, in place of a file."""

    def show(text: str, visit: Visit | None = None, block: str = "", **data: object) -> str:
        made = pages.environment(Language.CHINESE).overlay()
        made.loader = ChoiceLoader([DictLoader({"test.html": text}), pages.environment(Language.CHINESE).loader])
        monkeypatch.setattr(pages, "environment", lambda *_: made)
        return render(visit or Visit(now=NOW), "test.html", block, **data)

    return show


def test_a_block_is_shown_alone_only_to_a_visit_that_wants_a_fragment(page):
    text = (
        '{% extends "page.html" %}{% block main %}<h1>x</h1>'
        '{% block list %}<ul id="list">{{ ui.state(_("Result"), "done") }}</ul>{% endblock %}{% endblock %}'
    )
    part = page(text, Visit(fragment=True), "list")
    assert part.startswith('<ul id="list">')
    assert part.endswith("结果</span></ul>")
    assert "<h1>" in page(text, Visit(fragment=False), "list")
    assert "<h1>" in page(text, Visit(fragment=True))


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, False),
        ({"hx-request": "true"}, True),
        ({"hx-request": "true", "hx-request-type": "partial"}, True),
        ({"hx-request": "true", "hx-request-type": "full"}, False),
        ({"hx-request": "true", "hx-history-restore-request": "true"}, False),
    ],
)
def test_htmx_wants_a_fragment_unless_it_replaces_the_whole_page(headers, wanted):
    assert wants_fragment(headers) is wanted


def test_a_name_that_was_not_given_is_an_error(page):
    with pytest.raises(UndefinedError):
        page("{{ missing }}")


def test_text_is_escaped(page):
    assert page("{{ name }}{{ ui.state(name) }}", name="<script>").count("&lt;script&gt;") == 2


def test_the_frame_shows_who_acts_and_how_to_reach_the_office(page):
    visit = Visit(
        who=Who("示例甲", (Sentence("Rank"), "资格审查")), csrf="tok<en", office=Office("办公室", "1", "2"), now=NOW
    )
    html = page('{% extends "page.html" %}', visit)
    assert '<html lang="zh-Hans">' in html
    assert "示例甲　名次　资格审查" in html
    assert 'name="_csrf" value="tok&lt;en"' in html
    assert "监督举报 2" in html
    assert "时间均为北京时间。" in html


def test_a_stranger_sees_no_sign_out_and_no_token(page):
    html = page('{% extends "page.html" %}')
    assert "/sign-out" not in html
    assert "csrf" not in html


def test_the_language_link_keeps_the_rest_of_the_address(page):
    html = page('{% extends "page.html" %}', Visit(query="q=%E6%B0%B4&page=2&lang=zh_CN"))
    assert 'href="?q=%E6%B0%B4&amp;page=2&amp;lang=en"' in html


def test_each_problem_stands_in_the_summary_and_beside_its_field_and_what_was_typed_stays(page):
    wrong = (Problem("Row {row}", {"row": 7}, "to"), Problem("Rank", {}, "mark", row=3), Problem("Result"))
    html = page(
        '{% extends "page.html" %}{% block main %}'
        '{{ ui.field(form, "to", "到", hint="年月") }}{{ ui.field(form, "from", "从") }}{% endblock %}',
        form=Filled({"to": 'a"b', "from": "2021-03"}, wrong),
    )
    assert "<title>有3处要改 · </title>" in html
    assert '<a href="#to">第7行</a>' in html
    assert "第3行　mark　名次" in html
    assert "<b>结果</b>" in html
    assert 'value="a&#34;b" aria-describedby="to-hint to-error" aria-invalid="true"' in html
    assert 'id="to-error">第7行</p>' in html
    assert html.count("aria-invalid") == 1


def test_a_password_is_never_filled_in_again(page):
    html = page('{{ ui.field(form, "secret", "密码", type="password") }}', form=Filled({"secret": "hunter2"}))
    assert "hunter2" not in html


def test_choices_remember_what_was_chosen(page):
    form = Filled({"post": "2", "tick": True, "many": ["a", "c"], "none": None})
    html = page(
        '{{ ui.choice(form, "post", "x", [(1, "一"), (2, "二")]) }}{{ ui.tick(form, "tick", "是") }}'
        '{{ ui.choice(form, "many", "x", [("a", "甲"), ("b", "乙"), ("c", "丙")], several=True) }}'
        '{{ ui.select(form, "post", "x", [(2, "二")]) }}{{ ui.tick(form, "none", "否") }}',
        form=form,
    )
    assert html.count(" checked") == 4
    assert html.count(" selected") == 1
    assert form.value("none") == ""
    assert form.value("many") == "a"


def test_the_road_marks_the_stage_that_is_here(page):
    road = Road("选拔", (Stage("公告", "9月14日", "past"), Stage("报名", "9月21日", "here"), Stage("笔试")))
    html = page('{% extends "page.html" %}', road=road)
    assert html.count('aria-current="step"') == 1
    assert "第2步，共3步：</span>报名</b>" in html
    assert Road("x", (Stage("a"),)).step == 0


def test_a_ranked_table_shows_ties_and_draws_the_cut_once_above_the_first_row_below(page):
    row = {
        "rank": 1,
        "tied": False,
        "number": "01",
        "href": "",
        "figures": [Decimal("80.10")],
        "result": ("入围", "done"),
        "below": False,
    }
    rows = [row, row | {"rank": 2, "tied": True}, row | {"rank": 2, "tied": True, "below": True}, row | {"below": True}]
    html = page('{{ ui.ranking("成绩", ["综合"], rows, cut="入围线") }}', rows=rows)
    assert html.count("=2</th>") == 2
    assert html.count("入围线") == 1
    assert html.index("入围线") < html.index('class="below"')
    assert html.count("80.10") == 4


def test_a_long_list_links_its_ends_and_neighbours_and_keeps_its_filters():
    paging = Paging(460, page=5, query="q=a&page=5")
    assert (paging.first, paging.last, paging.pages) == (201, 250, 10)
    assert paging.near() == (1, 0, 3, 4, 5, 6, 7, 0, 10)
    assert paging.link(6) == "?q=a&page=6"
    assert (Paging(0).first, Paging(0).last, Paging(0).pages, Paging(0).near()) == (0, 0, 1, (1,))
    assert with_query("a=1&b=2", b="") == "?a=1"


def test_a_static_address_changes_with_the_content_of_the_file(monkeypatch, tmp_path):
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    (tmp_path / "x.css").write_text("a")
    first = static("x.css")
    static.cache_clear()
    (tmp_path / "x.css").write_text("b")
    assert first.startswith("/static/x.css?v=")
    assert static("x.css") != first
    static.cache_clear()


def test_an_answer_is_kept_by_no_cache():
    answer = respond(Visit(now=NOW), "page.html", status=422)
    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Cookie" in answer.headers["Vary"]
