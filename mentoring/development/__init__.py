"""Pages for whoever develops: every component in every state, and the mailbox. Only with DEBUG."""
