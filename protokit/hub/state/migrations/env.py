"""Runs migrations over the connection that `protokit.hub.state.database` hands in."""

from alembic import context

from protokit.hub.state.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
