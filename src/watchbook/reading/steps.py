"""Code blocks and list items become steps: commands, verifications, watches, waits, choices, manual steps.

Called by `reading.procedures` and `reading.troubleshooting`, one `StepWriter` a procedure. It classifies every
command and tells findings; which block belongs to which procedure is theirs. It runs nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from watchbook.model.ids import slug
from watchbook.model.procedures import Choice, Expectation, Parameter, Step, StepKind
from watchbook.model.quantities import say_duration
from watchbook.model.runbook import Environment, Level
from watchbook.model.safety import Classification, Safety
from watchbook.reading.blocks import Fence, Item
from watchbook.reading.expectations import read_expectation, say_expectation
from watchbook.reading.fences import (
    KNOWN_ATTRIBUTES,
    Commented,
    Group,
    Ordered,
    is_shell,
    read_attributes,
    read_groups,
)
from watchbook.reading.naming import Names
from watchbook.reading.notes import Notes
from watchbook.reading.parameters import fill
from watchbook.reading.quantities import read_duration
from watchbook.reading.shell import classes, classify, exit_meaning, syntax_problem
from watchbook.reading.step_text import (
    Lines,
    command_in,
    first_words,
    is_path,
    item_name,
    item_text,
    say_safety,
)
from watchbook.reading.step_words import (
    alternative,
    has_condition,
    is_rollback,
    is_verify,
    resolved_alert,
    timed,
)

_USUAL_ENVIRONMENTS = ("production", "prod", "staging", "development", "dev", "qa", "uat", "preprod")
_CURL = re.compile(r"(?:^|[|;&]\s*|\s)curl\s")
_CURL_FAILS = re.compile(r"\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known around a procedure: its environments, and whether figures of options are parameters."""

    environments: tuple[Environment, ...] = ()
    figures: bool = False
    rollback: bool = False  # the procedure itself undoes something
    diagnosis: bool = False  # checks of a cause: findings about running in a procedure do not apply


@dataclass(slots=True)
class Draft:
    """A step with what decides whether it follows the one before or stands beside it."""

    step: Step
    way: str = ""  # or, if, option, platform
    title: str = ""
    handler: bool = False


@dataclass(slots=True)
class StepWriter:
    """Writes the steps of one procedure in order. `handler` are steps of its rollback text; `parameters` all met."""

    notes: Notes
    setting: Setting
    parameters: list[Parameter] = field(default_factory=list)
    handler: list[Step] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    _assigned: set[str] = field(default_factory=set)
    _ids: Names = field(default_factory=Names)
    _last_environment: str | None = None

    def fence(self, fence: Fence, name: str = "") -> list[Step]:
        """The steps of a code block. `name` is for commands without a comment."""
        attributes = self._attributes(fence)
        if not is_shell(fence):
            return self._foreign(fence, name)
        elsewhere = _elsewhere(attributes)
        if elsewhere:
            step = self._step(
                name or first_words(fence.text), StepKind.MANUAL, fence.first_line, text=fence.text
            )
            self.notes.read(fence, "step", f"A person does this: {elsewhere}.")
            return [step]
        groups = read_groups(fence)
        if not groups:
            self.notes.prose(fence)
            return []
        self.notes.also_read(Lines(fence.line, fence.line))
        self.notes.also_read(Lines(fence.end_line, fence.end_line))
        drafts = [draft for group in groups for draft in self.group(group, attributes, name)]
        self.handler += [draft.step for draft in drafts if draft.handler]
        kept = [draft for draft in drafts if not draft.handler]
        if attributes.get("excludeFromRunAll") == "true":
            kept = [replace(draft, way="if", title=draft.title or draft.step.name) for draft in kept]
        return self.with_choices(kept, fence)

    def _attributes(self, fence: Fence) -> dict[str, str]:
        attributes = read_attributes(fence)
        for key in attributes:
            if key not in KNOWN_ATTRIBUTES:
                self.notes.find("attribute-unknown", fence, mark=key, name=key)
        for key, value in attributes.items():
            self.attributes.setdefault(key, value)
        return attributes

    def _foreign(self, fence: Fence, name: str) -> list[Step]:
        """A block in another language: SQL and scripts are done by a person, data is an example."""
        language = fence.language.casefold()
        if language not in (
            "sql",
            "python",
            "js",
            "javascript",
            "mongodb",
            "redis",
            "ruby",
            "psql",
            "mysql",
            "promql",
        ):
            self.notes.prose(fence)
            return []
        step = self._step(name or f"Run this {language}", StepKind.MANUAL, fence.first_line, text=fence.text)
        self.notes.read(fence, "step", f"A person runs this {language}: it is no shell.")
        return [step]

    def group(self, group: Group, attributes: dict[str, str], name: str = "") -> list[Draft]:
        """The steps of one group of comments and commands."""
        leading: list[Draft] = []
        while group.comments and (group.commands or len(group.comments) > 1):
            when = timed(group.comments[0].text)
            if when is None or (not group.commands and when.kind == "watch"):
                break
            leading.append(Draft(self._timed(group.comments[0], when.kind, when.duration_s)))
            group = replace(group, comments=group.comments[1:])
        title = group.title or name
        if not group.commands:
            return [
                *leading,
                *([Draft(step, alternative(title), title)] if (step := self.words(group)) else []),
            ]
        handler = self._is_handler(title, leading)
        steps = self._commands(group, title, attributes)
        way = "" if handler else alternative(title)
        if not way and not handler and changing(steps) and has_condition(title):
            way = "if"
        if handler:
            self.notes.read(group.line, "step", "Runs only to undo the steps above, when one of them fails.")
        return [
            *leading,
            *(Draft(step, way if number == 0 else "", title, handler) for number, step in enumerate(steps)),
        ]

    def _is_handler(self, title: str, leading: list[Draft]) -> bool:
        return (
            not self.setting.rollback
            and not self.setting.diagnosis
            and is_rollback(title)
            and bool(self._ids or leading)
        )

    def _timed(self, comment: Commented, kind: str, duration_s: float | None, text: str = "") -> Step:
        """A watch or wait step; without a duration that is understood, a manual one."""
        if duration_s is None:
            self.notes.find("wait-not-understood", comment.line, mark=comment.text, text=comment.text)
            return self._step(comment.text, StepKind.MANUAL, comment.line, text=comment.text)
        said = say_duration(duration_s)
        if kind == "watch":
            where = f" of {self._last_environment}" if self._last_environment else ""
            self.notes.read(
                comment.line,
                "step",
                f"Watches alerts and health{where} for {said}; the run fails if something begins.",
            )
            return self._step(
                comment.text,
                StepKind.WATCH,
                comment.line,
                duration_s=duration_s,
                text=text,
                environment=self._last_environment,
            )
        self.notes.read(comment.line, "step", f"Waits {said}.")
        return self._step(comment.text, StepKind.WAIT, comment.line, duration_s=duration_s, text=text)

    def words(self, group: Group) -> Step | None:
        """Comments without commands: a watch, a wait, a verification of an alert, or a manual step."""
        for comment in group.comments:
            when = timed(comment.text)
            if when:
                others = " ".join(c.text for c in group.comments if c is not comment)
                for other in group.comments:
                    if other is not comment:
                        self.notes.read(other.line, "step", f"Shown to the person during “{comment.text}”.")
                return self._timed(comment, when.kind, when.duration_s, others)
        alert = resolved_alert(group.title)
        place = Lines(group.line, group.end_line)
        if alert:
            self.notes.read(place, "step", f"Verified when the alert {alert} is resolved.")
            return self._step(group.title, StepKind.VERIFY, group.line, until_alert_resolved=alert)
        if not group.title:
            return None
        text = "\n".join(comment.text for comment in group.comments)
        self.notes.read(place, "step", f"A person does this: {group.title}.")
        return self._step(group.title, StepKind.MANUAL, group.line, text=text)

    def _commands(self, group: Group, title: str, attributes: dict[str, str]) -> list[Step]:
        """The command step of a group; what a shell cannot take is left to a person."""
        problem = syntax_problem(group.script)
        if problem:
            self._cannot_run(group, problem)
            return [self._step(title or "By hand", StepKind.MANUAL, group.line, text=group.script)]
        filled = fill(group.script, group.commands[0].line, self._assigned, figures=self._has_figures(group))
        for place in filled.unreachable:
            self.notes.find("parameter-in-single-quotes", group.commands[0], mark=place.name, name=place.name)
        self.parameters += filled.parameters
        safety = with_attributes(classify(filled.script), attributes)
        verifies = not self.setting.diagnosis and (is_verify(title) or attributes.get("verify") == "true")
        kind = StepKind.VERIFY if verifies else StepKind.COMMAND
        environment = attributes.get("env") or self.environment_of(title, group.script)
        self._last_environment = environment or self._last_environment
        meaning = exit_meaning(filled.script)
        step = self._step(
            title or first_words(group.script),
            kind,
            group.line,
            environment=environment,
            commands=tuple(command.text for command in group.commands),
            script=filled.script
            if not attributes.get("cwd")
            else f"cd {_quoted(attributes['cwd'])}\n{filled.script}",
            safety=safety,
            timeout_s=read_duration(attributes.get("timeout", "")),
            retry=int(attributes["retry"]) if attributes.get("retry", "").isdigit() else 0,
            idempotent=attributes.get("idempotent") == "true",
            expect=self._expectation(group, attributes),
            exit_meaning=meaning.kind if meaning else "",
            approvals=int(attributes["approve"]) if attributes.get("approve", "").isdigit() else 0,
            text="\n".join(comment.text for comment in group.comments[1:]),
        )
        self._tell(group, step)
        return [step]

    def _has_figures(self, group: Group) -> bool:
        return self.setting.figures and classify(group.script).safety.rank >= Safety.UNKNOWN.rank

    def _cannot_run(self, group: Group, problem: str) -> None:
        place = Lines(group.commands[0].line, group.commands[-1].end_line)
        if "is a sentence" in problem:
            self.notes.find("fence-holds-prose", place, text=group.commands[0].text[:60])
        else:
            self.notes.find("command-unparsable", place, reason=problem)

    def _expectation(self, group: Group, attributes: dict[str, str]) -> Expectation | None:
        """The assertion below the commands, or of the fence; a sentence is no assertion, and told so."""
        if group.assertion is None:
            return read_expectation(attributes["expect"]) if attributes.get("expect") else None
        found = read_expectation(group.assertion.text, group.assertion.line)
        if found is None:
            self.notes.find(
                "line-not-understood",
                group.assertion.line,
                mark=group.assertion.text,
                section="a procedure",
                reason="a sentence cannot be held against an output",
                advice="Write the text in quotes, a pattern between slashes, JSON, a status or a comparison.",
                level=Level.WARNING,
            )
            return None
        return replace(found, inverted=group.inverted)

    def _tell(self, group: Group, step: Step) -> None:
        """The reading of a command step, and the findings about its commands."""
        safety = step.safety
        said = say_safety(safety.safety) if safety else say_safety(Safety.UNKNOWN)
        expects = (
            f", expecting {say_expectation(step.expect)}" if step.expect and not step.expect.inverted else ""
        )
        confirms = (
            f", confirmed by {say_expectation(step.expect)}" if step.expect and step.expect.inverted else ""
        )
        where = f" in {step.environment}" if step.environment else ""
        verb = "Verifies" if step.kind is StepKind.VERIFY else "Runs"
        self.notes.read(
            Lines(group.line, group.end_line),
            "step",
            f"{verb}{where} ({said}){expects}{confirms}: {first_words(group.script)}",
        )
        for command in group.commands:
            self._findings(command, step)

    def _findings(self, command: Ordered, step: Step) -> None:
        met = classes(command.text)
        short = first_words(command.text)
        place = Lines(command.line, command.end_line)
        if not self.setting.diagnosis:
            if Safety.INTERACTIVE in met or command.input:
                self.notes.find("command-interactive", place, mark=short, command=short)
            if Safety.ENDLESS in met:
                self.notes.find("command-endless", place, mark=short, command=short)
        asks = _CURL.search(command.text) and "|" not in command.text
        if (
            step.kind is StepKind.VERIFY
            and step.expect is None
            and asks
            and not _CURL_FAILS.search(command.text)
        ):
            self.notes.find("curl-without-fail", place, mark="curl", command=short)

    def environment_of(self, title: str, script: str) -> str | None:
        """The one environment that the commands or the title name, by its URL or its name."""
        by_url = {
            environment.name
            for environment in self.setting.environments
            for address in (environment.url, *environment.instances)
            if address
            and "://" in address
            and address.rstrip("/") in script
            and re.search(rf"{re.escape(address.rstrip('/'))}(?![\w.:-])", script)
        }
        if len(by_url) == 1:
            return by_url.pop()
        names = [environment.name for environment in self.setting.environments] or list(_USUAL_ENVIRONMENTS)
        for text in (script, title):
            lower = text.casefold()
            found = {
                name
                for name in names
                if name.casefold() in lower
                and re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE)
            }
            if len(found) == 1:
                return found.pop()
        return None

    def item(self, item: Item) -> list[Step]:
        """The steps of a numbered or task item: a command behind its colon, fences below it, or work by hand."""
        first = item.first
        fences = [block for block in item.blocks if isinstance(block, Fence)]
        shells = [fence for fence in fences if is_shell(fence)]
        name = item_name(first)
        code = command_in(first)
        if code is not None and is_path(code):
            self.notes.find("code-span-is-path", first, mark=code, text=code)
            code = None
        if code is not None and not shells:
            group = Group([Commented(item.line, name)], [Ordered(item.line, item.line, code)])
            drafts = self.group(group, {})
            return [draft.step for draft in drafts] if self.setting.diagnosis else self.with_choices(drafts)
        if shells:
            self.notes.read(first, "step", f"The step {name or 'here'}, with the commands below it.")
            return [step for fence in fences for step in self.fence(fence, name)]
        return [self._by_hand(item, name)]

    def _by_hand(self, item: Item, name: str) -> Step:
        group = Group([Commented(item.line, item.first.text)])
        when = timed(item.first.text.strip())
        if when:
            return self._timed(group.comments[0], when.kind, when.duration_s)
        alert = resolved_alert(item.first.text)
        if alert:
            return self.words(group) or self._step(name, StepKind.MANUAL, item.line)
        self.notes.read(Lines(item.line, item.end_line), "step", f"A person does this: {item.first.text}")
        return self._step(name, StepKind.MANUAL, item.line, text=item_text(item))

    def with_choices(self, drafts: list[Draft], fence: Fence | None = None) -> list[Step]:
        """The steps in order, with alternatives gathered into one choice each: they are never run in sequence."""
        steps: list[Step] = []
        index = 0
        while index < len(drafts):
            draft = drafts[index]
            following = drafts[index + 1].way if index + 1 < len(drafts) else ""
            together = [draft]
            if draft.way in ("if", "option", "platform") or following == "or":
                while index + len(together) < len(drafts) and joins(
                    together[-1], drafts[index + len(together)]
                ):
                    together.append(drafts[index + len(together)])
            index += len(together)
            alone = len(together) == 1 and draft.way in ("", "platform", "option", "or")
            steps.append(draft.step if alone else self._choice(together, fence))
        return steps

    def _choice(self, drafts: list[Draft], fence: Fence | None) -> Step:
        conditional = any(draft.way == "if" for draft in drafts)
        ways = [Choice(draft.title or draft.step.name, (draft.step,)) for draft in drafts]
        for draft in drafts:
            self.notes.read(draft.step.line, "step", "Runs only where a person chooses it.")
        if (conditional and len(ways) == 1) or all(draft.way == "if" for draft in drafts):
            ways.append(Choice("Leave it out"))
        name = (
            drafts[0].title
            if len(drafts) == 1
            else " or ".join(draft.title for draft in drafts if draft.title)
        )
        if fence is not None and len(drafts) > 1:
            self.notes.find("alternatives-in-sequence", drafts[0].step.line, name=f"“{name[:60]}”")
        return self.choice(name, tuple(ways), drafts[0].step.line)

    def choice(self, name: str, ways: tuple[Choice, ...], line: int) -> Step:
        """A step at which a person chooses one of the ways."""
        return self._step(name or "Choose", StepKind.CHOICE, line, choices=ways)

    def _step(self, name: str, kind: StepKind, line: int, **more: object) -> Step:
        """A step with an id that is unique in its procedure and stays when text moves."""
        identity = self._ids.unique(slug(name)[:48].strip("-"), "-")
        return Step(identity, name, kind, line=line, **more)  # type: ignore[arg-type]


def joins(before: Draft, draft: Draft) -> bool:
    """Whether the block is an alternative of the one before."""
    if draft.way == "or":
        return True
    return draft.way != "" and draft.way == before.way


def _elsewhere(attributes: dict[str, str]) -> str:
    """Why the commands of a block cannot run here as shell; "" when they can."""
    if attributes.get("on"):
        return f"it is to be done on {attributes['on']}"
    interpreter = attributes.get("interpreter", "bash").split("/")[-1]
    return "" if interpreter in ("bash", "sh", "zsh") else f"it is written for {interpreter}"


def with_attributes(safety: Classification, attributes: dict[str, str]) -> Classification:
    """What the author declares: `destructive` always counts, `readonly` only marks what is unknown."""
    if attributes.get("destructive") == "true":
        return replace(safety, safety=Safety.DESTRUCTIVE, reason="declared destructive by the document")
    if attributes.get("interactive") == "true" and safety.safety.rank < Safety.INTERACTIVE.rank:
        return replace(safety, safety=Safety.INTERACTIVE, reason="declared interactive by the document")
    if attributes.get("background") == "true" and safety.safety.rank < Safety.ENDLESS.rank:
        return replace(safety, safety=Safety.ENDLESS, reason="declared to go on in the background")
    if attributes.get("readonly") == "true" and safety.safety is Safety.UNKNOWN:
        return replace(safety, declared=True)
    return safety


def changing(steps: Iterable[Step]) -> bool:
    return any(step.changing for step in steps)


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"
