"""Pages that gather: mine, the pair's, the coordinator's morning."""
