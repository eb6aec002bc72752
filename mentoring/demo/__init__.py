"""A lively program to look at: invented people, half a year of what they did, told through the same services that pages use.

Decided: nothing here writes rows around the services, because a demo that the product could not have produced shows nothing. The one
exception is scale: above a hundred pairs, the rest are copies of pairs that services built.
"""
