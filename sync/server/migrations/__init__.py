"""How the centre's database becomes what this version of the centre reads: one Alembic revision per change."""
