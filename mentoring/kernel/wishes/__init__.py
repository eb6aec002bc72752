"""What a person wishes of the mails that can wait: which they want, when, and how many.

Mail about safety and about the account itself is not asked about: it goes at once.

Decided:
- Nobody who has said nothing has a row; what holds for them stands in `services.USUAL`. A row is what somebody chose.
- A wish is about a category, a handful of words that a person understands, rather than about each kind of mail that an app has.
- This subject knows no mail: whoever sends registers with `services.when_changed`, so that a wish is true from the moment it is committed.
"""
