"""The catalogue of findings: code, level, what it says, how to mend it, why it matters. Pure data.

Used by `reading.notes` (which fills the sentences), by the reference page `docs/reference/findings.md` (a test
holds both together) and by faces that list codes. It finds nothing itself.

Codes are grouped by area: WB0 the document, WB1 service and environments, WB2 checks and metrics, WB3 alerts,
WB4 procedures and commands, WB5 troubleshooting, WB6 emergency, maintenance and recovery, WB7 people and
review, WB8 safety of the text. A code is never used again for something else.
"""

from dataclasses import dataclass
from functools import cache

from watchbook.model.runbook import Level


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of finding. `message` and `mend` hold `{names}` that `Notes.find` fills."""

    code: str
    name: str
    level: Level
    message: str
    mend: str
    why: str


_ERROR, _WARNING, _NOTE = Level.ERROR, Level.WARNING, Level.NOTE

# code, name used in the code, level, message, mend, why it matters
_DOCUMENT = (
    (
        "WB001", "placeholder-left", _WARNING,
        "`{text}` is a placeholder that nobody has filled in.",
        "Write {what}, or delete the line.",
        "A person at three in the morning finds a gap where the answer should stand.",
    ),
    (
        "WB002", "section-missing", _NOTE,
        "There is no section {section}.",
        "Add a section titled \"{section}\".",
        "What no section says, Watchbook cannot do and nobody can look up.",
    ),
    (
        "WB003", "line-not-understood", _NOTE,
        "This line in {section} was not understood: {reason}.",
        "{advice}",
        "Nothing is guessed in silence: a line that was not taken does nothing.",
    ),
    (
        "WB004", "placeholder-value", _NOTE,
        "`{text}` stands in brackets and is read as the value {value}.",
        "Take the brackets off if the value is right.",
        "Brackets usually mean that a value is still to be decided.",
    ),
    (
        "WB005", "example-host", _WARNING,
        "{host} is an example host that nobody owns.",
        "Write the real host.",
        "A check or command against an example host tells nothing about the service.",
    ),
    (
        "WB006", "fence-unclosed", _WARNING,
        "This code block is never closed.",
        "Close it with a line of {marker}.",
        "Everything below an open code block is code, and no longer read as the runbook.",
    ),
    (
        "WB007", "language-unknown", _NOTE,
        "The headings are not in a language that the reader knows: most of the document is prose to it.",
        "Use the section titles and labels of the template, or add them in brackets.",
        "A section that is not recognised is shown and never acted on.",
    ),
    (
        "WB008", "document-empty", _ERROR,
        "The document has no content.",
        "Start from the runbook template.",
        "An empty runbook watches nothing.",
    ),
)  # fmt: skip

_SERVICE = (
    (
        "WB101", "field-missing", _WARNING,
        "{field} is missing from {section}.",
        "Add `**{field}:** {example}`.",
        "Pages, reviews or recovery need this field, and nobody can look it up.",
    ),
    (
        "WB102", "field-empty", _WARNING,
        "{field} has no value.",
        "Write the value behind it, or delete the line.",
        "An empty field says that somebody meant to fill it in.",
    ),
    (
        "WB103", "field-unknown", _NOTE,
        "{field} is no field that {section} knows: it is shown as prose.",
        "Use a field of the template where something should happen, or leave it as text.",
        "A value that nobody reads changes nothing.",
    ),
    (
        "WB104", "dates-differ", _WARNING,
        "The head says {head} and the end says {tail} for {field}.",
        "Write the same date in both places, or only one of them; the later one counts.",
        "One of the two was forgotten, and readers cannot tell which.",
    ),
    (
        "WB105", "date-not-understood", _WARNING,
        "{field} is not a date that can be read: `{text}`.",
        "Write it as YYYY-MM-DD, for example 2026-11-23.",
        "Without a date nobody is reminded that the page grows old.",
    ),
    (
        "WB106", "objective-not-understood", _WARNING,
        "The service level `{text}` holds no percentage that can be kept.",
        "Write an uptime, for example `99.9%`.",
        "Without a number there is no error budget.",
    ),
    (
        "WB107", "environment-without-url", _WARNING,
        "The environment {name} has neither a URL nor instances.",
        "Fill in its URL or Instances column.",
        "Its checks have nowhere to ask.",
    ),
    (
        "WB108", "field-repeated", _WARNING,
        "{field} was given already, on line {first}: `{text}` is not used.",
        "Keep one of the two.",
        "Two values for one field: one of them is wrong.",
    ),
)  # fmt: skip
_CHECKS = (
    (
        "WB201", "check-not-understood", _WARNING,
        "The check {name} cannot be run: {reason}.",
        "Write what to ask in a code span, for example `GET /health`, `tcp://host:port` or a read-only command.",
        "A dependency that is not probed is noticed by customers.",
    ),
    (
        "WB202", "check-unused", _NOTE,
        "No alert uses the check {name}: it is shown, and pages nobody.",
        "Add a row such as `{name} check fails for 1 min` to Alerting, if somebody should know.",
        "A light that turns red in an empty room helps nobody.",
    ),
    (
        "WB203", "dependency-unchecked", _NOTE,
        "Nothing checks the dependency {name}.",
        "Add `- **{name}:** …` under Dependencies Health.",
        "When it fails, this service is blamed first.",
    ),
    (
        "WB204", "range-not-understood", _WARNING,
        "The range of {name} was not understood: {reason}.",
        "Write a range with its unit, for example `{example}`.",
        "Without a range nobody sees that the figure is unusual.",
    ),
    (
        "WB205", "expectation-not-understood", _WARNING,
        "The expected answer of {name} was not understood: {reason}.",
        "Write a status, a JSON document, a text in a code span, or a pattern between slashes.",
        "A check that accepts every answer proves nothing.",
    ),
    (
        "WB206", "check-changes", _ERROR,
        "The check {name} is not read-only ({reason}), so it is never run by itself.",
        "Use a command that only reads.",
        "A check runs every few seconds, unattended.",
    ),
    (
        "WB207", "signal-unknown", _WARNING,
        "{name} is no figure that can be measured: no signal has that name, and there is no query.",
        "Add a query in a code span, for example `sum(rate(checkouts_total[1m]))`.",
        "A figure without a source is never shown and never alerts.",
    ),
    (
        "WB208", "duration-not-understood", _WARNING,
        "The duration `{text}` of {name} was not understood.",
        "Write it with a unit, for example `30s` or `5 min`.",
        "The default is used instead, which may be wrong for this service.",
    ),
    (
        "WB209", "link-missing", _NOTE,
        "{name} has no link.",
        "Write `[title](https://…)`.",
        "People search for the dashboard while the service is down.",
    ),
    (
        "WB210", "unit-mismatch", _WARNING,
        "{name} is measured in {expected}, and `{text}` is {found}.",
        "Write the value in {expected}.",
        "A comparison of different units is always wrong.",
    ),
    (
        "WB211", "endpoint-unresolved", _WARNING,
        "The check {name} asks {target}, and nothing says at which address.",
        "Add an Environments table with a URL, or write the whole address.",
        "A relative address leads nowhere without one.",
    ),
)  # fmt: skip
_ALERTS = (
    (
        "WB301", "condition-not-understood", _ERROR,
        "The condition of {name} was not understood: {reason}.",
        "{proposal}",
        "An alert that cannot be evaluated never fires.",
    ),
    (
        "WB302", "condition-backwards", _ERROR,
        "{name} would fire while all is well: {signal} is bad when it is {direction}.",
        "Turn the comparison round, or move the line to Key Metrics as a normal range.",
        "A target read as an alert pages at every good moment.",
    ),
    (
        "WB303", "value-impossible", _ERROR,
        "{text} cannot be reached: {signal} lies between {low} and {high}.",
        "Write a value inside the range.",
        "An alert that can never fire, or never stop, is worse than none.",
    ),
    (
        "WB304", "severity-not-understood", _WARNING,
        "The severity `{text}` of {name} was not understood; it counts as medium.",
        "Write critical, high, medium, low or info.",
        "Severity decides who is woken.",
    ),
    (
        "WB305", "severity-missing", _WARNING,
        "{name} has no severity; it counts as medium.",
        "Add a Severity column.",
        "Severity decides who is woken.",
    ),
    (
        "WB306", "response-not-understood", _WARNING,
        "Part of the response to {name} was not understood: `{text}`.",
        "Write for example `Page on-call immediately`, `Investigate within 15min`, `#channel`, `Ticket`.",
        "Nobody is told in a way that was meant and not understood.",
    ),
    (
        "WB307", "response-missing", _NOTE,
        "{name} has no response; its severity decides: {default}.",
        "Add a Response column.",
        "What should happen stands in people's heads only.",
    ),
    (
        "WB308", "alert-without-issue", _WARNING,
        "No issue under Troubleshooting belongs to the alert {name}.",
        "Add an issue with `**Alert:** {name}`.",
        "Who is paged for it is left alone: no diagnosis, no causes, no remedy.",
    ),
    (
        "WB309", "critical-only-chat", _WARNING,
        "{name} is critical and reaches only {channels}.",
        "Add `Page on-call` to its response.",
        "Nobody reads chat or mail at three in the morning.",
    ),
    (
        "WB310", "check-undefined", _ERROR,
        "The condition of {name} names the check `{check}`, which is not defined.",
        "Add it to Health Checks, or use one of: {known}.",
        "An alert on a check that does not exist never fires.",
    ),
    (
        "WB311", "alert-repeated", _WARNING,
        "There is already an alert {name}, on line {first}.",
        "Give them different names.",
        "Silences, pages and issues are bound to the name.",
    ),
    (
        "WB312", "role-not-alert", _NOTE,
        "{name} is read as {role}: it is shown, and never pages.",
        "Move it to a table under Alerting if it should page.",
        "Not every threshold is an alert, and a wrong page costs sleep.",
    ),
    (
        "WB313", "alert-external", _NOTE,
        "{name} has no condition: it waits for an alert of that name from another system.",
        "Add a threshold if Watchbook should evaluate it.",
        "Without such a system the alert never fires.",
    ),
    (
        "WB314", "alerts-missing", _WARNING,
        "The document defines no alert that can be evaluated.",
        "Add a table Alert | Severity | Threshold | Response under Alerting.",
        "Nobody is told when the service fails.",
    ),
    (
        "WB315", "column-unknown", _NOTE,
        "The column {column} is not one that {section} knows: it is shown as prose.",
        "Use a column of the template, or leave it as text.",
        "A value that nobody reads changes nothing.",
    ),
    (
        "WB316", "page-delivers-late", _NOTE,
        "{name} pages only in working hours: a {severity} alert with a deadline waits for the morning.",
        "Write `Page on-call` if somebody should wake.",
        "A deadline at night passes unseen otherwise.",
    ),
)  # fmt: skip
_PROCEDURES = (
    (
        "WB401", "command-unparsable", _ERROR,
        "This command cannot be parsed as shell: {reason}.",
        "Mend it, or mark the block as text.",
        "It cannot be classified, and is never run.",
    ),
    (
        "WB402", "command-interactive", _WARNING,
        "`{command}` waits for a person at a terminal.",
        "Use a form that takes its input from arguments.",
        "A run would stand still until someone notices.",
    ),
    (
        "WB403", "command-endless", _WARNING,
        "`{command}` never ends by itself.",
        "Leave out the following flag, or limit it in time.",
        "The step after it would never start.",
    ),
    (
        "WB404", "alternatives-in-sequence", _WARNING,
        "{name} holds alternatives in one block; a run stops and asks which.",
        "Put each alternative under its own label.",
        "Run one after the other they undo or repeat each other.",
    ),
    (
        "WB405", "parameter-undescribed", _NOTE,
        "The parameter {name} is never described.",
        "Add a list item that begins with `{name}` in a code span.",
        "Who runs the procedure has to guess what to type.",
    ),
    (
        "WB406", "procedure-unverified", _WARNING,
        "{name} changes the service and verifies nothing.",
        "Add `# Verify` with a command that shows whether it worked.",
        "A change that failed silently is found by customers.",
    ),
    (
        "WB407", "procedure-without-rollback", _WARNING,
        "{name} changes the service and has no rollback.",
        "Add a **Rollback:** block beside it.",
        "When it fails, the way back is improvised.",
    ),
    (
        "WB408", "curl-without-fail", _WARNING,
        "This curl succeeds even if the answer is an error: {command}.",
        "Add `--fail` (`-f`), or `# Expected:` with the answer.",
        "A verification that cannot fail verifies nothing.",
    ),
    (
        "WB409", "fence-holds-prose", _ERROR,
        "This block is marked as shell and holds prose: `{text}`.",
        "Put a `#` before the sentence, or mark the block as text.",
        "Sentences are not commands; as shell they do something else.",
    ),
    (
        "WB410", "code-span-is-path", _NOTE,
        "`{text}` is read as a path, not as a command.",
        "Write the command that uses it if the step should run.",
        "A path that is executed by mistake does harm.",
    ),
    (
        "WB411", "parameter-in-single-quotes", _ERROR,
        "The placeholder {name} stands inside single quotes, where no value is put in.",
        "Use double quotes.",
        "The command would use the placeholder's own text.",
    ),
    (
        "WB412", "attribute-unknown", _NOTE,
        "The fence attribute `{name}` is not known: it is kept and does nothing.",
        "Check its spelling.",
        "An instruction that is not understood is not obeyed.",
    ),
    (
        "WB413", "wait-not-understood", _WARNING,
        "How long to wait was not understood: `{text}`.",
        "Write a duration, for example `15 minutes`.",
        "The step becomes a manual one.",
    ),
    (
        "WB414", "procedure-repeated", _WARNING,
        "There is already a procedure {name}, on line {first}.",
        "Give them different names.",
        "`watchbook run` finds procedures by name.",
    ),
)  # fmt: skip
_TROUBLESHOOTING = (
    (
        "WB501", "issue-without-alert", _NOTE,
        "No alert leads to the issue {name}.",
        "Add `**Alert:** …` with the name of an alert.",
        "Its diagnosis never runs by itself.",
    ),
    (
        "WB502", "issue-alert-undefined", _WARNING,
        "The issue {name} names the alert `{alert}`, which is not defined.",
        "Use one of: {known}.",
        "A wrong name breaks the way from the page to its cause.",
    ),
    (
        "WB503", "cause-without-check", _NOTE,
        "The cause {name} has no check: it can never be confirmed.",
        "Add a `# Check …` command with what it prints when all is well.",
        "Who is paged has to rule it out by hand.",
    ),
    (
        "WB504", "cause-without-remedy", _NOTE,
        "The cause {name} has no remedy that can be run.",
        "Add `# Solution: …` with the commands that mend it.",
        "The cause is known then, and the way out is not.",
    ),
    (
        "WB505", "diagnosis-not-read-only", _NOTE,
        "`{command}` is not read-only ({safety}): diagnosis leaves it to a person.",
        "Use a read-only command where there is one.",
        "Only what is proven harmless runs unattended.",
    ),
)  # fmt: skip
_RECOVERY = (
    (
        "WB601", "backup-against-rpo", _WARNING,
        "Backups every {every} cannot meet a recovery point of {rpo}.",
        "Back up more often, declare continuous archiving, or change the objective.",
        "After a loss, everything since the last backup is gone.",
    ),
    (
        "WB602", "recovery-not-understood", _WARNING,
        "{field} was not understood: `{text}`.",
        "Write for example `{example}`.",
        "What is not understood is not checked.",
    ),
    (
        "WB603", "hours-not-understood", _WARNING,
        "The maintenance hours were not understood: `{text}`.",
        "Write `Sunday 02:00–04:00 Europe/Berlin`.",
        "Maintenance may be started at any hour then.",
    ),
    (
        "WB604", "hours-without-zone", _NOTE,
        "The maintenance hours name no time zone: {zone} is assumed.",
        "Add a zone, for example `Europe/Berlin`.",
        "Two o'clock is at another time for everyone.",
    ),
    (
        "WB605", "notice-missing", _NOTE,
        "No notice period is declared for maintenance.",
        "Add `Announce 72 hours in advance`.",
        "Maintenance may be started without telling anyone.",
    ),
    (
        "WB606", "location-is-replication", _NOTE,
        "The location `{text}` is a copy, not a place with older states.",
        "Name where backups can be restored from.",
        "Replication copies a deletion as well.",
    ),
)  # fmt: skip
_PEOPLE = (
    (
        "WB701", "contact-undefined", _WARNING,
        "{name} is to be told, and is not defined under Contacts.",
        "Add `- **{role}:** {name} <address>` under Key Personnel.",
        "A page to somebody unknown reaches nobody.",
    ),
    (
        "WB702", "nobody-to-page", _WARNING,
        "The document names nobody who can be paged.",
        "Fill in On-Call, Backup and Service Owner under Contacts.",
        "Every page needs a person.",
    ),
    (
        "WB703", "escalation-not-understood", _WARNING,
        "The escalation was not understood: `{text}`.",
        "Write `Ana → Bo → Eva, 5 min each`.",
        "The default ladder is used instead.",
    ),
    (
        "WB704", "review-overdue", _WARNING,
        "The review was due on {date}, {days} days ago.",
        "Review the document and move the date.",
        "A page that nobody has looked at is wrong in places that nobody knows.",
    ),
    (
        "WB705", "date-in-future", _WARNING,
        "{field} lies in the future: {date}.",
        "Correct the date.",
        "A date that cannot be right says nothing about the page's age.",
    ),
    (
        "WB706", "update-stale", _NOTE,
        "The document was last updated {days} days ago, on {date}.",
        "Go through it and set Last Updated.",
        "Services change faster than that.",
    ),
    (
        "WB707", "handoff-unfilled", _NOTE,
        "No source fills in the handoff item `{text}`: a person writes it.",
        "Nothing has to be done.",
        "What is not filled in by itself is easily left empty.",
    ),
    (
        "WB708", "review-before-update", _WARNING,
        "The next review ({next}) lies before the last update ({last}).",
        "Set the next review.",
        "A review that is over reminds nobody.",
    ),
)  # fmt: skip
_SAFETY = (
    (
        "WB801", "secret-in-text", _ERROR,
        "This line seems to hold a secret ({kind}).",
        "Take it out, change the secret, and write `$NAME` instead.",
        "Everyone who can read the page can use it, and the history keeps it.",
    ),
)  # fmt: skip


@cache
def catalogue() -> dict[str, Entry]:
    """Every kind of finding by name, in order of codes."""
    groups = (
        _DOCUMENT,
        _SERVICE,
        _CHECKS,
        _ALERTS,
        _PROCEDURES,
        _TROUBLESHOOTING,
        _RECOVERY,
        _PEOPLE,
        _SAFETY,
    )
    return {row[1]: Entry(*row) for group in groups for row in group}


def entry(name: str) -> Entry:
    """The entry of that name. A name that is not in the catalogue is a bug, and raises KeyError."""
    return catalogue()[name]
