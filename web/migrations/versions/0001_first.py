"""The first tables."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", core.db.Instant(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("link", name=op.f("uq_journal_entry_link")),
    )
    op.create_index(op.f("ix_journal_entry_act"), "journal_entry", ["act"], unique=False)
    op.create_index("ix_journal_entry_scope_seq", "journal_entry", ["scope_id", "seq"], unique=False)
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("body", core.db.Document(), nullable=True),
        sa.Column("expires_at", core.db.Instant(), nullable=False),
        sa.Column("used_at", core.db.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
        info={"scratch": True},
    )
    op.create_index(op.f("ix_one_time_code_subject"), "one_time_code", ["subject"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("identity_cipher", sa.String(), nullable=False),
        sa.Column("identity_hash", sa.String(), nullable=False),
        sa.Column("confirmed_hash", sa.String(), nullable=True),
        sa.Column("contact_cipher", sa.String(), nullable=False),
        sa.Column("contact_hash", sa.String(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("created_at", core.db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("confirmed_hash", name=op.f("uq_person_confirmed_hash")),
    )
    op.create_index(op.f("ix_person_contact_hash"), "person", ["contact_hash"], unique=False)
    op.create_index(op.f("ix_person_identity_hash"), "person", ["identity_hash"], unique=False)
    op.create_table(
        "scope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("opened_at", core.db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scope")),
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("stored_at", core.db.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("closed_at", core.db.Instant(), nullable=True),
        sa.Column("created_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_index(op.f("ix_account_person_id"), "account", ["person_id"], unique=False)
    op.create_table(
        "judge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("units_before", core.db.Document(), nullable=True),
        sa.Column("qualified_until", sa.Date(), nullable=True),
        sa.Column("registered_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_judge_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge")),
        sa.UniqueConstraint("person_id", name=op.f("uq_judge_person_id")),
    )
    op.create_table(
        "selection",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("authority_en", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("reference_date", sa.Date(), nullable=False),
        sa.Column("registration_opens", core.db.Instant(), nullable=False),
        sa.Column("registration_closes", core.db.Instant(), nullable=False),
        sa.Column("exam_site", sa.String(), nullable=False),
        sa.Column("exam_site_en", sa.String(), nullable=False),
        sa.Column("interview_on", sa.Date(), nullable=True),
        sa.Column("telephone", sa.String(), nullable=False),
        sa.Column("supervision_telephone", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["scope.id"], name=op.f("fk_selection_id_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selection")),
        sa.UniqueConstraint("code", name=op.f("uq_selection_code")),
    )
    op.create_index(op.f("ix_selection_stage"), "selection", ["stage"], unique=False)
    op.create_table(
        "draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("record", core.db.Document(), nullable=False),
        sa.Column("drawn_by", sa.Integer(), nullable=False),
        sa.Column("drawn_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_draw_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("selection_id", "subject", "number", name=op.f("uq_draw_selection_id_subject_number")),
    )
    op.create_index(op.f("ix_draw_selection_id"), "draw", ["selection_id"], unique=False)
    op.create_table(
        "duty_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", core.db.Instant(), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_duty_grant_account_id_account")),
        sa.ForeignKeyConstraint(["scope_id"], ["scope.id"], name=op.f("fk_duty_grant_scope_id_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_grant")),
    )
    op.create_index(op.f("ix_duty_grant_account_id"), "duty_grant", ["account_id"], unique=False)
    op.create_index(op.f("ix_duty_grant_scope_id"), "duty_grant", ["scope_id"], unique=False)
    op.create_table(
        "judge_relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("identity_cipher", sa.String(), nullable=False),
        sa.Column("identity_hash", sa.String(), nullable=False),
        sa.Column("tie", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_judge_relation_judge_id_judge")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judge_relation")),
    )
    op.create_index(op.f("ix_judge_relation_judge_id"), "judge_relation", ["judge_id"], unique=False)
    op.create_table(
        "mark_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("hand", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("entered_at", core.db.Instant(), nullable=False),
        sa.Column("replaced_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_mark_entry_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_entry")),
    )
    op.create_index(op.f("ix_mark_entry_selection_id"), "mark_entry", ["selection_id"], unique=False)
    op.create_table(
        "opening_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("posts", core.db.Document(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_opening_decision_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_decision")),
        sa.UniqueConstraint("selection_id", "version", name=op.f("uq_opening_decision_selection_id_version")),
    )
    op.create_index(op.f("ix_opening_decision_selection_id"), "opening_decision", ["selection_id"], unique=False)
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("starts_at", core.db.Instant(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_paper_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("selection_id", "key", name=op.f("uq_paper_selection_id_key")),
    )
    op.create_index(op.f("ix_paper_selection_id"), "paper", ["selection_id"], unique=False)
    op.create_table(
        "pool_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_pool_extension_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_extension")),
        sa.UniqueConstraint("selection_id", "version", name=op.f("uq_pool_extension_selection_id_version")),
    )
    op.create_index(op.f("ix_pool_extension_selection_id"), "pool_extension", ["selection_id"], unique=False)
    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("unit_en", sa.String(length=200), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("closed_group", sa.String(length=40), nullable=False),
        sa.Column("cancelled_at", core.db.Instant(), nullable=True),
        sa.Column("change_until", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_post_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("selection_id", "code", name=op.f("uq_post_selection_id_code")),
    )
    op.create_index(op.f("ix_post_selection_id"), "post", ["selection_id"], unique=False)
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", core.db.Document(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("short_code", sa.String(), nullable=False),
        sa.Column("published_by", sa.Integer(), nullable=False),
        sa.Column("published_at", core.db.Instant(), nullable=False),
        sa.Column("objections_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_publication_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication")),
        sa.UniqueConstraint("selection_id", "kind", "version", name=op.f("uq_publication_selection_id_kind_version")),
        sa.UniqueConstraint("selection_id", "number", name=op.f("uq_publication_selection_id_number")),
    )
    op.create_index(op.f("ix_publication_selection_id"), "publication", ["selection_id"], unique=False)
    op.create_table(
        "record_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("columns", core.db.Document(), nullable=False),
        sa.Column("rows", core.db.Document(), nullable=False),
        sa.Column("facts", core.db.Document(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_name", sa.String(length=200), nullable=False),
        sa.Column("source_sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_record_table_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_table")),
        sa.UniqueConstraint(
            "selection_id", "topic", "version", name=op.f("uq_record_table_selection_id_topic_version")
        ),
    )
    op.create_index(op.f("ix_record_table_selection_id"), "record_table", ["selection_id"], unique=False)
    op.create_table(
        "recovery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("contact_cipher", sa.String(), nullable=False),
        sa.Column("contact_hash", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_device", sa.String(), nullable=False),
        sa.Column("opened_at", core.db.Instant(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=False),
        sa.Column("ended_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery")),
    )
    op.create_index(op.f("ix_recovery_account_id"), "recovery", ["account_id"], unique=False)
    op.create_index(op.f("ix_recovery_state"), "recovery", ["state"], unique=False)
    op.create_table(
        "retention_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_retention_event_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_event")),
    )
    op.create_index(op.f("ix_retention_event_selection_id"), "retention_event", ["selection_id"], unique=False)
    op.create_table(
        "rule_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("frozen_by", sa.Integer(), nullable=False),
        sa.Column("frozen_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_rule_set_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("selection_id", "version", name=op.f("uq_rule_set_selection_id_version")),
    )
    op.create_index(op.f("ix_rule_set_selection_id"), "rule_set", ["selection_id"], unique=False)
    op.create_table(
        "scheme_draft",
        sa.Column("selection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_scheme_draft_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("selection_id", name=op.f("pk_scheme_draft")),
    )
    op.create_table(
        "selection_terms",
        sa.Column("selection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", core.db.Document(), nullable=False),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_selection_terms_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("selection_id", name=op.f("pk_selection_terms")),
    )
    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", core.db.Instant(), nullable=False),
        sa.Column("seen_at", core.db.Instant(), nullable=False),
        sa.Column("ended_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_web_session_account_id_account")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
        info={"scratch": True},
    )
    op.create_index(op.f("ix_web_session_account_id"), "web_session", ["account_id"], unique=False)
    op.create_index(op.f("ix_web_session_seat_id"), "web_session", ["seat_id"], unique=False)
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("body", core.db.Document(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_amendment_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_amendment_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    op.create_index(op.f("ix_amendment_selection_id"), "amendment", ["selection_id"], unique=False)
    op.create_table(
        "condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", core.db.Document(), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_condition_post_id_post")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_condition_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
        sa.UniqueConstraint("selection_id", "number", name=op.f("uq_condition_selection_id_number")),
    )
    op.create_index(op.f("ix_condition_selection_id"), "condition", ["selection_id"], unique=False)
    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("open_fields", core.db.Document(), nullable=True),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("doubts", sa.Integer(), nullable=False),
        sa.Column("started_at", core.db.Instant(), nullable=False),
        sa.Column("submitted_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_registration_person_id_person")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_registration_post_id_post")),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_registration_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("reference", name=op.f("uq_registration_reference")),
        sa.UniqueConstraint("selection_id", "person_id", name=op.f("uq_registration_selection_id_person_id")),
    )
    op.create_index(op.f("ix_registration_person_id"), "registration", ["person_id"], unique=False)
    op.create_index(op.f("ix_registration_post_id"), "registration", ["post_id"], unique=False)
    op.create_index(op.f("ix_registration_selection_id"), "registration", ["selection_id"], unique=False)
    op.create_index(op.f("ix_registration_state"), "registration", ["state"], unique=False)
    op.create_table(
        "room",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_en", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_room_post_id_post")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_room_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("selection_id", "code", name=op.f("uq_room_selection_id_code")),
    )
    op.create_index(op.f("ix_room_selection_id"), "room", ["selection_id"], unique=False)
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scheme_sha256", sa.String(), nullable=False),
        sa.Column("input_sha256", sa.String(), nullable=False),
        sa.Column("inputs", core.db.Document(), nullable=False),
        sa.Column("outcome", core.db.Document(), nullable=False),
        sa.Column("outcome_sha256", sa.String(), nullable=False),
        sa.Column("computed_by", sa.Integer(), nullable=False),
        sa.Column("computed_device", sa.String(), nullable=False),
        sa.Column("computed_at", core.db.Instant(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_tally_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_tally_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
        sa.UniqueConstraint("selection_id", "kind", "version", name=op.f("uq_tally_selection_id_kind_version")),
    )
    op.create_index(op.f("ix_tally_selection_id"), "tally", ["selection_id"], unique=False)
    op.create_table(
        "allotment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tally_id", sa.Integer(), nullable=False),
        sa.Column("lines", core.db.Document(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_allotment_selection_id_selection")),
        sa.ForeignKeyConstraint(["tally_id"], ["tally.id"], name=op.f("fk_allotment_tally_id_tally")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
        sa.UniqueConstraint("selection_id", "version", name=op.f("uq_allotment_selection_id_version")),
    )
    op.create_index(op.f("ix_allotment_selection_id"), "allotment", ["selection_id"], unique=False)
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("filed_at", core.db.Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=False),
        sa.Column("answered_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_appeal_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint(
            "registration_id", "version", "round", name=op.f("uq_appeal_registration_id_version_round")
        ),
    )
    op.create_index(op.f("ix_appeal_registration_id"), "appeal", ["registration_id"], unique=False)
    op.create_index(op.f("ix_appeal_state"), "appeal", ["state"], unique=False)
    op.create_table(
        "candidacy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_number", sa.String(length=16), nullable=False),
        sa.Column("exam_room", sa.String(), nullable=False),
        sa.Column("exam_seat", sa.Integer(), nullable=False),
        sa.Column("issued_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_candidacy_person_id_person")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_candidacy_post_id_post")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_candidacy_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_candidacy_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
        sa.UniqueConstraint("registration_id", name=op.f("uq_candidacy_registration_id")),
        sa.UniqueConstraint("selection_id", "ticket_number", name=op.f("uq_candidacy_selection_id_ticket_number")),
    )
    op.create_index(op.f("ix_candidacy_person_id"), "candidacy", ["person_id"], unique=False)
    op.create_index(op.f("ix_candidacy_post_id"), "candidacy", ["post_id"], unique=False)
    op.create_index(op.f("ix_candidacy_selection_id"), "candidacy", ["selection_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("facts", core.db.Document(), nullable=False),
        sa.Column("told_at", core.db.Instant(), nullable=False),
        sa.Column("sent_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_notice_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        info={"scratch": True},
    )
    op.create_index(op.f("ix_notice_registration_id"), "notice", ["registration_id"], unique=False)
    op.create_index(op.f("ix_notice_sent_at"), "notice", ["sent_at"], unique=False)
    op.create_table(
        "registration_draft",
        sa.Column("registration_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", core.db.Document(), nullable=False),
        sa.Column("saved_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_draft_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("registration_id", name=op.f("pk_registration_draft")),
        info={"scratch": True},
    )
    op.create_table(
        "registration_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("added_at", core.db.Instant(), nullable=False),
        sa.Column("removed_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_paper_registration_id_registration")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_file.sha256"], name=op.f("fk_registration_paper_sha256_stored_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_paper")),
    )
    op.create_index(
        op.f("ix_registration_paper_registration_id"), "registration_paper", ["registration_id"], unique=False
    )
    op.create_table(
        "registration_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", core.db.Document(), nullable=False),
        sa.Column("verdicts", core.db.Document(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("submitted_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_version_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_version")),
        sa.UniqueConstraint("registration_id", "version", name=op.f("uq_registration_version_registration_id_version")),
    )
    op.create_index(
        op.f("ix_registration_version_registration_id"), "registration_version", ["registration_id"], unique=False
    )
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("chief", sa.Boolean(), nullable=False),
        sa.Column("card_mark", sa.String(), nullable=False),
        sa.Column("card_hash", sa.String(), nullable=False),
        sa.Column("card_issued_at", core.db.Instant(), nullable=True),
        sa.Column("withdrawn_at", core.db.Instant(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=400), nullable=False),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_seat_judge_id_judge")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_seat_room_id_room")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_seat_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
        sa.UniqueConstraint("room_id", "number", name=op.f("uq_seat_room_id_number")),
        sa.UniqueConstraint("selection_id", "judge_id", name=op.f("uq_seat_selection_id_judge_id")),
    )
    op.create_index(op.f("ix_seat_card_mark"), "seat", ["card_mark"], unique=False)
    op.create_index(op.f("ix_seat_room_id"), "seat", ["room_id"], unique=False)
    op.create_index(op.f("ix_seat_selection_id"), "seat", ["selection_id"], unique=False)
    op.create_table(
        "shortlist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("tally_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_shortlist_post_id_post")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_shortlist_selection_id_selection")),
        sa.ForeignKeyConstraint(["tally_id"], ["tally.id"], name=op.f("fk_shortlist_tally_id_tally")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist")),
        sa.UniqueConstraint(
            "selection_id", "post_id", "version", name=op.f("uq_shortlist_selection_id_post_id_version")
        ),
    )
    op.create_index(op.f("ix_shortlist_selection_id"), "shortlist", ["selection_id"], unique=False)
    op.create_table(
        "vetting_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("hand", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("own_verdict", sa.String(), nullable=False),
        sa.Column("condition_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("remarks", core.db.Document(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_vetting_decision_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetting_decision")),
        sa.UniqueConstraint(
            "registration_id",
            "version",
            "round",
            "hand",
            name=op.f("uq_vetting_decision_registration_id_version_round_hand"),
        ),
    )
    op.create_index(op.f("ix_vetting_decision_registration_id"), "vetting_decision", ["registration_id"], unique=False)
    op.create_table(
        "admission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("admitted_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_admission_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_admission_post_id_post")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_admission_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_admission_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admission")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_admission_candidacy_id")),
    )
    op.create_index(op.f("ix_admission_post_id"), "admission", ["post_id"], unique=False)
    op.create_index(op.f("ix_admission_selection_id"), "admission", ["selection_id"], unique=False)
    op.create_table(
        "candidacy_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_candidacy_event_candidacy_id_candidacy")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy_event")),
    )
    op.create_index(op.f("ix_candidacy_event_candidacy_id"), "candidacy_event", ["candidacy_id"], unique=False)
    op.create_table(
        "hearing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("sealed_number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_at", core.db.Instant(), nullable=True),
        sa.Column("sheets_digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_hearing_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_hearing_room_id_room")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_hearing_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing")),
        sa.UniqueConstraint("candidacy_id", name=op.f("uq_hearing_candidacy_id")),
        sa.UniqueConstraint("room_id", "sealed_number", name=op.f("uq_hearing_room_id_sealed_number")),
    )
    op.create_index(op.f("ix_hearing_room_id"), "hearing", ["room_id"], unique=False)
    op.create_index(op.f("ix_hearing_selection_id"), "hearing", ["selection_id"], unique=False)
    op.create_table(
        "mark_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("paper_key", sa.String(), nullable=False),
        sa.Column("mark", core.db.ExactDecimal(places=4), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_mark_line_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["entry_id"], ["mark_entry.id"], name=op.f("fk_mark_line_entry_id_mark_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_line")),
        sa.UniqueConstraint(
            "entry_id", "candidacy_id", "paper_key", name=op.f("uq_mark_line_entry_id_candidacy_id_paper_key")
        ),
    )
    op.create_index(op.f("ix_mark_line_candidacy_id"), "mark_line", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_mark_line_entry_id"), "mark_line", ["entry_id"], unique=False)
    op.create_table(
        "mark_settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_entry_id", sa.Integer(), nullable=False),
        sa.Column("second_entry_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("paper_key", sa.String(), nullable=False),
        sa.Column("mark", core.db.ExactDecimal(places=4), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=False),
        sa.Column("settled_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_mark_settlement_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["first_entry_id"], ["mark_entry.id"], name=op.f("fk_mark_settlement_first_entry_id_mark_entry")
        ),
        sa.ForeignKeyConstraint(
            ["second_entry_id"], ["mark_entry.id"], name=op.f("fk_mark_settlement_second_entry_id_mark_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_settlement")),
    )
    op.create_index(op.f("ix_mark_settlement_first_entry_id"), "mark_settlement", ["first_entry_id"], unique=False)
    op.create_table(
        "pool_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("tally_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("composite", sa.String(), nullable=False),
        sa.Column("reason", core.db.Document(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", core.db.Instant(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_pool_entry_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_pool_entry_post_id_post")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_pool_entry_selection_id_selection")),
        sa.ForeignKeyConstraint(["tally_id"], ["tally.id"], name=op.f("fk_pool_entry_tally_id_tally")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_entry")),
        sa.UniqueConstraint("selection_id", "candidacy_id", name=op.f("uq_pool_entry_selection_id_candidacy_id")),
    )
    op.create_index(op.f("ix_pool_entry_selection_id"), "pool_entry", ["selection_id"], unique=False)
    op.create_table(
        "recusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=True),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_recusal_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["judge_id"], ["judge.id"], name=op.f("fk_recusal_judge_id_judge")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_recusal_room_id_room")),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_recusal_selection_id_selection")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
    )
    op.create_index(op.f("ix_recusal_room_id"), "recusal", ["room_id"], unique=False)
    op.create_index(op.f("ix_recusal_selection_id"), "recusal", ["selection_id"], unique=False)
    op.create_table(
        "replacement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("tally_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("days", core.db.Document(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["candidacy_id"], ["candidacy.id"], name=op.f("fk_replacement_candidacy_id_candidacy")),
        sa.ForeignKeyConstraint(["gone_id"], ["candidacy.id"], name=op.f("fk_replacement_gone_id_candidacy")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_replacement_post_id_post")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_replacement_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_replacement_selection_id_selection")),
        sa.ForeignKeyConstraint(["tally_id"], ["tally.id"], name=op.f("fk_replacement_tally_id_tally")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement")),
        sa.UniqueConstraint("selection_id", "number", name=op.f("uq_replacement_selection_id_number")),
    )
    op.create_index(op.f("ix_replacement_candidacy_id"), "replacement", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_replacement_gone_id"), "replacement", ["gone_id"], unique=False)
    op.create_index(op.f("ix_replacement_selection_id"), "replacement", ["selection_id"], unique=False)
    op.create_table(
        "score_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("figure", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", core.db.Instant(), nullable=False),
        sa.Column("closed_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_score_review_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_score_review_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_score_review_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_review")),
        sa.UniqueConstraint("candidacy_id", "part", "figure", name=op.f("uq_score_review_candidacy_id_part_figure")),
    )
    op.create_index(op.f("ix_score_review_candidacy_id"), "score_review", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_score_review_selection_id"), "score_review", ["selection_id"], unique=False)
    op.create_table(
        "shortlist_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shortlist_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("composite", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_shortlist_name_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["shortlist_id"], ["shortlist.id"], name=op.f("fk_shortlist_name_shortlist_id_shortlist")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortlist_name")),
        sa.UniqueConstraint("shortlist_id", "candidacy_id", name=op.f("uq_shortlist_name_shortlist_id_candidacy_id")),
    )
    op.create_index(op.f("ix_shortlist_name_shortlist_id"), "shortlist_name", ["shortlist_id"], unique=False)
    op.create_table(
        "written_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("paper_key", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mark", core.db.ExactDecimal(places=4), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=False),
        sa.Column("settled_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_written_mark_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_written_mark_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_written_mark")),
        sa.UniqueConstraint(
            "candidacy_id", "paper_key", "version", name=op.f("uq_written_mark_candidacy_id_paper_key_version")
        ),
    )
    op.create_index(op.f("ix_written_mark_candidacy_id"), "written_mark", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_written_mark_selection_id"), "written_mark", ["selection_id"], unique=False)
    op.create_table(
        "hearing_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_hearing_event_hearing_id_hearing")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hearing_event")),
    )
    op.create_index(op.f("ix_hearing_event_hearing_id"), "hearing_event", ["hearing_id"], unique=False)
    op.create_table(
        "mark_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("candidacy_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("seat", sa.String(), nullable=False),
        sa.Column("element", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidacy_id"], ["candidacy.id"], name=op.f("fk_mark_correction_candidacy_id_candidacy")
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["score_review.id"], name=op.f("fk_mark_correction_review_id_score_review")
        ),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_mark_correction_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_correction")),
        sa.UniqueConstraint("selection_id", "number", name=op.f("uq_mark_correction_selection_id_number")),
    )
    op.create_index(op.f("ix_mark_correction_candidacy_id"), "mark_correction", ["candidacy_id"], unique=False)
    op.create_index(op.f("ix_mark_correction_review_id"), "mark_correction", ["review_id"], unique=False)
    op.create_index(op.f("ix_mark_correction_selection_id"), "mark_correction", ["selection_id"], unique=False)
    op.create_table(
        "pool_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entry.id"], name=op.f("fk_pool_note_entry_id_pool_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_note")),
    )
    op.create_index(op.f("ix_pool_note_entry_id"), "pool_note", ["entry_id"], unique=False)
    op.create_table(
        "pool_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("post_id", sa.Integer(), nullable=False),
        sa.Column("tally_id", sa.Integer(), nullable=False),
        sa.Column("publication_id", sa.Integer(), nullable=True),
        sa.Column("verdicts", core.db.Document(), nullable=False),
        sa.Column("passed_over", core.db.Document(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("fit", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entry.id"], name=op.f("fk_pool_use_entry_id_pool_entry")),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_pool_use_post_id_post")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name=op.f("fk_pool_use_publication_id_publication")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_pool_use_selection_id_selection")),
        sa.ForeignKeyConstraint(["tally_id"], ["tally.id"], name=op.f("fk_pool_use_tally_id_tally")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_use")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_pool_use_entry_id_number")),
    )
    op.create_index(op.f("ix_pool_use_entry_id"), "pool_use", ["entry_id"], unique=False)
    op.create_index(op.f("ix_pool_use_post_id"), "pool_use", ["post_id"], unique=False)
    op.create_index(op.f("ix_pool_use_selection_id"), "pool_use", ["selection_id"], unique=False)
    op.create_table(
        "pool_withdrawal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["pool_entry.id"], name=op.f("fk_pool_withdrawal_entry_id_pool_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pool_withdrawal")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_pool_withdrawal_entry_id")),
    )
    op.create_table(
        "recording",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("review_sha256", sa.String(), nullable=True),
        sa.Column("poster_sha256", sa.String(), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("probe", core.db.Document(), nullable=True),
        sa.Column("findings", core.db.Document(), nullable=True),
        sa.Column("problem", core.db.Document(), nullable=True),
        sa.Column("starts_at", core.db.Instant(), nullable=True),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", core.db.Instant(), nullable=False),
        sa.Column("verified_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_recording_hearing_id_hearing")),
        sa.ForeignKeyConstraint(
            ["poster_sha256"], ["stored_file.sha256"], name=op.f("fk_recording_poster_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(
            ["review_sha256"], ["stored_file.sha256"], name=op.f("fk_recording_review_sha256_stored_file")
        ),
        sa.ForeignKeyConstraint(["selection_id"], ["selection.id"], name=op.f("fk_recording_selection_id_selection")),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_recording_sha256_stored_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(op.f("ix_recording_hearing_id"), "recording", ["hearing_id"], unique=False)
    op.create_index(op.f("ix_recording_selection_id"), "recording", ["selection_id"], unique=False)
    op.create_index(op.f("ix_recording_state"), "recording", ["state"], unique=False)
    op.create_table(
        "score_recount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("scope", core.db.Document(), nullable=False),
        sa.Column("record", sa.String(length=2000), nullable=False),
        sa.Column("reply", sa.String(length=2000), nullable=False),
        sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_device", sa.String(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.Column("decided_at", core.db.Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["review_id"], ["score_review.id"], name=op.f("fk_score_recount_review_id_score_review")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_recount")),
        sa.UniqueConstraint("review_id", "version", name=op.f("uq_score_recount_review_id_version")),
    )
    op.create_index(op.f("ix_score_recount_review_id"), "score_recount", ["review_id"], unique=False)
    op.create_table(
        "score_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("seat_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marks", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("short_code", sa.String(), nullable=False),
        sa.Column("received_at", core.db.Instant(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_score_sheet_hearing_id_hearing")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_score_sheet_seat_id_seat")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint("hearing_id", "seat_id", "version", name=op.f("uq_score_sheet_hearing_id_seat_id_version")),
    )
    op.create_index(op.f("ix_score_sheet_hearing_id"), "score_sheet", ["hearing_id"], unique=False)
    op.create_index(op.f("ix_score_sheet_seat_id"), "score_sheet", ["seat_id"], unique=False)
    op.create_table(
        "sheet_draft",
        sa.Column("hearing_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seat_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("body", core.db.Document(), nullable=False),
        sa.Column("saved_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_sheet_draft_hearing_id_hearing")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_sheet_draft_seat_id_seat")),
        sa.PrimaryKeyConstraint("hearing_id", "seat_id", name=op.f("pk_sheet_draft")),
        info={"scratch": True},
    )
    op.create_table(
        "viewing_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("selection_id", sa.Integer(), nullable=False),
        sa.Column("hearing_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["hearing_id"], ["hearing.id"], name=op.f("fk_viewing_grant_hearing_id_hearing")),
        sa.ForeignKeyConstraint(
            ["selection_id"], ["selection.id"], name=op.f("fk_viewing_grant_selection_id_selection")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewing_grant")),
        sa.UniqueConstraint("hearing_id", name=op.f("uq_viewing_grant_hearing_id")),
    )
    op.create_index(op.f("ix_viewing_grant_selection_id"), "viewing_grant", ["selection_id"], unique=False)
    op.create_table(
        "submission_key",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["sheet_id"], ["score_sheet.id"], name=op.f("fk_submission_key_sheet_id_score_sheet")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_submission_key")),
    )
