"""What the service that carries our mail says later: that a mail came back, and why.

Decided:
- A service is heard only if it signs what it posts, and if our own Message-ID comes back with it: Mailgun, Postal and SendGrid. With the
  others nothing more than a password in the address could be asked for.
- django-anymail checks the signature and knows each service's words; what follows from them is read here (`verdicts`), by the same table
  as what a mail server says at once.
- What was signed more than five minutes ago is refused, and each event counts once: what somebody has listened in on is of no use.
- Of what is said nothing is kept but a digest of the event's name: that it was heard.
"""
