"""Each window names the network that read it: a lesson may outlast a change of the model."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("windows", sa.Column("model", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE windows SET model = (SELECT lessons.model FROM lessons WHERE lessons.id = windows.lesson_id)")


def downgrade() -> None:
    op.drop_column("windows", "model")
