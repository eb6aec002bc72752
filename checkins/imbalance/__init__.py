"""Signals to coordinators: a side that takes part less than it did, found with a known rate of false alarms.

Decided: a signal is a test that gathers evidence week by week, not a limit on a share. A limit cries wolf over most healthy pairs.
Decided: the reckoning knows no Django, no clock and no chance, so that whoever doubts it can run it apart; `detector.py` is its door.
Decided: what is said of its errors comes from invented pairs (`simulation.py`), and wherever a rate is shown this is said too.
"""
