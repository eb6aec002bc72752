"""A run: everybody who has room is matched at once, by what counts in the program, and those who run it look at each pair before anybody
is asked.

Decided: a run keeps what it saw as arrays with the keys of the people, so that it can be checked and repeated to the same result after
answers have changed; and with them the answers to the questions that counted, and no others, so that what it says of two people in words
is about the same day as its figures. The names are those of today.
Decided: what a run saw is forgotten after half a year, and with it how each two were compared. Who was put together stays.
Decided: in a program of equal peers a run has one pool, and a proposal's two places mean nothing. What is reckoned there stands in
`peers`, what is said there in `peer_words`; everything else is the same run.
"""
