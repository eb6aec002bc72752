"""An app that owes mail, for the workers that tests start as processes of their own."""
