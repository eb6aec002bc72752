"""The guidelines as everybody reads them: topic by topic, with a situation to think about, and at the end the question whether one agrees.

Decided: a topic counts as read once its situation was answered, whichever answer that was, because an answer that does not keep to the rule
is where the reasoning helps most. What somebody picked is kept nowhere; it stands in the address of the page alone.
"""
