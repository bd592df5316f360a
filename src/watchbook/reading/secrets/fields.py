"""Places where a credential without a shape of its own stands: fields, addresses, headers, options of programs.

Called by `reading.secrets`. It finds the place and cuts the value out; whether the value is meant is `meaning`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from watchbook.reading.secrets.meaning import is_key, is_password, opens_with_pair

Judge = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A form in which a value is written: `literals` of which a line must hold one (lower case), the `pattern` with
    its group `value`, and whether what stands there `is_meant`."""

    said: str
    literals: tuple[str, ...]
    pattern: "re.Pattern[str]"
    is_meant: Judge


def _written(value: str) -> bool:
    return is_password(value, forced=True)


def _place(said: str, literals: tuple[str, ...], pattern: str, judge: Judge) -> Place:
    return Place(said, literals, re.compile(pattern, re.IGNORECASE), judge)


_PASSWORD = r"(?:pass(?:word|wd|phrase|code)?|pwd)"
_KEY = (
    r"(?:secret|token|credential|(?:api|app|access|auth|account|encryption|signing|master|routing|integration|"
    r"service|licen[cs]e|shared|session|webhook|private|ingest|events?)[ _-]?(?:key|secret|token)|"
    r"client[ _-]?(?:key|secret)|apikey)(?:[ _-]?(?:key|value))?"
)
_QUOTE = r"[\"'`]"
_BARE = r"[^\s\"'`“”’,;|<>()]"
_PAIR = r"(?P<user>[^\s:/@\"'`$<{\[(]+):"

_OPTION = rf"{_QUOTE}?(?P<value>[^\s\"'`;&|-][^\s\"'`;&|]*)"  # a value that is no other option
_ANY = r"(?P<value>[^\s\"'`;&|]+)"
_IN_COMMAND, _FIELD = "a password in a command", "a password or token"
_CLIENTS = r"(?:mongo\w*|docker login|podman login|helm registry login|clickhouse-client|cqlsh|ldap\w+)"
_BOLD = r"(?:\*\*\s?)?"

PLACES = (
    # options of programs: whatever stands there is the value
    _place(
        _IN_COMMAND, ("pgpassword", "mysql_pwd", "rediscli_auth", "sshpass"),
        rf"\b(?:PGPASSWORD|MYSQL_PWD|REDISCLI_AUTH|SSHPASS)=(?P<q>{_QUOTE}?){_ANY}(?P=q)", _written,
    ),
    _place(
        _IN_COMMAND, (" -u", "--user", "--proxy-user", " -a ", "--auth"),
        rf"\b(?:curl|wget|https?)\b[^|;\n]{{0,300}}?\s(?:-u|--user|--proxy-user|-a|--auth)[ =]?{_QUOTE}?{_PAIR}{_ANY}",
        _written,
    ),
    _place(_IN_COMMAND, ("mysql", "mariadb"),
           rf"\b(?:mysql\w*|mariadb\w*)\b[^|;\n]{{0,300}}?\s-p{_QUOTE}?(?P<value>[^\s\"'`;&|=-][^\s\"'`;&|]*)", _written),
    _place(_IN_COMMAND, ("-cli",), rf"\b(?:redis|valkey)-cli\b[^|;\n]{{0,300}}?\s(?:-a|--pass)[ =]{_OPTION}", _written),
    _place(_IN_COMMAND, ("sshpass",), rf"\bsshpass\b[^|;\n]{{0,300}}?\s-p ?{_QUOTE}?{_ANY}", _written),
    _place(
        _IN_COMMAND, ("mongo", "ldap", "docker login", "podman login", "registry login", "clickhouse", "cqlsh"),
        rf"\b{_CLIENTS}\b[^|;\n]{{0,300}}?\s(?:-p|-w|--password)[ =]{_OPTION}", _written,
    ),
    _place(_IN_COMMAND, ("-pass",), rf"\s-pass(?:in|out|wd)?[ =]{_QUOTE}?pass:{_ANY}", _written),
    _place(_IN_COMMAND, ("pass",), rf"--(?:[\w-]{{1,40}}-)?pass(?:word|wd)?[ =]{_OPTION}", _written),
    _place(
        _IN_COMMAND, ("identified", "password"),
        r"\b(?:identified\s+by|(?:with|encrypted)\s+password|password)\s+'(?P<value>[^'\s]{4,})'", _written,
    ),
    # addresses, connection strings, headers
    _place(
        "a password in an address", ("@",),
        r"://(?P<user>[^\s:/@$<{\[`\"']{0,100}):(?P<value>[^\s:/@$<{\[`\"']{4,300})@(?P<host>[^\s/:\"'`)]{1,300})", _written,
    ),
    _place(
        "a password in a connection string", ("password", "pwd"),
        r"(?:^|[;?&\s\"'`])(?:password|pwd) ?= ?(?P<value>[^\s;&\"'`]{4,})(?=;|&|[\"'`])", _written,
    ),
    _place("a password in a header", ("basic ",),
           r"\bbasic\s+(?P<value>[A-Za-z0-9+/]{8,}={0,2})(?![\w.-])", opens_with_pair),
    _place("a password of a registry", ("auth",),
           r"\"auth\"\s*:\s*\"(?P<value>[A-Za-z0-9+/]{8,}={0,2})\"", opens_with_pair),
    _place(
        "a token in a header", ("auth",),
        r"(?:authorization|auth)[\"']?\s*[:=]\s*[\"']?(?:bearer|token|apikey)\s+(?P<value>[\w.~+/=-]{16,})", is_key,
    ),
    _place("a token in a header", ("bearer",), r"\bbearer\s+(?P<value>[\w.~+/=-]{20,})", is_key),
    # fields
    _place(
        _FIELD, ("pass", "pwd"),
        rf"{_PASSWORD}(?:{_QUOTE}|\*\*)?(?:\s?=\s?|:\s?|\*\*\s+){_BOLD}(?P<q>{_QUOTE})(?P<value>[^\"'`\n]{{4,200}}?)(?P=q)",
        _written,
    ),
    _place(_FIELD, ("pass", "pwd"), rf"[A-Z0-9]_?{_PASSWORD}=(?P<value>[^\s\"'`;&|,)]{{4,}})", _written),
    _place(
        _FIELD, ("pass", "pwd"),
        rf"\b(?:[\w-]{{0,40}}[_-])?{_PASSWORD}(?:{_QUOTE}|\*\*)?\s{{0,3}}(?:[:=]+|\bis\b)\s{{0,3}}{_BOLD}{_QUOTE}?"
        rf"(?P<value>{_BARE}{{4,200}})", is_password,
    ),
    _place(
        _FIELD, ("pass", "pwd"),
        rf"\|\s*[*`]*(?:[\w -]{{0,60}}\s)?{_PASSWORD}[*`]*\s*\|\s*{_QUOTE}?(?P<value>{_BARE}{{4,200}})", is_password,
    ),
    _place(
        _FIELD, ("/pass", "/ pass", "credential", "login", "log-in"),
        rf"(?:/\s?{_PASSWORD}|credentials?|log-?ins?)(?:\*\*)?\s*(?:[:=]|\bis\b|\bare\b|(?={_QUOTE}))(?:\*\*)?\s*{_QUOTE}?"
        rf"[\w.@+-]{{2,40}}{_QUOTE}?\s?[:/]\s?{_QUOTE}?(?P<value>[^\s\"'`,;|<>()/]{{4,100}})", is_password,
    ),
    _place(
        _FIELD, ("secret", "token", "key", "credential"),
        rf"\b(?:[\w-]{{0,40}}[_-])?{_KEY}(?:{_QUOTE}|\*\*)?"
        rf"(?:\s{{0,3}}=\s{{0,3}}|:\s+|:(?={_QUOTE})|(?<={_QUOTE}):|\s+is\s+|\s*\|\s*){_BOLD}{_QUOTE}?"
        r"(?P<value>[^\s\"'`,;|<>()&]{12,400})", is_key,
    ),
    _place(
        _FIELD, ("token=", "key=", "secret="),
        r"[?&](?:access_|api_?|auth_?)?(?:token|key|secret)=(?P<value>[\w.~+/=-]{12,})", is_key,
    ),
)  # fmt: skip
_LOCAL = re.compile(r"localhost|127\.|\[?::1|0\.0\.0\.0|host\.docker\.internal", re.IGNORECASE)
_EXAMPLE_HOST = re.compile(r"(?:^|\.)(?:example(?:\.\w+)?|host(?:name)?|server|domain)$", re.IGNORECASE)


def find_values(line: str, lowered: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of every value of the line that is meant."""
    for place in PLACES:
        if not any(literal in lowered for literal in place.literals):
            continue
        for found in place.pattern.finditer(line):
            if place.is_meant(found["value"]) and not _of_nobody(found):
                yield found.start("value"), found.end("value"), place.said


def _of_nobody(found: "re.Match[str]") -> bool:
    """A pair that shows the form only: `user:pass`, the same word twice on this machine, a host that is an example."""
    groups = found.groupdict()
    user, value, host = groups.get("user"), found["value"], groups.get("host")
    if user is not None and user.lower() in ("user", "username", "name", "login", "usr") and value.isalpha():
        return True
    if host is None:
        return False
    same = user == value or value.isalpha()
    return bool(_EXAMPLE_HOST.search(host)) or (same and bool(_LOCAL.match(host)))
