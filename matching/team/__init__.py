"""Who runs a program: their roles, whether their account is safe, and how many pairings each looks after."""
