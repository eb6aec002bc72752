"""Mail as a person wishes it, the link that stops it, what a mail service tells of it, and what staff see of it.

Decided:
- The link at the foot of a mail opens a page with a button; a program that looks at links stops nothing. It needs no sign-in, and shows
  nobody's name or address.
- That mail does not reach somebody is noted in their session when a visit is noted, so that the notice on every page costs no query. It
  names the address it is about, so a new one takes it away at once.
- Staff see that a mail was owed and what became of it, never its text or its address, and nothing at all that goes to them or to the other
  half where they are half of a pairing themselves.
"""
