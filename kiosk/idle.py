"""How long a session waits: the times that hold at every step. What a step itself waits is in its task's table."""

WARNING_MS = 20_000
"""The least time to say "I am here" (WCAG 2.2, criterion 2.2.1). It can be extended without end."""

PATIENCE = 3
"""Large print waits this many times longer: who needs it reads and reaches more slowly."""

QUIET_MS = 60_000
"""After so long without a touch, a machine that sells nothing speaks its first language again."""
