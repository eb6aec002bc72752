"""What needs a person: tasks, with what one could do first, and the notes of calls.

Decided: a note stays as it was written, and what was wrong in it is put right below, because it may one day be read by somebody who was not
there. No service changes or removes one. It follows the rule of who reads answers, as of the day on which it was written.
"""
