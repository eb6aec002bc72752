"""Signals to coordinators: a side that takes part less than it did, found with a known rate of false alarms.

Decided: a signal is a test that gathers evidence week by week, not a limit on a share. A limit cries wolf over most healthy pairs.
Decided: the reckoning knows no Django, no clock and no chance, so that whoever doubts it can run it apart; `detector.py` is its door.
Decided: what is said of its errors comes from invented pairs (`simulation.py`), and wherever a rate is shown this is said too.
Decided: no state of the reckoning is stored. The whole life of a pairing is read and reckoned when a week has ended, which ten thousand
pairs bear, and so what comes late, is edited or taken back changes what is found from then on; what was told stays as it was told.
Decided: every signal has a task, and lives as long as it. The morning is one list.
Decided: that somebody opted out of being measured is recorded nowhere but in their own row, since those who read trails would learn of it.
"""
