"""Courses of a program: lessons, situations to choose in, questions to oneself and checks of understanding.

Decided: a version keeps each module as the text it was written in, and screens are read from it, because what ships, what is written in the
browser and what programs send each other are then one thing. A screen is known by what it says: in a new version, whatever says the same
stays done. A version that was published never changes.
Decided: everybody in a program may read every course, whoever is asked to take it: what one side learns is no secret from the other.
Decided: a picture is a row beside the texts, and its words stand in the text that shows it, because a course is then one thing to back up,
to send on and to read through. Nothing of a file is opened here: it is looked at from outside and handed out as it came.
"""
