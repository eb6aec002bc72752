"""Does the clock tick, and does a worker hear it? Beat sends a task twice a minute, and the worker that does it notes when."""
