"""What a health check asks, from its words: `GET /health`, `tcp://mq:5672`, a URL, a `SELECT`, a command.

Called by the health check module. It reads targets, expectations, cadence and limits; the lists and tables
they stand in are read there, and asking is done by `world.probes`.
"""

import re
import shlex
from dataclasses import dataclass, field, replace

from watchbook.model.procedures import Expectation, NumberTest
from watchbook.model.quantities import Unit
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.reading.blocks import Line
from watchbook.reading.expectations import read_expectation
from watchbook.reading.quantities import duration_at, quantity_at

_DEFAULT_EVERY_S = {CheckKind.COMMAND: 60.0, CheckKind.SQL: 60.0}
_LONGEST_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked, without what is expected of it."""

    kind: CheckKind
    target: str
    method: str = "GET"
    query: str | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """A target with everything its line says about it. `problems` are parts that were not understood."""

    target: Target
    expect: Expectation = field(default_factory=Expectation)
    max_latency_s: float | None = None
    every_s: float | None = None
    timeout_s: float | None = None
    problems: tuple[str, ...] = ()

    def check(self, name: str, line: int, dependency: str | None = None) -> HealthCheck:
        """The health check, with the defaults: every 15 s (60 s for commands and SQL), at most 10 s an answer."""
        every_s = self.every_s or _DEFAULT_EVERY_S.get(self.target.kind, 15.0)
        timeout_s = self.timeout_s or self.target.timeout_s or min(_LONGEST_TIMEOUT_S, every_s)
        return HealthCheck(
            name, self.target.kind, self.target.target, self.target.method, self.target.query, self.expect,
            self.max_latency_s, every_s, timeout_s, dependency, None, line,
        )  # fmt: skip


_HTTP = re.compile(r"(?:(GET|HEAD|POST|OPTIONS)\s+)?(https?://[^\s`]+|/[^\s`]*)", re.IGNORECASE)
_ADDRESS = re.compile(r"(tcp|tls|ssl|dns)(?:://|:)([^\s`/]+(?::\d+)?)(/\S*)?", re.IGNORECASE)
_SQLITE = re.compile(r"sqlite:(?://)?(\S+)", re.IGNORECASE)
_HOST_PORT = re.compile(r"[A-Za-z0-9.-]+:\d{2,5}")


def read_target(code: str, second: str | None = None) -> Target | None:
    """What the code span asks; `second` is the span behind it (the SELECT of an SQLite file). None: nothing to run."""
    code = code.strip()
    found = _HTTP.fullmatch(code)
    if found is not None:
        return Target(CheckKind.HTTP, found[2], (found[1] or "GET").upper())
    found = _ADDRESS.fullmatch(code)
    if found is not None:
        scheme = {"ssl": "tls"}.get(found[1].casefold(), found[1].casefold())
        return Target(CheckKind(scheme), found[2])
    found = _SQLITE.match(code)
    if found is not None:
        query = code[found.end() :].strip() or (second or "").strip()
        return Target(CheckKind.SQL, found[1], query=query) if query else None
    if _HOST_PORT.fullmatch(code):
        return Target(CheckKind.TCP, code)
    return curl_target(code) or _command(code)


def _command(code: str) -> Target | None:
    """Anything else that can be a command line: a program and its arguments."""
    if not re.match(r"[\w./~$-]", code) or code.startswith("$ "):
        return None
    return Target(CheckKind.COMMAND, code)


_CURL_PLAIN = frozenset(
    [
        "-f",
        "-s",
        "-S",
        "-sS",
        "-fs",
        "-fsS",
        "-sf",
        "-sSf",
        "-fS",
        "-sfS",
        "-L",
        "-fsSL",
        "-sL",
        "-sfL",
        "-I",
        "-sI",
        "-G",
        "-k",
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--head",
        "--compressed",
        "--fail-with-body",
    ]
)
_CURL_VALUE = frozenset({"--max-time", "-m", "--connect-timeout", "-o", "--output", "--retry"})


# What only makes an answer easier to read: `curl … | jq .`
_PRETTY = re.compile(
    r"""\s*\|\s*(?:jq(?:\s+-\w+)*(?:\s+(?:\.|'\.'|"\."))?|python3?\s+-m\s+json\.tool|cat)\s*$"""
)
_BARE_ADDRESS = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w.-]+(?=:\d))(?::\d{2,5})?(?:/[^\s]*)?")


def curl_target(command: str) -> Target | None:
    """A plain `curl URL` as an HTTP check (which looks at the status, as curl alone would not); else None.

    As for curl, an address without a scheme is http.
    """
    command = _PRETTY.sub("", command)
    if not command.startswith("curl ") or any(mark in command for mark in "|;&<>`\n") or "$(" in command:
        return None
    try:
        words = shlex.split(command)[1:]
    except ValueError:
        return None
    url, timeout_s, method = None, None, "GET"
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word in _CURL_VALUE and at < len(words):
            limit = quantity_at(words[at])
            if word in ("--max-time", "-m") and limit is not None:
                timeout_s = limit.quantity.value
            elif word in ("-o", "--output") and words[at] != "/dev/null":
                return None
            at += 1
        elif word in _CURL_PLAIN and word != "-k":
            method = "HEAD" if "I" in word or word == "--head" else method
        elif re.match(r"https?://", word) and url is None:
            url = word
        elif _BARE_ADDRESS.fullmatch(word) and url is None:
            url = f"http://{word}"
        else:
            return None
    return Target(CheckKind.HTTP, url, method, timeout_s=timeout_s) if url else None


# --- the words around a target --------------------------------------------------------------------------------

_ARROW = re.compile(r"\s*(?:→|⇒|->|=>)\s*|\b(?:should return|returns?|expects?|expected:?)\s+")
_EVERY = re.compile(r",?\s*\(?\bevery:?\s+", re.IGNORECASE)
_TIMEOUT = re.compile(
    r",?\s*\(?\b(?:timeout|times? out after|at most|time limit)(?: of)?:?\s*", re.IGNORECASE
)
_LIMIT = re.compile(r"(>=|<=|==|!=|[<>≥≤]|\bwithin\b|\bunder\b|\bin under\b)\s*")
_OPS = {"≥": ">=", "≤": "<=", "within": "<=", "under": "<", "in under": "<"}


def read_probe(line: Line) -> Probe | None:
    """The line (a field's value or a cell) as a probe; None where it names nothing to ask."""
    target, rest = _split_target(line)
    if target is None:
        return None
    probe = Probe(target)
    rest, every_s = _take_duration(rest, _EVERY)
    rest, timeout_s = _take_duration(rest, _TIMEOUT)
    probe = replace(probe, every_s=every_s, timeout_s=timeout_s)
    arrow = _ARROW.search(rest.text)
    while arrow is not None and rest.in_code(arrow.start()):
        arrow = _ARROW.search(rest.text, arrow.end())
    if arrow is not None:
        probe, rest = _expecting(probe, rest, arrow)
    return _limited(probe, rest)


def _split_target(line: Line) -> tuple[Target | None, Line]:
    """The target in the first code span (or the bare words before an arrow or comma), and the rest of the line."""
    codes = [span for span in line.spans if span.kind == "code"]
    if codes and not _ARROW.search(line.text[: codes[0].start]):
        second = codes[1] if len(codes) > 1 and not line.text[codes[0].end : codes[1].start].strip() else None
        target = read_target(codes[0].text, second.text if second else None)
        used = (
            second
            if second is not None and target is not None and target.query == second.text.strip()
            else codes[0]
        )
        return target, line.cut(used.end)
    links = [span for span in line.spans if span.kind == "link"]
    if links and links[0].start == 0 and links[0].url.startswith("http"):
        return Target(CheckKind.HTTP, links[0].url), line.cut(links[0].end)
    bare = re.match(r"(?:(?:GET|HEAD)\s+)?(?:https?://|tcp://|tls://|dns:|/)[^\s,]*", line.text)
    if bare is not None:
        return read_target(bare[0]), line.cut(bare.end())
    return None, line


def _take_duration(line: Line, opening: "re.Pattern[str]") -> tuple[Line, float | None]:
    """Takes `every 2s` off the line."""
    for found in opening.finditer(line.text):
        if line.in_code(found.start()):
            continue
        duration = duration_at(line.text, found.end())
        if duration is not None:
            return _cut_out(line, found.start(), duration.end), duration.quantity.value
    return line, None


def _cut_out(line: Line, start: int, end: int) -> Line:
    """The line without `start:end`, its spans kept in place."""
    if line.text[end : end + 1] == ")":
        end += 1
    kept = tuple(span for span in line.spans if span.end <= start)
    moved = tuple(
        replace(span, start=span.start - (end - start), end=span.end - (end - start))
        for span in line.spans
        if span.start >= end
    )
    return Line(line.number, line.text[:start] + line.text[end:], kept + moved).cut(0)


def _expecting(probe: Probe, rest: Line, arrow: "re.Match[str]") -> tuple[Probe, Line]:
    """What stands behind the arrow is expected; a limit behind a comma is left."""
    wanted = rest.cut(arrow.end())
    limit = next(
        (
            m
            for m in re.finditer(r",\s*(?=[<>≤≥]|within|under|in under)", wanted.text)
            if not wanted.in_code(m.start())
        ),
        None,
    )
    behind = wanted.cut(limit.end()) if limit is not None else Line(rest.number, "")
    wanted = wanted.cut(0, limit.start()) if limit is not None else wanted
    wanted = wanted if wanted.codes else Line(wanted.number, wanted.text.strip(" ,.;"))
    expect = read_expectation(wanted)
    before = rest.cut(0, arrow.start()).text.strip(" ,")
    left = Line(rest.number, f"{before} {behind.text}".strip())
    if expect is None:
        problem = (
            f"“{wanted.text}” is no status, JSON, text in a code span or pattern"
            if wanted.text
            else "nothing is expected"
        )
        return replace(probe, problems=(*probe.problems, problem)), left
    return replace(probe, expect=expect), left


def _limited(probe: Probe, rest: Line) -> Probe:
    """`< 100ms` limits the time of an answer; `> 14 days` and `< 90%` compare what a certificate or command shows."""
    text = rest.text.strip(" ,.;()")
    if not text:
        return probe
    found = _LIMIT.match(text)
    quantity = quantity_at(text, found.end()) if found else None
    if found is None or quantity is None or text[quantity.end :].strip(" .,)"):
        return (
            probe
            if not re.search(r"[<>≤≥\d]", text)
            else replace(probe, problems=(*probe.problems, f"“{text}” was not understood"))
        )
    op = _OPS.get(found[1], found[1])
    value, unit = quantity.quantity.value, quantity.quantity.unit
    timed = unit is Unit.SECONDS and probe.target.kind is not CheckKind.TLS
    if timed and op[0] == "<":
        return replace(probe, max_latency_s=value)
    if timed or (probe.target.kind is CheckKind.HTTP and unit is not Unit.COUNT):
        return replace(probe, problems=(*probe.problems, f"“{text}” limits nothing that this check shows"))
    return replace(probe, expect=replace(probe.expect, number=NumberTest(op, value), line=rest.number))
