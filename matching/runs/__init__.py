"""A run: everybody who has room is matched at once, by what counts in the program, and those who run it look at each pair before anybody
is asked.

Decided: a run keeps what it saw as arrays with the keys of the people, so that it can be checked and repeated to the same result after
answers have changed; what it says of two people in words is made from their answers of today, and is kept nowhere.
Decided: what a run saw is forgotten after half a year, and with it how each two were compared. Until then it is no more than the
profiles hold: whoever leaves keeps a profile as well. Who was put together stays.
Decided: in a program of equal peers a run has one pool, and a proposal's two places mean nothing. What is reckoned there stands in
`peers`, what is said there in `peer_words`; everything else is the same run.
"""
