"""A planned meeting that did not happen, as each of the two says it. Both accounts stay, side by side, and neither weighs more.

Decided: who could not come is a fact about one half, noted only where that half says so or agrees. Whoever is quicker to say it does not
decide what counts about the other, and who stays silent for a week has said nothing: the one account stays as one account.

Decided: what each says stays also when the meeting is logged after all, since a log does not take the other's words away. It no longer
counts.
"""
