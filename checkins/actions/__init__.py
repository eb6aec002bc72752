"""What one of the two, or both, took on to do, and by when.

Decided: a subject of its own rather than a part of the agenda: a topic is talked about and then over, an action goes on between meetings.
Decided: nobody is given an action. What one half writes down for the other is a request, and stands once the other takes it on.
"""
