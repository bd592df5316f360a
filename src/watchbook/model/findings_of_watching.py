"""Findings about the document, the service, its checks and its alerts (WB0 to WB3). Pure data.

Used by `model.findings` only, which says what the columns are.
"""

from watchbook.model.runbook import Level

_ERROR, _WARNING, _NOTE = Level.ERROR, Level.WARNING, Level.NOTE

# code, name used in the code, level, message, mend, why it matters
DOCUMENT = (
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
    (
        "WB009", "suppression-unused", _NOTE,
        "This comment ignores {code}, and there is no such finding here.",
        "Delete the comment.",
        "A comment that is left over would hide the next finding of that kind.",
    ),
    (
        "WB010", "suppression-not-understood", _WARNING,
        "This comment is meant for Watchbook and was not understood: `{text}`.",
        "Write `<!-- watchbook: ignore WB202 reason -->`.",
        "What it should switch off is still reported.",
    ),
    (
        "WB011", "section-of-no-service", _WARNING,
        "This document describes several services, and this section belongs to none of them: it is read for none.",
        "Move it below the heading of its service, or write \"for all services\" in its title.",
        "Checks and alerts of nobody's are watched for nobody, and watched for everyone they would page for the wrong one.",
    ),
    (
        "WB012", "language-partly-read", _NOTE,
        "The document is in {language}: its titles, labels and units are read as far as they are known; the rest is prose.",
        "Look at `watchbook explain`, and use the titles and labels of the template for what was not read.",
        "What is not read in one language is not read at all, however plain it is to people.",
    ),
    (
        "WB013", "number-ambiguous", _WARNING,
        "`{text}` is a thousand to some readers and a fraction to others: it is not read.",
        "Write it without the mark (`10000`), or with all its decimals.",
        "A threshold that is a thousand times too small or too large is worse than none.",
    ),
    (
        "WB014", "other-markup", _NOTE,
        "From here on the document is written in {name}: it is read as Markdown as far as the two are alike.",
        "Write it in Markdown where `watchbook explain` shows too little.",
        "What another markup marks in its own way is plain text here.",
    ),
    (
        "WB015", "hidden-character", _WARNING,
        "This code holds {name}, which nobody sees and the shell takes for a letter.",
        "Type the line again, or paste it as plain text.",
        "A command that was copied from a web page fails at night, and looks right.",
    ),
    (
        "WB016", "markdown-in-html", _NOTE,
        "Markdown inside of HTML is not read without an empty line in front of it.",
        "Put an empty line behind the tag.",
        "Code hosts show such a part as it is written, and Watchbook does not act on it.",
    ),
    (
        "WB017", "document-on-one-line", _WARNING,
        "The whole document stands on one line: its headings, fields and tables cannot be told apart.",
        "Give each heading, field and row a line of its own.",
        "Nothing of it is watched, and it is hard to read for people as well.",
    ),
    (
        "WB018", "part-not-read", _WARNING,
        "This section is in {file}, which {reason}: it is not read.",
        "Put the file into the runbook's folder, correct the link, or write the section here.",
        "What stands in a file that is not read is not watched, and cannot be run.",
    ),
    (
        "WB019", "part-head-unread", _NOTE,
        "The head of {file} says {fields}: of a runbook over several files, only the head of {main} counts.",
        "Move it into the head of {main}.",
        "A second head would say two things of one service, and nobody could tell which holds.",
    ),
    (
        "WB020", "link-dead", _WARNING,
        "This link is dead: {url} {problem}.",
        "Correct the address, or take the link out.",
        "Somebody opens it at three in the morning and finds nothing.",
    ),
)  # fmt: skip

SERVICE = (
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
    (
        "WB109", "date-ambiguous", _WARNING,
        "{field} may be two days: `{text}` can be read with the day or the month first.",
        "Write it as YYYY-MM-DD, for example 2026-11-23.",
        "A reader in another country takes it for a day that is months away.",
    ),
)  # fmt: skip
CHECKS = (
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
    (
        "WB212", "figure-not-understood", _WARNING,
        "The {role} of {name} was not understood, `{text}`: {reason}.",
        "Write one comparison with its unit, for example `{example}`.",
        "A number that only people read is never compared with what is measured.",
    ),
    (
        "WB213", "comparison-unwatched", _NOTE,
        "`{text}` compares {signal}, and nothing watches it: it is read as an amount.",
        "If somebody should hear of it, write it as a row under Alerting; if it is a goal, under Service Level Objectives.",
        "A limit that stands in an instruction is found by people who read it in time, and by nobody else.",
    ),
)  # fmt: skip
ALERTS = (
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
        "WB317", "signal-unmeasured", _ERROR,
        "{name} cannot be evaluated: `{signal}` is nothing that can be measured.",
        "Add `{signal}` with a query in a code span to Key Metrics, or write the condition as a query.",
        "The alert is read and shown, and stays unarmed: nothing measures it, so it never fires.",
    ),
    (
        "WB318", "rules-not-read", _WARNING,
        "These alert rules are not read: {reason}.",
        "{advice}",
        "An alert that is not read never fires, and the page looks as if it did.",
    ),
    (
        "WB321", "severity-time-not-understood", _WARNING,
        "{field} `{text}` of this severity is not used: {why}.",
        "Write one time, for example `15 min`, or `next business day` without a number.",
        "A promised time that is not read is no deadline: nobody is called when it passes.",
    ),
    (
        "WB322", "severity-times-differ", _WARNING,
        "{name} is answered within {two} here, and within {one} on line {first}: neither is taken as the deadline.",
        "Write one response time for each severity.",
        "Nobody can tell which promise counts, least of all at night.",
    ),
    (
        "WB323", "rule-absent", _WARNING,
        "Prometheus has no alerting rule {name}: nobody will ever report it.",
        "Write its condition into the row, or correct the name.",
        "An alert that waits for a rule that does not exist never comes.",
    ),
    (
        "WB324", "rule-differs", _WARNING,
        "{name} is not what Prometheus evaluates: {difference}.",
        "Make the two equal, or give one of them another name.",
        "One of the two is wrong, and nobody can say which one wakes them.",
    ),
    (
        "WB325", "series-absent", _WARNING,
        "Prometheus has no series {metric}.",
        "Correct the name, or see why nothing exposes it.",
        "A query over nothing never fires.",
    ),
    (
        "WB326", "rule-unwritten", _NOTE,
        "Prometheus evaluates {name} for this service, and no row names it.",
        "Add a row for it, with what is to be done.",
        "Whoever it wakes finds nothing about it.",
    ),
)  # fmt: skip
