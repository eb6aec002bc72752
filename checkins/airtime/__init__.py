"""Who talked and who decided, roughly, as each of the two felt it after a meeting. A talking point for them, and nothing else.

Decided: it is answered apart and opens to both at once (`matching/joint`), so that nobody says what the other has said. It is no fact:
nothing counts it, and those who run the program see none of it.
"""
