"""Candidates: their registrations from the first page to the result. Works fully without script."""

from litestar import Router

from core.settings import Zone
from web.routes.candidate import (
    appealing,
    changing,
    copies,
    filling,
    forms,
    overview,
    papers,
    reserve,
    reviews,
    submitting,
    tickets,
)

router = Router(
    "/",
    route_handlers=[
        overview.registrations_page, overview.start_page, overview.start, overview.registration,
        copies.data_page, copies.data_copy,
        filling.topic_page, filling.save_topic, filling.education_page, filling.posts_page,
        filling.course_page, filling.save_course, filling.post_page, filling.save_post,
        filling.relations_page, filling.relation_page, filling.save_relation,
        forms.form_file,
        papers.papers_page, papers.send_paper, papers.take_away, papers.show_paper, papers.show_photo,
        submitting.conditions_page, submitting.ask_exceptions, submitting.check_page, submitting.submit,
        submitting.receipt_page, submitting.answers_page, submitting.withdraw_page, submitting.withdraw,
        appealing.appeal_page, appealing.appeal,
        changing.change_page, changing.change,
        reserve.entry_page, reserve.leave,
        reviews.reviews_page, reviews.ask, reviews.review_page, reviews.own_sheet,
        tickets.ticket_page, tickets.ticket_file,
    ],
    opt={"zone": Zone.PUBLIC},
)  # fmt: skip
