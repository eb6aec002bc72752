"""A program's beginning and its settings."""
