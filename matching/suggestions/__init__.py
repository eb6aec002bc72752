"""People find each other by themselves, where their program lets them: five suggestions, a request, and a private "not for me".

Decided: never a catalogue. Somebody sees the five who would go best with them, as a run of the program would see it, in words and never in
numbers; whoever is not among the five cannot be looked at or asked. A request is a pairing that one of the two proposes, so that the
answers, the reminder and the quiet end are the same for all.
Decided: before a yes one reads of the other only what everyone in the program may read. Whoever is asked sees what the asker shares with a
partner, and the asker is told so.
"""
