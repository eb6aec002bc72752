"""Check-ins as those who run the program read them: who has answered, what the two of a pair answered side by side, how it goes over time.

Decided: what is counted follows the rule of who reads, as the answers do. A coordinator who may not read an answer is told that there is
one, and not whether it says "I would rather not say": neither on a line nor in a sum.

Decided: that answers were read is written down before they are shown, also where only the gap between two of them is. Who has answered is a
fact, and reading it is no event.

Decided: a step is one of the four between 1 and 5. Limits have three answers, which lie two steps apart, as they do where balance is
measured (SIGNALS): "mostly" of one and "yes" of the other is worth a look.

Decided: numbers over time are of five people at least, and so is the rest of a whole that is shown beside them. Where one side of a
program is smaller, only the whole is shown for that time.
"""
