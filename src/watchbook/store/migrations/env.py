"""Alembic's environment: runs the migrations on the connection that `store.migrate` hands over, in its transaction.

Called by alembic only. It configures no logging and opens no database of its own.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="schema_version",
    transactional_ddl=True,
    render_as_batch=True,  # SQLite alters little: its tables are rebuilt
)
context.run_migrations()
