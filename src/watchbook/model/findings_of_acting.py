"""Findings about procedures, troubleshooting, recovery, people and secrets (WB4 to WB8). Pure data.

Used by `model.findings` only, which says what the columns are.
"""

from watchbook.model.runbook import Level

_ERROR, _WARNING, _NOTE = Level.ERROR, Level.WARNING, Level.NOTE

# code, name used in the code, level, message, mend, why it matters
PROCEDURES = (
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
    (
        "WB420", "program-missing", _WARNING,
        "The program {program} is not on this machine.",
        "Install it, or correct the name.",
        "The step fails on the machine where it is needed.",
    ),
    (
        "WB421", "bash-refuses", _ERROR,
        "bash refuses this command: {reason}.",
        "Mend it, or mark the block as text.",
        "It cannot run as written.",
    ),
)  # fmt: skip
TROUBLESHOOTING = (
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
RECOVERY = (
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
PEOPLE = (
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
    (
        "WB711", "escalation-repeated", _WARNING,
        "Line {first} gives a ladder already: `{text}` is not used.",
        "Keep one ladder, or write the other one into the responses of its alerts.",
        "Two ladders in one document: whoever is called depends on which one somebody read.",
    ),
    (
        "WB712", "escalation-for-some", _NOTE,
        "`{text}` calls {who} for some severities only; the ladder calls {who} for every page that nobody acknowledges.",
        "Write a ladder of its own into the responses of those alerts, or leave the severity out.",
        "A ladder knows times, not severities: better one call too many than one too few.",
    ),
    (
        "WB713", "escalation-without-time", _NOTE,
        "`{text}` says no time: {who} is a contact, and not on the ladder.",
        "Write when {who} is called, for example `after 30 min`, or name {who} in the responses of those alerts.",
        "Somebody who is meant for one kind of incident should not be woken by every other.",
    ),
)  # fmt: skip
SAFETY = (
    (
        "WB801", "secret-in-text", _ERROR,
        "This line seems to hold a secret ({kind}).",
        "Take it out, change the secret, and write `$NAME` instead.",
        "Everyone who can read the page can use it, and the history keeps it.",
    ),
)  # fmt: skip
