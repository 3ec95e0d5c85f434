"""Lessons, their windows and their markers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXPRESSIONS = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")


def upgrade() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_folded", sa.Text, nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lessons"),
    )
    op.create_index("ix_lessons_started", "lessons", ["started"])
    op.create_table(
        "windows",
        sa.Column("lesson_id", sa.String(32), nullable=False),
        sa.Column("start_s", sa.Double, nullable=False),
        *(sa.Column(name, sa.Double) for name in EXPRESSIONS),
        sa.Column("unsure", sa.Double, nullable=False),
        sa.Column("faces_seen", sa.Double, nullable=False),
        sa.Column("faces_readable", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name="fk_windows_lesson_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "start_s", name="pk_windows"),
    )
    op.create_table(
        "markers",
        sa.Column("lesson_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at_s", sa.Double, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["lesson_id"], ["lessons.id"], name="fk_markers_lesson_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "number", name="pk_markers"),
    )


def downgrade() -> None:
    op.drop_table("markers")
    op.drop_table("windows")
    op.drop_table("lessons")
