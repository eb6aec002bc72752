"""The token in an invitation's link: the key of the invitation, signed. Nothing secret is kept in the database."""

from django.core.signing import BadSignature, Signer

_signer = Signer(salt="programs.invitations")


def token_for(invitation_id: int) -> str:
    return _signer.sign(str(invitation_id))


def invitation_id_in(token: str) -> int | None:
    """None for a token that we did not make, or that was altered."""
    try:
        return int(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
