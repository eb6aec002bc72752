"""What needs a person: each task says in plain words why it is there, and what a coordinator could do first."""
