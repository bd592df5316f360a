"""Signed links for acknowledging from a page (rule 21): single-purpose, expiring. Pure; the key comes from the caller.

Made by `deciding.page`, read by `app` for the GET that shows a button and the POST that acknowledges. A link only says
what it stands for: reading one changes nothing.
"""

import hashlib
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from watchbook.model.errors import RefusedError

LIFE_S = 24 * 3600.0
_ASK_AGAIN = "Open the board and acknowledge there, or use the link of a newer page."


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What a link stands for: for `acknowledge`, the episode and the person whom the page was sent to."""

    purpose: str
    subject: str
    person: str
    expires_at: float


def sign(key: bytes, link: SignedLink) -> str:
    """The token of a link, safe in a URL. The same link gives the same token."""
    return str(_signer(key, link.purpose).dumps([link.subject, link.person, round(link.expires_at)]))


def read(key: bytes, token: str, purpose: str, now: float) -> SignedLink:
    """What a token stands for. Raises `RefusedError` where it is forged, made for another purpose, or expired."""
    try:
        subject, person, expires_at = _signer(key, purpose).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise RefusedError("this link is not valid", mend=_ASK_AGAIN) from None
    if now > expires_at:
        raise RefusedError("this link has expired", mend=_ASK_AGAIN)
    return SignedLink(purpose, str(subject), str(person), float(expires_at))


def _signer(key: bytes, purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        key, salt=f"watchbook.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
    )
