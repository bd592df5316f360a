"""When a certificate is valid, read from its DER bytes.

Called by the TLS probe: Python's ssl module decodes certificates only of servers that it trusts. Reads the two times of
RFC 5280 4.1.2.5 (UTCTime and GeneralizedTime) and nothing else; it verifies nothing.
"""

from datetime import UTC, datetime

_SEQUENCE, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


def read_validity(der: bytes) -> tuple[datetime, datetime]:
    """Begin and end of the certificate's validity. Raises ValueError where the bytes are no certificate."""
    tag, certificate, _ = _element(der)
    _, body, _ = _element(certificate)
    if tag != _SEQUENCE:
        raise ValueError("not a certificate")
    tag, _, rest = _element(body)
    if tag != _VERSION:
        rest = body
    for _ in range(3):  # serial number, signature algorithm, issuer
        _, _, rest = _element(rest)
    tag, validity, _ = _element(rest)
    if tag != _SEQUENCE:
        raise ValueError("not a certificate")
    begin_tag, begin, rest = _element(validity)
    end_tag, end, _ = _element(rest)
    return _time(begin_tag, begin), _time(end_tag, end)


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag and content of the first element, and what follows it."""
    if len(data) < 2:
        raise ValueError("the certificate is cut short")
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        count = length & 0x7F
        length, start = int.from_bytes(data[2 : 2 + count], "big"), 2 + count
    if start + length > len(data):
        raise ValueError("the certificate is cut short")
    return tag, data[start : start + length], data[start + length :]


def _time(tag: int, content: bytes) -> datetime:
    text = content.decode("ascii")
    if tag == _UTC_TIME:  # two digits of the year: 50 and later are of the last century
        text = ("19" if text[:2] >= "50" else "20") + text
    elif tag != _GENERALIZED_TIME:
        raise ValueError("not a time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
