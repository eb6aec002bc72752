"""The shared agenda. Each item shows which half put it there; what was not reached is carried over."""
