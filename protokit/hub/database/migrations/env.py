"""Runs migrations over the connection that `protokit.hub.database.engine` hands in."""

from alembic import context

from protokit.hub.database.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
