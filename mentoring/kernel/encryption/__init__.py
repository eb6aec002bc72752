"""Text that is unreadable at rest.

Decided: AES-GCM with a fresh nonce, bound to its table, column and row, because a ciphertext that somebody moves to another row
must fail rather than speak for another person. Keys live in the environment, never in the database or its backups.
"""
