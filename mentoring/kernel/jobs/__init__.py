"""Long work with progress and a stop."""
