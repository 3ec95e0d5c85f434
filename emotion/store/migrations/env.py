"""What Alembic runs; `emotion.store.schema` hands over a connection that is inside a locked transaction."""

from alembic import context

from emotion.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
