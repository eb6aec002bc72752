"""Answer apart, open together: each half answers alone, and the other's answer is there to read only when both are.

Decided: kinds are a registry that whoever needs one fills, because what is asked belongs to the later subject, while that nobody reads
ahead belongs here, once. A kind opens to both when the second answer comes; or it tells only that both said yes, and then nobody learns
who said no, nor that somebody answered at all.
"""
