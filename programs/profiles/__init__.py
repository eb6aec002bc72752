"""What a participant says of themselves: the program's own questions, and whether they offer mentoring, seek it, or both."""
