"""Every mail that is owed.

A mail is owed by writing a row in the transaction of its cause (`services`), in the words of its kind (`kinds`, `letters`), and handed to
the mail server by whichever worker gets hold of it (`delivery`, `lines`, `replies`). Celery only wakes; beat comes by.

What can wait (priority 2 and 3, to somebody with an account) goes as its person wishes: at hours that suit them (`timing`), one a day by
their own clock, with all that is due in it (`gathering`).

What cannot be promised is exactly one copy: SMTP does not tell a sender that died, or whose line broke, after the last dot whether the mail
was taken. Such a mail goes once more under the same Message-ID, by which mail programs see that it is the same; the next time it is given
up and seen.

Decided:
- A lease of fifty and a commit after each 250, rather than a mark before sending, which lost mails when workers were killed, or one commit
  for twenty, which doubled them.
- A line that breaks after the text has left is doubtful like a killed worker, rather than one more attempt: eight attempts at a server
  that takes a mail and does not say so would be eight copies.
- A server that refuses our sender, like one that lets nobody in, costs no mail an attempt: it is not about the mail. Three lines in a row
  that break end the drain.
- RSET before each mail on a used line, although it is one more round trip: a line that broke while idle is found before a mail is handed
  over.
- A dead mail keeps its address and its secret until what it is about has passed, so that it can be sent again; every other end wipes both.
- An address that a server calls unknown gets no reminders and digests, which are cancelled; codes and safety mail are tried all the same,
  and one that arrives lifts it. What counts is the address, so a new one is not affected.
- Rows leave 90 days after they ended, whatever the end, an hour after their receipt is written, rather than under a lock on the table.
- A letter is one text for both forms, and a person's name can be no paragraph, no link and no header in it.
- Letters link to this site only, rather than to whatever somebody wrote.
- A drain ends after twenty seconds and wakes the next, so that a worker can be stopped and planning gets its turn.
- Whose mail is the day's is settled when it is handed over, by a row that the database allows once, rather than when it is claimed: a mail
  that is answered in between leaves the day to the next, and no worker that died holds it.
- One worker at a time looks at a person (an advisory lock), and takes whatever is due to them, from another worker's lease too, as long as
  it is not handed over: so what belongs together goes together, however many workers there are.
- Whoever takes mail back never waits in a circle with whoever sends: the sender skips rows that somebody holds, and what a digest then
  leaves behind is told its fate half a minute later.
- What was put off stands in `available_at`, so that people who sleep cost nothing; when somebody chooses or moves, theirs is looked at
  anew.
- A mail that is tried again keeps the day it has, and takes another where it goes on another. One that may have arrived goes as it is,
  under its own Message-ID; one that was refused for good leaves the day.
- A digest says the subject of each mail and where its button leads, rather than words of its own for each kind, and nobody reads more in
  it than in the mail itself. One that has one mail left goes as that mail.
- A digest whose day comes to nothing is used again for the same day, under the same key.
- A link that stops mail never ends, and needs no sign-in: it can do nothing else, and old mail is where people look for it.
- `work` runs whatever beat would, rather than a list of its own that could fall behind.
"""
