"""What builds rows for the tests: the smallest valid thing, and a trait for each state."""
