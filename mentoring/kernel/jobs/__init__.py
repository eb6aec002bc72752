"""Long work with progress and a stop.

Decided: a job is a row with a lease, and Celery only says "look now", because a worker that is killed in the middle must not take the
work with it: when its lease ends, the next sweep takes the job up where its last committed step left it. Work that brings a worker down
again and again is given up after a few times, rather than tried for ever.
"""
