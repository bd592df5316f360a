"""The Health Checks section: what is asked, how often, and which answer is right.

Called by `reading.runbook`. Lists (`- **Endpoint:** …`, `- **Database:** …`), tables and `curl` lines of fences
become `HealthCheck`s; a check alone never pages. What a target means is `reading.probes`.
"""

import re
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.quantities import Unit, say
from watchbook.model.runbook import CheckKind, HealthCheck
from watchbook.model.safety import Safety
from watchbook.reading.blocks import Fence, Field, Line, List, Paragraph, Row, Table
from watchbook.reading.document import Section
from watchbook.reading.expectations import read_expectation, say_expectation
from watchbook.reading.fields import fields_of_item
from watchbook.reading.notes import Context, Notes
from watchbook.reading.placeholders import placeholder_in, without_brackets
from watchbook.reading.probes import Probe, Target, curl_target, read_probe
from watchbook.reading.quantities import duration_at
from watchbook.reading.ranges import read_band
from watchbook.reading.synonyms import plain
from watchbook.reading.tables import Columns, columns_of

_ENDPOINT = frozenset({"endpoint", "health endpoint", "health check endpoint", "url", "health check",
    "health check url", "path", "health url",
                       "primary endpoint", "health", "command", "main endpoint"})  # fmt: skip
_EXPECTED = frozenset({"expected response", "expected", "response", "expected status", "healthy response",
    "expected result", "returns",
                       "status", "success", "expected output", "success response"})  # fmt: skip
_LATENCY = frozenset(
    {"response time", "latency", "max response time", "expected response time", "maximum response time"}
)
_EVERY = frozenset({"interval", "frequency", "cadence", "check interval", "every", "probe interval"})
_TIMEOUT = frozenset({"timeout", "check timeout"})
_OWN_TITLES = frozenset(
    {
        "health checks",
        "health check",
        "health",
        "service health",
        "health check endpoints",
        "health endpoints",
    }
)


@dataclass(slots=True)
class _Gathering:
    """The checks so far; the last service check may still be refined by the fields after it."""

    notes: Notes
    context: Context
    checks: list[HealthCheck] = field(default_factory=list)
    open: tuple[str, int, Probe] | None = None
    refined: list[int] = field(default_factory=list)  # lines that say more about the open check
    names: dict[str, int] = field(default_factory=dict)  # how often each name was taken
    of_dependencies: bool = False  # under a heading about dependencies

    def close(self) -> None:
        """Finishes the open service check."""
        if self.open is None:
            return
        name, line, probe = self.open
        self.open = None
        self.add(name, line, probe)
        for refined in self.refined:
            self.notes.read(refined, "health check", f"Part of the check {name}.")
        self.refined = []

    def unused(self, name: str) -> str:
        """The name, numbered where a check has it already."""
        number = self.names[slug(name)] = self.names.get(slug(name), 0) + 1
        return name if number == 1 else f"{name} {number}"

    def add(self, name: str, line: int, probe: Probe) -> None:
        """Takes a complete check, unless it could do harm."""
        for problem in probe.problems:
            self.notes.find("expectation-not-understood", line, name=name, reason=problem)
        declared = next((one for one in self.context.dependencies if _same(one, name)), None)
        check = probe.check(name, line, declared or (name if self.of_dependencies else None))
        refused = _refusal(check)
        if refused:
            self.notes.find("check-changes", line, mark=check.target, name=name, reason=refused)
            return
        self.checks.append(check)
        self.notes.read(line, "health check", say_check(check))


def read(section: Section, notes: Notes, context: Context) -> tuple[HealthCheck, ...]:
    """The checks of the section and its subsections, in order."""
    gathering = _Gathering(notes, context)
    for part in section.walk():
        own = plain(part.title) in _OWN_TITLES
        name = part.title if not own else "Service Health"
        gathering.of_dependencies = "dependenc" in plain(part.title)
        for block in part.blocks:
            if isinstance(block, List):
                for item in block.items:
                    for found in fields_of_item(item):
                        _take_field(found, name, gathering)
                    if not item.first.field():
                        _take_bare(item.first, gathering)
            elif isinstance(block, Table):
                _take_table(block, gathering)
            elif isinstance(block, Fence):
                _take_fence(block, name, gathering)
            elif isinstance(block, Paragraph):
                _take_paragraph(block, name, gathering)
            else:
                notes.prose(block)
        gathering.close()
    return tuple(gathering.checks)


def _take_paragraph(block: Paragraph, name: str, gathering: _Gathering) -> None:
    for line in block.lines:
        found = line.field()
        if found is not None and found.value.text:
            _take_field(found, name, gathering)
        else:
            gathering.notes.prose(line)


def _take_field(found: Field, name: str, gathering: _Gathering) -> None:
    """`Endpoint:` opens the service's check, `Expected Response:` and the like refine it, any other key is a check."""
    key = plain(found.key)
    value = without_brackets(found.value)
    if placeholder_in(value) is not None:
        return
    if key in _ENDPOINT or (key in _EXPECTED and gathering.open is None and value.codes):
        probe = read_probe(value)
        if probe is not None:
            gathering.close()
            gathering.open = (gathering.unused(name), found.line, probe)
            return
    if gathering.open is not None and _refine(key, value, found, gathering):
        return
    probe = read_probe(value)
    if probe is None:
        reason = "it names nothing to ask" if value.text else "nothing stands behind it"
        gathering.notes.find(
            "check-not-understood", found.line, mark=found.key, name=found.key, reason=reason
        )
        return
    gathering.close()
    gathering.add(gathering.unused(found.key), found.line, probe)


def _refine(key: str, value: Line, found: Field, gathering: _Gathering) -> bool:
    """A field that says more about the open check; False where it is something else."""
    assert gathering.open is not None
    name, line, probe = gathering.open
    if key in _EXPECTED:
        expect = read_expectation(value)
        if expect is None:
            reason = f"“{value.text}” is no status, JSON, text in a code span or pattern"
            gathering.notes.find(
                "expectation-not-understood", found.line, mark=value.text, name=name, reason=reason
            )
            return True
        probe = replace(probe, expect=expect)
    elif key in _LATENCY:
        band = read_band(value.text)
        if band is None or band.unit is not Unit.SECONDS or band.high is None:
            gathering.notes.find(
                "duration-not-understood", found.line, mark=value.text, text=value.text, name=found.key
            )
            return True
        probe = replace(probe, max_latency_s=band.high)
    elif key in _EVERY or key in _TIMEOUT:
        duration = duration_at(re.sub(r"^every\s+", "", value.text, flags=re.IGNORECASE))
        if duration is None:
            gathering.notes.find(
                "duration-not-understood", found.line, mark=value.text, text=value.text, name=found.key
            )
            return True
        seconds = duration.quantity.value
        probe = replace(probe, every_s=seconds) if key in _EVERY else replace(probe, timeout_s=seconds)
    else:
        return False
    gathering.open = (name, line, probe)
    gathering.refined.append(found.line)
    return True


def _take_bare(line: Line, gathering: _Gathering) -> None:
    """`` - `GET /ready` → 200 ``: a target without a key; anything else is for people."""
    if not line.spans or line.spans[0].kind != "code" or line.spans[0].start != 0 or placeholder_in(line):
        gathering.notes.prose(line)
        return
    probe = read_probe(line)
    if probe is None or probe.target.kind is CheckKind.COMMAND:
        gathering.notes.prose(line)
        return
    gathering.close()
    gathering.add(gathering.unused(probe.target.target), line.number, replace(probe, problems=()))


def _take_table(table: Table, gathering: _Gathering) -> None:
    columns = columns_of(table, "checks")
    if "target" not in columns.at:
        gathering.notes.prose(table)
        return
    gathering.close()
    gathering.notes.also_read(table.header)
    for row in table.rows:
        _take_row(columns, row, gathering)


def _take_row(columns: Columns, row: Row, gathering: _Gathering) -> None:
    target = columns.cell(row, "target")
    if target is None or any(placeholder_in(cell) for cell in row.cells):
        gathering.notes.prose(row)
        return
    name = columns.text(row, "name") or target.text
    probe = read_probe(target)
    if probe is None:
        gathering.notes.find(
            "check-not-understood", row, mark=target.text, name=name, reason="it names nothing to ask"
        )
        return
    expected = columns.cell(row, "expected")
    if expected is not None:
        expect = read_expectation(expected)
        if expect is None:
            problem = f"“{expected.text}” is no status, JSON, text in a code span or pattern"
            probe = replace(probe, problems=(*probe.problems, problem))
        else:
            probe = replace(probe, expect=expect)
    limit = read_band(columns.text(row, "latency")) if columns.text(row, "latency") else None
    if limit is not None and limit.unit is Unit.SECONDS:
        probe = replace(probe, max_latency_s=limit.high)
    every_s, timeout_s = _cell_duration(columns, row, "every"), _cell_duration(columns, row, "timeout")
    probe = replace(probe, every_s=every_s or probe.every_s, timeout_s=timeout_s or probe.timeout_s)
    gathering.add(gathering.unused(name), row.line, probe)


def _cell_duration(columns: Columns, row: Row, column: str) -> float | None:
    text = re.sub(r"^every\s+", "", columns.text(row, column), flags=re.IGNORECASE)
    duration = duration_at(text)
    return duration.quantity.value if duration is not None else None


_EXPECT_COMMENT = re.compile(r"#\s*expected(?: \w+)?:\s*(.+)", re.IGNORECASE)


_TRAILING_COMMENT = re.compile(r"\s+#\s+(?!expected)(.+)$", re.IGNORECASE)


def _take_fence(fence: Fence, name: str, gathering: _Gathering) -> None:
    """Plain `curl URL` lines, and commands whose exit says how things are, are checks; other commands are left.

    A check is named by the comment above it or behind it.
    """
    if fence.language not in ("bash", "sh", "shell", "console", "zsh", ""):
        return
    comment, comment_line = "", 0
    for offset, text in enumerate(fence.lines):
        line = text.strip().removeprefix("$ ")
        number = fence.first_line + offset
        if line.startswith("#"):
            expected = _EXPECT_COMMENT.match(line)
            if expected is None:
                comment, comment_line = line.lstrip("# ").strip(), number
            elif gathering.open is not None:
                _expect_of_open(expected[1], number, gathering)
            continue
        behind = _TRAILING_COMMENT.search(line)
        command = line[: behind.start()] if behind else line.split(" # ")[0].strip()
        target = _asked(command)
        if target is None:
            comment = ""
            continue
        gathering.close()
        called = comment or (behind[1].strip() if behind else "")
        if not called:
            called = target.target if target.kind is CheckKind.COMMAND else name
        gathering.open = (gathering.unused(called), number, Probe(target))
        if comment:
            gathering.notes.also_read(comment_line)
        expected = _EXPECT_COMMENT.search(line, len(command))
        if expected is not None:
            _expect_of_open(expected[1], number, gathering)
        comment = ""
    gathering.close()


def _expect_of_open(text: str, number: int, gathering: _Gathering) -> None:
    value = Line(number, text)
    _refine("expected", value, Field("Expected", value, number), gathering)


def _asked(command: str) -> Target | None:
    """What a command of a fence asks; None where it is no check, or has gaps that a person must fill."""
    if "<" in command:
        return None
    target = curl_target(command)
    if target is not None:
        return None if "$" in command else target
    from watchbook.reading.shell import classify
    from watchbook.reading.shell.exits import exit_meaning

    meaning = exit_meaning(command) if command[:1].isalpha() else None
    if meaning is None or meaning.kind != "expects_zero" or classify(command).safety is not Safety.READ_ONLY:
        return None
    return Target(CheckKind.COMMAND, command)


def _same(one: str, other: str) -> bool:
    return slug(one) == slug(other)


def _refusal(check: HealthCheck) -> str:
    """Why the check must not run by itself; empty where it is only reading."""
    if check.kind is CheckKind.HTTP and check.method not in ("GET", "HEAD", "OPTIONS"):
        return f"{check.method} may change something"
    if check.kind is not CheckKind.COMMAND:
        return ""
    from watchbook.reading.shell import classify

    found = classify(check.target)
    return "" if found.safety is Safety.READ_ONLY else f"{found.safety.value}: {found.reason}"


def _expected(check: HealthCheck) -> str:
    if check.kind is CheckKind.TLS and check.expect.number is not None:
        return (
            f"a certificate good for {check.expect.number.op} {say(check.expect.number.value, Unit.SECONDS)}"
        )
    return say_expectation(check.expect)


def say_check(check: HealthCheck) -> str:
    """The check in one sentence."""
    asked = (
        f"{check.method} {check.target}"
        if check.kind is CheckKind.HTTP
        else f"{check.kind.value} {check.target}"
    )
    if check.query:
        asked += f" {check.query}"
    said = f"{check.name}: asks {asked} every {say(check.every_s, Unit.SECONDS)}, expects {_expected(check)}"
    if check.max_latency_s is not None:
        said += f", degraded above {say(check.max_latency_s, Unit.SECONDS)} (all phases together)"
    said += f", gives up after {say(check.timeout_s, Unit.SECONDS)}"
    return f"{said}{f'; the dependency {check.dependency}' if check.dependency else ''}."
