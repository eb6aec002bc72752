"""The review: now and then two look back together, and say what they would like to keep and to change.

Decided: it is a round of `matching.joint`, as a reset conversation is: both get the same letter when it begins and when it opens, and
nothing says who began, who has answered, or who would rather not. Starting it is offered around the middle and before the end, and is no
duty.
Decided: what each answered is there to talk about for some weeks after it has opened, and then goes by itself; what the two write together
stays. So neither has to ask the other to throw something away, and both know the day beforehand.
"""
