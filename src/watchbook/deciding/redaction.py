"""What must not be seen: declared secrets and known credentials, taken out of text and of streams.

Called by the run's supervisor process (before its first write to a file), by `world.shell` for diagnosis commands, and
by everything that shows output. Standard library only and no dataclasses: the supervisor process loads it with few imports.
It does not decide which values are secrets, and it does not bound anything.
"""

import re
from collections.abc import Iterable

MARK = b"[redacted]"
LINE_LIMIT = 16 * 1024  # a line longer than this is released in parts
LINES_OF_A_SECRET = 200  # so many of its lines are hidden one by one, too; a key file has fewer
ANCHOR = 16  # bytes by which the beginning of a long secret is found
WINDOW = 8 * 1024  # of such a line, this much stays back: no credential is longer
BLOCK_LIMIT = 64 * 1024  # a private key that is not closed after this much was none

_BLOCK_OPENS = re.compile(rb"-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")
_BLOCK_CLOSES = re.compile(rb"-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----")

# Formats published by their issuers: the whole match is a credential.
_TOKENS = re.compile(
    rb"\b(?:AKIA|ASIA|AGPA|AIDA|AROA|ANPA)[0-9A-Z]{16}\b"  # Amazon access keys
    rb"|\bgh[pousr]_[A-Za-z0-9]{36,255}|\bgithub_pat_[A-Za-z0-9_]{22,255}"
    rb"|\bglpat-[A-Za-z0-9_\-]{20,128}"
    rb"|\bxox[abeoprs]-[A-Za-z0-9\-]{10,255}|\bhooks\.slack\.com/services/[A-Za-z0-9/]{20,128}"
    rb"|\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,255}"
    rb"|\bAIza[0-9A-Za-z_\-]{35}|\bya29\.[0-9A-Za-z_\-]{20,1024}"
    rb"|\bnpm_[A-Za-z0-9]{36}|\bpypi-[A-Za-z0-9_\-]{50,512}"
    rb"|\bsk-[A-Za-z0-9_\-]{20,255}|\bSG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,64}"
    rb"|\beyJ[A-Za-z0-9_\-]{8,2048}\.eyJ[A-Za-z0-9_\-]{8,4096}\.[A-Za-z0-9_\-]{8,1024}"  # signed web tokens
)
# A name that announces a credential: only the value behind it is taken out.
_NAMED = re.compile(
    rb"(?i)\b(?:proxy-)?authorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?"
    rb"(?:basic|bearer|token|digest)[ \t]+([^\s\"',;]{6,4096})"
    rb"|\b[a-z0-9+.\-]{2,20}://[^/\s:@\"']{0,128}:([^/\s@\"']{1,256})@"
    rb"|(?:passw(?:or)?d|passphrase|secret(?:[_\-]?(?:access)?[_\-]?key)?"
    rb"|(?:api|access|auth)[_\-]?key|(?:access|auth|refresh|id)?[_\-]?token)"
    rb"[\"']?[ \t]{0,4}(?:=|:[ \t]|:[\"'])[ \t]{0,4}[\"']?"
    rb"(?!null\b|none\b|true\b|false\b|\$|<|\[redacted)([^\s\"',;&]{6,1024})"
)
_CONTROLS = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # ECMA-48 control sequences: colours, cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # titles and links
    r"|\x1b[PX^_][^\x1b]*(?:\x1b\\)?"  # device strings
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
_SECRET_NAME = re.compile(
    r"(?i)passw(or)?d|passphrase|secret|token|credential|private_?key|api_?key|access_?key|auth_?key|pgpass"
)

Span = tuple[int, int]


def secret_bytes(secrets: Iterable[str]) -> tuple[bytes, ...]:
    """How the secrets may appear: each whole, and each longer line of one that spans lines; longest first."""
    forms: set[bytes] = set()
    for secret in secrets:
        whole = secret.encode("utf-8", "surrogateescape")
        stripped = whole.strip()
        forms.update(form for form in (whole, stripped) if form.strip())
        if b"\n" in stripped:
            lines = stripped.split(b"\n")[:LINES_OF_A_SECRET]
            forms.update(line.strip() for line in lines if len(line.strip()) >= 8)
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def looks_secret(name: str) -> bool:
    """Whether a variable or parameter of this name is to be treated as a secret (`DB_PASSWORD`, `api_token`)."""
    return _SECRET_NAME.search(name) is not None


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without the declared secrets and without what has the form of a known credential."""
    redactor = Redactor(secrets)
    raw = text.encode("utf-8", "surrogateescape")
    return (redactor.feed(raw) + redactor.flush()).decode("utf-8", "surrogateescape")


def without_controls(text: str) -> str:
    """`text` as a page may show it: no control sequences, and of lines that were drawn over the last state only.

    Tabs and line feeds stay; a carriage return starts the line again, as on a terminal.
    """
    plain = _CONTROLS.sub("", text.replace("\r\n", "\n"))
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in plain.split("\n"))


class Redactor:
    """Takes secrets out of a stream of bytes, also when they are split over chunks.

    Bytes are released by whole lines (parts of very long ones), never while they could be the beginning of a secret.
    `feed` returns what is safe to write now, `flush` the rest.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = secret_bytes(secrets)
        self._spanning = tuple(secret for secret in self._secrets if b"\n" in secret)
        self._held = b""

    @property
    def margin(self) -> int:
        """Bytes before a cut that must be known to see every secret that crosses it."""
        return max(BLOCK_LIMIT, 2 * max(map(len, self._secrets), default=0))

    def feed(self, chunk: bytes) -> bytes:
        """Takes the next bytes; returns those that can be shown, redacted."""
        held = self._held + chunk
        if b"\n" not in chunk and len(held) <= LINE_LIMIT:
            self._held = held  # nothing could be released: look at it when its line ends, or grows too long
            return b""
        spans = self.spans(held)
        boundary = self._boundary(held, spans + [match.span() for match in _NAMED.finditer(held)])
        self._held = held[boundary:]
        return replaced(held, spans, 0, boundary)

    def flush(self) -> bytes:
        """The rest, at the end of the stream."""
        held = self.give_up()
        return replaced(held, self.spans(held), 0, len(held))

    def give_up(self) -> bytes:
        """The raw bytes that are held back, for a caller who goes on with `cut`; never to be shown as they are."""
        held, self._held = self._held, b""
        return held

    def cut(self, raw: bytes, start: int) -> bytes:
        """`raw[start:]` redacted.

        `raw[:start]` shows what crosses the cut: at least `margin` bytes, unless the stream began there.
        """
        return replaced(raw, self.spans(raw), start, len(raw))

    def spans(self, raw: bytes) -> list[Span]:
        """The places in `raw` that must not be shown: sorted, not overlapping."""
        found = self._declared(raw)
        found += [match.span() for match in _TOKENS.finditer(raw)]
        found += [match.span(match.lastindex or 0) for match in _NAMED.finditer(raw)]
        for opening in _BLOCK_OPENS.finditer(raw):
            found.append((opening.start(), _block_end(raw, opening)))
        return _merged(found)

    def _declared(self, raw: bytes) -> list[Span]:
        """Every occurrence of every declared secret, also those that overlap another one."""
        found = []
        for secret in self._secrets:
            at = raw.find(secret)
            while at >= 0:
                found.append((at, at + len(secret)))
                at = raw.find(secret, at + 1)
        return found

    def _boundary(self, held: bytes, spans: list[Span]) -> int:
        """Up to where `held` can be released: nothing after it can change what is before it.

        `spans` are the places not to cut: a credential together with the name that announces it.
        """
        boundary = held.rfind(b"\n") + 1
        unfinished = (
            self._spanning
        )  # behind a line feed only a secret that spans lines can have begun before it
        if len(held) - boundary > LINE_LIMIT:
            boundary, unfinished = len(held) - WINDOW, self._secrets
        for secret in unfinished:
            boundary = min(boundary, _beginning_of(secret, held))
        for opening in _BLOCK_OPENS.finditer(held):
            if _block_end(held, opening) == len(held) < opening.start() + BLOCK_LIMIT:
                boundary = min(boundary, opening.start())
        for start, end in _merged(spans):
            if start < boundary < end or (end == len(held) and start < boundary and not held.endswith(b"\n")):
                boundary = start
        return boundary


def replaced(raw: bytes, spans: list[Span], start: int, end: int) -> bytes:
    """`raw[start:end]` with a mark in place of each span; a span that crosses `start` or `end` is left out whole."""
    parts: list[bytes] = []
    at = start
    for first, last in spans:
        if last <= at:
            continue
        if first >= end:
            break
        if first > at:
            parts.append(raw[at:first])
        parts.append(MARK)
        at = last
    if at < end:
        parts.append(raw[at:end])
    return b"".join(parts)


def _block_end(raw: bytes, opening: re.Match[bytes]) -> int:
    """Where the private key that begins at `opening` ends: behind its last line, else at the limit or with `raw`."""
    limit = min(len(raw), opening.start() + BLOCK_LIMIT)
    closing = _BLOCK_CLOSES.search(raw, opening.end(), limit)
    return closing.end() if closing else limit


def _merged(found: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _beginning_of(secret: bytes, held: bytes) -> int:
    """The first place from which the end of `held` is a proper beginning of `secret`; the length of `held` if none.

    Long secrets (a whole key file) are looked for by their first bytes: trying every length would take quadratic time.
    """
    anchor = secret[:ANCHOR]
    at = held.find(anchor, max(0, len(held) - len(secret) + 1))
    while at >= 0:
        if secret.startswith(held[at:]):
            return at
        at = held.find(anchor, at + 1)
    for length in range(min(len(anchor), len(secret) - 1, len(held)), 0, -1):
        if held.endswith(secret[:length]):
            return len(held) - length
    return len(held)
