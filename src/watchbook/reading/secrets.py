"""Secrets in the text: keys and passwords that somebody pasted into the runbook.

Called by `reading.runbook`. It knows the shapes of well-known credentials, and takes `$NAME` and gaps for what
they are. It never repeats a secret: a finding names the kind and the place only.
"""

import re

from watchbook.reading.document import Document
from watchbook.reading.notes import Notes

_HINT = re.compile(
    r"AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|slack\.com/services|sk_live_|AIza|PRIVATE KEY|eyJ|://[^\s/]*@|npm_|SG\."
    r"|(?i:passwd|password|secret|token)|[Aa][Pp][Ii][_-]?[Kk][Ee][Yy]"
)
_SHAPES = re.compile(
    r"(?P<aws>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)"
    r"|(?P<github>\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,})\b)"
    r"|(?P<gitlab>\bglpat-[\w-]{20}\b)"
    r"|(?P<slack>\bxox[abprs]-[A-Za-z0-9-]{10,}\b|hooks\.slack\.com/services/T\w+/B\w+/\w{16,})"
    r"|(?P<stripe>\bsk_live_[0-9A-Za-z]{16,}\b)"
    r"|(?P<google>\bAIza[0-9A-Za-z_-]{35}\b)"
    r"|(?P<npm>\bnpm_[A-Za-z0-9]{36}\b)"
    r"|(?P<sendgrid>\bSG\.[\w-]{16,}\.[\w-]{16,}\b)"
    r"|(?P<key>-----BEGIN [A-Z ]*PRIVATE KEY-----)"
    r"|(?P<token>\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
    r"|(?P<url>://[^\s:/@$<{\[`]+:(?P<urlvalue>[^\s:/@$<{\[`*]{4,})@)"
    r"|(?P<named>(?:password|passwd|secret|token|api[_-]?key)[\"']?\s*[=:]\s*[\"']?(?P<value>[^\s\"'`$<{\[*,;)]{8,}))",
    re.IGNORECASE,
)  # fmt: skip
_LONGEST_LINE = 20_000
_KINDS = {"aws": "an AWS access key", "github": "a GitHub token", "gitlab": "a GitLab token",
    "slack": "a Slack token or webhook",
          "stripe": "a Stripe key", "google": "a Google API key", "npm": "an npm token", "sendgrid": "a SendGrid key",
          "key": "a private key",
          "token": "a signed token", "url": "a password in an address", "named": "a password or token"}  # fmt: skip
_EXAMPLES = re.compile(
    r"your|example|changeme|change-me|xxx|placeholder|password|secret|redacted|dummy|\.\.\.|test|sample|env:|file:",
    re.IGNORECASE,
)


def find_secrets(document: Document, notes: Notes) -> None:
    """A finding for each line that seems to hold a secret."""
    for number, line in document.lines_with(_HINT):
        if len(line) > _LONGEST_LINE:
            continue
        for found in _SHAPES.finditer(line):
            kind = found.lastgroup or ""
            kind = {"value": "named", "urlvalue": "url"}.get(kind, kind)
            value = found["value"] or found["urlvalue"] or ""
            if kind in ("named", "url") and not _is_random(value):
                continue
            notes.find("secret-in-text", number, kind=_KINDS[kind])


def hide_secrets(text: str) -> str:
    """`text` with everything in it that seems to be a secret replaced by dots, for what repeats parts of a document."""
    if not _HINT.search(text):
        return text
    return _SHAPES.sub(_hidden, text)


def _hidden(found: "re.Match[str]") -> str:
    value = found["value"] or found["urlvalue"]
    if value is None:
        return "•••"
    return found[0].replace(value, "•••") if _is_random(value) else found[0]


def _is_random(value: str) -> bool:
    """Whether a value looks made by a machine or chosen as a password, rather than a word of an example."""
    if _EXAMPLES.search(value) or value.startswith(("/", "http")) or value.isupper():
        return False
    kinds = sum(bool(re.search(pattern, value)) for pattern in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w]"))
    return kinds >= 2 and bool(re.search(r"\d", value))
