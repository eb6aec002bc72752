"""What one pair agrees: each fills in alone, both read both at the same moment, they write one text and both sign exactly that.

Decided: what each answered alone is a round of `matching.joint`, as in a review. It is there until both have signed what they made of it,
and then gone: only the joint text is kept. Where both said the same, that is where the joint text begins.
Decided: limits are not asked apart. What holds for two is made from what each has set, without saying whose it is (`guidelines.limits`);
an answer beside a name would say it.
Decided: the signature is on the text, as a digest of its words. Whoever signs sends the digest of what they read; where the text is
another by then, nothing is signed, and they see what changed. A change takes both signatures off, and the last text that both signed holds
until both have signed again.
"""
