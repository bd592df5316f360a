"""What people mean by a value: a secret, or a word that stands where one would stand.

Called by `reading.secrets` for everything that has the form of a credential. It looks at the value alone; `forced`
says that nothing but a literal can stand there (`PGPASSWORD=…`, `curl -u user:…`), so that a plain word counts as well.
"""

import base64
import binascii
import re
from itertools import pairwise

from watchbook.reading.shell.table import words

_SHORTEST = 4
# Words that tell the reader to write something else, whatever stands around them.
_REPLACE_ME = re.compile(
    r"your|(?<![a-z])my[_-]|example|sample|placeholder|change[_ -]?(?:me|this|it)|replace|redacted|removed|masked|hidden|"
    r"dummy|fake|xxx|foo|bar(?![a-z])|insert|enter[_-]|todo|\bsome|\bnew_|\.\.\.|…|\*\*|••|____|----|goes[_-]?here|abc123|123abc",
    re.IGNORECASE,
)  # fmt: skip
# Words that name what would stand there. A value of such words alone says nothing.
_NAMING = words(
    "password passwd passphrase passcode pass pwd pw secret secrets token key apikey api auth credential credentials "
    "user username login admin root db database app prod production staging dev test testing demo value string text hash "
    "client access private public shared bearer basic jwt session the a an of or and with new old current correct "
    "strong long random generated rotated stored none null nil true false yes no required optional empty unset missing "
    "invalid expired wrong incorrect same see ask from in is are vault default service here there"
)
# Not a value: a variable, a gap, a reference to where the value is kept, a path, a call.
_ELSEWHERE = re.compile(
    r"[$<\[{(@%!&*#|\\/~]|\.{1,2}/|(?:https?|env|file|vault|op|ssm|arn|aws|gcp|secret|sops|ref|valueFrom|data|config|process|os|"
    r"self|this|settings|secrets|credentials|var|local|module|base64|hex|utf-?8)[:./\[(]|.*[(<>{}]|.*\$\w|"
    r"(?i:none|null|true|false|undefined|n/a|tbd)$",
)  # fmt: skip
_CODE = re.compile(r"[A-Za-z_]+(?:\.[A-Za-z_]+)+|[a-z]+(?:[A-Z][a-z]+)+|[A-Z][A-Z]*(?:_[A-Z0-9]+)*")
_AMOUNT = re.compile(
    r"\d+[+-]?[ -]?(?:char|bit|byte|digit|day|hour|min|month|week|year|sec|[smhdw]$|[kmg]i?b?$|x$)", re.I
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|v?\d+(?:\.\d+)+|\d{1,3}(?:,\d{3})+")
_NAME_OF_IT = re.compile(r"(?:[a-z]+\d{0,2}|v?\d{1,4})(?:[-_./:](?:[a-z]+\d{0,2}|v?\d{1,4}))+")
# What products ship with, and people leave: each opens something as long as nobody changed it.
_DEFAULTS = words(
    "admin root guest toor postgres mysql mariadb rabbitmq minioadmin prom-operator elastic changeme calvin raspberry "
    "foobared vagrant tomcat manager operator grafana jenkins sonar nexus kibana airflow superset oracle"
)
_LADDERS = "abcdefghijklmnopqrstuvwxyz0123456789 zyxwvutsrqponmlkjihgfedcba9876543210 1234567890 0987654321 deadbeefdeadbeef"
_RUN = re.compile(r"([A-Za-z0-9*•.])\1{4,}")
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def is_example_token(token: str) -> bool:
    """Whether a credential of a known shape is one that nobody issued: `…EXAMPLE`, `xxxx`, `abcdef…`, `1234…`."""
    body = token.lower()
    if re.search(
        r"example|xxxx|your|placeholder|redacted|dummy|fake|change_?me|\.\.\.|…|\*\*\*|<|\$\{", body
    ):
        return True
    if _RUN.search(token) or len(set(body)) < 5:
        return True
    plain = re.sub(r"[^a-z0-9]", "", body)
    return any(
        plain[at : at + 9] in _LADDERS for at in range(max(len(plain) - 8, 0)) if len(plain[at : at + 9]) == 9
    )


def is_password(value: str, *, forced: bool = False) -> bool:
    """Whether people mean the value itself: chosen or made, not a name, a gap or a place where it is kept."""
    value = value.strip()
    if len(value) < _SHORTEST or _stands_for_another(value):
        return False
    if value.lower() in _DEFAULTS:
        return forced
    words = [word.lower() for word in _WORD.findall(value)]
    has_digit, has_mark = bool(re.search(r"\d", value)), bool(re.search(r"[^\w\s.:/,;-]", value))
    if words and not has_digit and not has_mark:
        if words[-1].endswith(("password", "passwd", "passphrase", "secret", "token", "key")):
            return False  # `smb-file-server-password` says what would stand there
        if all(map(_is_naming, words)):
            return False
    if forced:
        return bool(re.search(r"[A-Za-z0-9]", value))
    if value.isdigit():
        return False
    return len(value) >= 6 and bool(words) and (has_digit or has_mark) and not _NAME_OF_IT.fullmatch(value)


def is_key(value: str) -> bool:
    """Whether a value behind `token`, `secret` or `key` was made by a machine: long, mixed, and no name."""
    value = value.strip()
    if (
        len(value) < 12
        or _stands_for_another(value)
        or is_example_token(value)
        or _NAME_OF_IT.fullmatch(value)
    ):
        return False
    letters, digits = sum(map(str.isalpha, value)), sum(map(str.isdigit, value))
    if letters < 2 or " " in value:
        return False
    if digits < 2:  # letters only: mixed in a way that no identifier is
        return len(value) >= 24 and _changes_of_case(value) >= len(value) // 4
    words = [word for word in re.split(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])", value) if len(word) >= 4]
    return sum(map(len, words)) <= 0.7 * len(value) or len(set(value)) > 20


def opens_with_pair(encoded: str) -> bool:
    """Whether text in base64 is a user and a password that is meant (HTTP's basic scheme, Docker's `auth`)."""
    text = _decoded(encoded)
    user, colon, password = text.partition(":")
    return bool(colon and user.isprintable() and password.isprintable()) and is_password(
        password, forced=True
    )


def holds_private_key(encoded: str) -> bool:
    """Whether text in base64 begins a private key, and no certificate."""
    return "PRIVATE KEY" in _decoded(encoded[: len(encoded[:64]) // 4 * 4])


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _stands_for_another(value: str) -> bool:
    if _REPLACE_ME.search(value) or _ELSEWHERE.match(value) or _RUN.search(value):
        return True
    return bool(_CODE.fullmatch(value) or _AMOUNT.match(value) or _DATE.fullmatch(value)) and not _is_chosen(
        value
    )


def _is_chosen(value: str) -> bool:
    """`Tr0ub4dor`, `K7QX9ZP2`: the form of an identifier, but digits amid the letters."""
    return bool(re.search(r"[A-Za-z]\d+[A-Za-z]", value)) and "_" not in value and not _AMOUNT.match(value)


def _is_naming(word: str) -> bool:
    return word in _NAMING or any(
        word.startswith(one) and word[len(one) :] in _NAMING for one in _NAMING if len(one) > 2
    )


def _changes_of_case(value: str) -> int:
    return sum(a.isupper() != b.isupper() for a, b in pairwise(value) if a.isalpha() and b.isalpha())
