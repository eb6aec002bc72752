"""What each asks for beyond the program's limits, and what then holds for two.

Decided: of a limit that somebody sets nothing is kept but the limit: no time, no event in the trail, no mail. The page of two people is
made from both sets alike, so that it would be the same, letter for letter, if the two had set each other's.
Decided: where a program changes its limits and one that was set is not among them any more, the strictest holds until its owner has chosen
again. Nothing that changes makes anybody's limit looser.
"""
