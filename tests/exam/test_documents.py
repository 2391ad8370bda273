from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp

from core.errors import Refusal
from exam.documents import (
    MarksForm,
    MarksRow,
    NoteSection,
    Sitting,
    Ticket,
    TicketFrame,
    admission_ticket,
    admission_ticket_picture,
    admission_tickets,
    marks_form,
)
from exam.glyphs import missing_characters
from exam.marking import MarkState, Paper
from web.i18n import Language, Translator

AT = datetime(2026, 10, 20, 1, 14, tzinfo=UTC)
CHINESE = Translator(Language.CHINESE)
CODE = "GX1:26010042:7F3A9C0012345678"

FRAME = TicketFrame(
    authority="澜川市公开选拔工作办公室",
    selection="澜川市2026年公开选拔市直部门副局长",
    sections=(NoteSection("可以带", ("准考证、身份证原件。",)), NoteSection("不可以", ("带手机。", "写姓名。"))),
    issued="2026年10月20日",
    foot=("打印于2026年10月20日9:14",),
)
TICKET = Ticket(
    number="26010042",
    name="陈示例",
    sex="男",
    identity="1101**********002X",
    post="01　市水务局副局长",
    sittings=(
        Sitting("公共科目", "2026年10月24日（周六）", "9:00—11:30", "澜川市第九中学", "第04考场", "12号"),
        Sitting("专业科目", "2026年10月24日（周六）", "14:00—16:00", "澜川市第九中学", "第04考场", "12号"),
    ),
    photo=None,
    code=CODE,
    check="7F3A-9C00",
)
PAPERS = (Paper("public", "公共科目", Decimal(100), 1), Paper("special", "专业科目", Decimal(150), 0))


def photo() -> bytes:
    picture = np.full((490, 350, 3), 230, np.uint8)
    cv2.circle(picture, (175, 200), 90, (40, 60, 200), -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_range() for page in document]


def picture(pdf: bytes):
    with pypdfium2.PdfDocument(pdf) as document:
        return document[0].render(scale=2).to_numpy()


def test_a_ticket_is_one_page_with_everything_a_candidate_needs():
    (text,) = pages(admission_ticket(FRAME, TICKET, printed_at=AT, say=CHINESE))
    for expected in (
        "笔试准考证",
        "陈示例",
        "26010042",
        "1101**********002X",
        "市水务局副局长",
        "14:00—16:00",
        "第04考场",
        "12号",
        "带手机。",
        "校验码7F3A-9C00",
        "打印于2026年10月20日9:14",
    ):
        assert expected in text


def test_an_english_ticket_has_english_labels():
    (text,) = pages(admission_ticket(FRAME, TICKET, printed_at=AT))
    assert "Admission ticket for the written exam" in text
    assert "Post applied for" in text


def test_the_qr_can_be_read_and_says_the_code():
    page = picture(admission_ticket(FRAME, replace(TICKET, photo=photo()), printed_at=AT, say=CHINESE))
    assert [found.text for found in zxingcpp.read_barcodes(page)] == [CODE]


def test_the_photo_stands_on_the_ticket():
    with_photo, without = (
        picture(admission_ticket(FRAME, replace(TICKET, photo=one), printed_at=AT, say=CHINESE))
        for one in (photo(), None)
    )

    def reds(page):
        return int(((page[..., 2] > 150) & (page[..., 0] < 90)).sum())

    assert reds(with_photo) > reds(without) + 5000


def test_the_same_ticket_gives_the_same_bytes():
    once, again = (admission_ticket(FRAME, TICKET, printed_at=AT, say=CHINESE) for _ in range(2))
    assert once == again


def test_data_are_never_taken_as_markup():
    name = '#panic() *粗* $x$ @a <b> \\ `c` [d] "e" // f'
    (text,) = pages(admission_ticket(FRAME, replace(TICKET, post=name), printed_at=AT, say=CHINESE))
    assert name in text.replace("\r\n", "")


def test_a_name_of_a_hundred_characters_stays_on_the_page():
    (text,) = pages(admission_ticket(FRAME, replace(TICKET, name="长" * 100), printed_at=AT, say=CHINESE))
    assert text.count("长") >= 100


def test_notes_too_long_for_one_page_are_refused():
    frame = replace(FRAME, sections=(NoteSection("须知", ("一行须知。" * 20,) * 40),))
    with pytest.raises(Refusal) as refused:
        admission_ticket(frame, TICKET, printed_at=AT, say=CHINESE)
    assert refused.value.sentence == "This does not fit on one page. Shorten the notes."


def test_a_character_the_font_lacks_is_named_and_nothing_is_printed():
    with pytest.raises(Refusal) as refused:
        admission_ticket(FRAME, replace(TICKET, name="𠮷田\ue000"), printed_at=AT, say=CHINESE)
    assert refused.value.facts == {"characters": "𠮷 (U+20BB7) \ue000 (U+E000)"}


def test_the_fonts_have_the_characters_of_common_and_rare_names():
    gb2312 = "".join(
        bytes([high, low]).decode("gb2312", errors="ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)
    )
    assert len(gb2312) == 6763
    assert missing_characters(gb2312 + "䶮㐂·•‧・･．\u3000 ABCxyz0123456789") == ()


def test_what_goes_into_a_qr_is_ascii():
    with pytest.raises(ValueError, match="ASCII"):
        admission_ticket(FRAME, replace(TICKET, code="考号"), printed_at=AT, say=CHINESE)


def test_many_tickets_come_in_files_of_bounded_size_in_order():
    tickets = [replace(TICKET, number=f"2601{place:04}", photo=photo()) for place in range(5)]
    files = [pages(pdf) for pdf in admission_tickets(FRAME, tickets, printed_at=AT, say=CHINESE, per_file=2)]
    assert [len(one) for one in files] == [2, 2, 1]
    texts = [text for one in files for text in one]
    assert all(ticket.number in text for ticket, text in zip(tickets, texts, strict=True))


def test_a_ticket_is_also_a_picture_to_keep_on_a_phone():
    png = admission_ticket_picture(FRAME, replace(TICKET, photo=photo()), printed_at=AT, say=CHINESE)
    page = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert page.shape == (1754, 1240, 3)
    assert [found.text for found in zxingcpp.read_barcodes(page)] == [CODE]


def test_no_tickets_make_no_file():
    assert list(admission_tickets(FRAME, [], printed_at=AT)) == []


def form(*rows: MarksRow) -> MarksForm:
    return MarksForm(
        authority=FRAME.authority,
        selection=FRAME.selection,
        room="第04考场",
        papers=PAPERS,
        rows=rows,
        serial="04-1",
        foot=("方案第1版 3F9A-7C21",),
    )


def test_the_form_for_marks_lists_everybody_and_is_signed_on_every_page():
    rows = [MarksRow(f"2601{place:04}", f"{place:02}") for place in range(1, 46)]
    texts = pages(marks_form(form(*rows), printed_at=AT, say=CHINESE))
    assert len(texts) == 2
    for number, text in enumerate(texts, start=1):
        assert f"第{number}页　共2页" in text
        for expected in ("登分员", "复核员", "阅卷组长", "监督员", "准考证号", "满分150", "方案第1版 3F9A-7C21"):
            assert expected in text
    assert all(row.ticket in "".join(texts) for row in rows)


def test_marks_on_the_form_have_the_papers_decimals_and_absence_is_a_word():
    row = MarksRow(
        "26010001",
        marks={"public": (MarkState.PRESENT, Decimal(85)), "special": (MarkState.ABSENT, None)},
        remark="迟到5分钟",
    )
    (text,) = pages(marks_form(form(row), printed_at=AT, say=CHINESE))
    assert "85.0" in text
    assert "缺考" in text
    assert "迟到5分钟" in text
