"""The same form sent twice makes one row.

Decided: the key is kept together with a digest of what was sent, because somebody who goes back, changes the text and sends it again
wants a second thing and must not lose it silently; two clicks on one button send the same.
"""
