"""What Alembic runs for every upgrade; the connection, and the transaction around it, are the caller's."""

from alembic import context

from sync.server import schema_access as schema_access
from sync.server import schema_money as schema_money
from sync.server import schema_places as schema_places
from sync.server.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
