"""Judges programs that run other programs, and the shell's own words.

Called through `Judge.looks`. What is inside is judged as if it stood alone; what cannot be seen is unknown.
"""

import re
from dataclasses import replace

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import Arguments, split
from watchbook.reading.shell.judging import (
    Call,
    Input,
    Judge,
    Look,
    flag_class,
    known,
    meddles,
    most_dangerous,
)
from watchbook.reading.shell.programs.shellwords import PREFIXES
from watchbook.reading.shell.secrecy import holds_secret, is_plain_name, is_secret_name
from watchbook.reading.shell.syntax import Assignment, Variable, Word
from watchbook.reading.shell.table import Program, words

_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_SSH = Program(
    values=words("-b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w -B"),
)
_SSH_SAFE = re.compile(
    r"(?:ConnectTimeout|BatchMode|StrictHostKeyChecking|UserKnownHostsFile|ServerAlive\w+|"
    r"LogLevel|ConnectionAttempts|"
    r"PasswordAuthentication|IdentitiesOnly|IdentityFile|Port|User|PreferredAuthentications)=[\w./~-]+"
)
_EXEC = Program(
    values=words(
        "-n --namespace --context --cluster --kubeconfig -c --container --pod-running-timeout "
        "--request-timeout --as "
        "-e --env -u --user -w --workdir --index --env-file --detach-keys -l --selector"
    )
)
# Options of wrappers that take no value. Another one might take the next word, and hide what runs.
_SWITCHES = {
    "nice": r"-\d",
    "ionice": r"-t",
    "timeout": r"--foreground|--preserve-status|-v|--verbose",
    "xargs": r"-0|--null|-r|--no-run-if-empty|-t|--verbose|-x|--exit",
    "watch": r"-[dtcegbx]|--differences|--no-title|--color",
    "time": r"-[pv]|--verbose|--portability",
    "setsid": r"-[wf]|--wait",
    "sudo": r"-[nEHSkAPbils]|--non-interactive|--preserve-env(?:=.*)?|--set-home|--login|--shell",
    "doas": r"-n",
}
_ENDING_SIGNALS = words("TERM KILL INT HUP QUIT SIGTERM SIGKILL SIGINT SIGHUP SIGQUIT 15 9 2 1 3")
_MORE = Word("…", None, "${@}", "", (Variable("@", False),))


def inside(judge: Judge, call: Call, inner: tuple[Word, ...]) -> Classification:
    """The class of the command that the call runs."""
    return judge.words(inner, Input(call.text, call.piped, call.closed), call.depth + 1)


def text_of(inner: tuple[Word, ...]) -> str | None:
    """Words joined by blanks, as a shell that receives them reads them; None when one is not written out."""
    if any(word.value is None or word.glob for word in inner):
        return None
    return " ".join(word.value or "" for word in inner)


def script(judge: Judge, call: Call, text: str | None) -> Classification:
    """The class of shell text inside a word."""
    if text is None:
        return known(Safety.UNKNOWN, "the inner script is not written out", call.part())
    return judge.classify_text(text, call.depth + 1)


def prefix(judge: Judge, call: Call) -> Classification:
    """`nice -n 5 CMD`, `nohup CMD`: the command behind the options."""
    program, skipped = PREFIXES[call.name]
    arguments = split(call.args, program, operands=skipped + 1)
    if not arguments.operands:
        return judge.options(call, arguments, program)
    inner = call.args[arguments.positions[0] :][skipped:]
    if not inner:
        return known(Safety.UNKNOWN, f"{call.name} without a command", call.part())
    found = [flag_classes(call, arguments, program), inside(judge, call, inner)]
    if skipped and any(word.splits for word in arguments.operands[:skipped]):
        found.append(known(Safety.UNKNOWN, "which command runs is not written out", call.part()))
    return most_dangerous(found)


def flag_classes(call: Call, arguments: Arguments, program: Program) -> Classification:
    """The worst class that the options of a wrapper bring; options before the command have to be written out."""
    found = []
    if arguments.odd or arguments.hazy:
        found.append(known(Safety.UNKNOWN, "its options are not written out", call.part()))
    if any(option.value is not None and option.value.splits for option in arguments.options):
        found.append(known(Safety.UNKNOWN, "a value may be several words, and hide what runs", call.part()))
    for option in arguments.options:
        safety = flag_class(option, dict(program.flags))
        if safety:
            found.append(known(safety, f"{call.name} {option.name}", call.part()))
        elif option.name not in program.values and not re.fullmatch(
            _SWITCHES.get(call.name, "(?!)"), option.name
        ):
            found.append(
                known(Safety.UNKNOWN, f"the option {option.name} of {call.name} is not known", call.part())
            )
    return most_dangerous(found)


def timeout(judge: Judge, call: Call) -> Classification:
    """`timeout 5 CMD`; an endless command ends after it."""
    result = prefix(judge, replace(call, name="timeout"))
    if result.safety is Safety.ENDLESS and _ends(call):
        return known(Safety.READ_ONLY, "timeout ends it", call.part(), *result.programs)
    return result


def _ends(call: Call) -> bool:
    """Whether a timeout ends within the hour: 0 is none, and signal 0 or CONT ends nothing."""
    arguments = split(call.args, PREFIXES["timeout"][0], operands=1)
    if any(word.value not in _ENDING_SIGNALS for word in arguments.values("-s", "--signal")):
        return False
    after = re.fullmatch(
        r"(\d+(?:\.\d+)?)([smh]?)", (arguments.operands[0].value or "") if arguments.operands else ""
    )
    return after is not None and 0 < float(after[1]) * {"m": 60, "h": 3600}.get(after[2], 1) <= 3600


def sudo(judge: Judge, call: Call) -> Classification:
    """`sudo [-u USER] [NAME=VALUE] CMD`."""
    program, _ = PREFIXES["sudo"]
    arguments = split(call.args, program, operands=1)
    if arguments.has("-e", "--edit"):
        return known(Safety.INTERACTIVE, "sudo -e opens an editor", call.part())
    if not arguments.operands:
        if arguments.has("-l", "--list", "-V", "-v", "-n"):
            return known(Safety.READ_ONLY, "sudo only tells what is allowed", call.part())
        return known(Safety.INTERACTIVE, "sudo opens a shell", call.part())
    if arguments.has("-i", "--login", "-s", "--shell"):
        return script(judge, call, text_of(call.args[arguments.positions[0] :]))
    return after_assignments(judge, call, call.args[arguments.positions[0] :], arguments)


def after_assignments(
    judge: Judge, call: Call, rest: tuple[Word, ...], arguments: Arguments
) -> Classification:
    """The command behind `NAME=VALUE` words, whose names count as well."""
    program = (
        PREFIXES["sudo"][0] if call.name != "env" else Program(values=words("-u --unset -C --chdir -i -0"))
    )
    found = [flag_classes(call, arguments, program)]
    index = 0
    while index < len(rest) and (match := _ASSIGNMENT.match(rest[index].head)):
        found.append(judge.assignment(Assignment(match[0].rstrip("+="), rest[index])))
        index += 1
    if index < len(rest):
        found.append(inside(judge, call, rest[index:]))
    else:
        found.append(known(Safety.UNKNOWN, "no command is named", call.part()))
    return most_dangerous(found)


def env(judge: Judge, call: Call) -> Classification:
    """`env NAME=VALUE CMD`; alone it prints the environment."""
    arguments = split(call.args, Program(values=words("-u --unset -C --chdir")), operands=1)
    if not all(
        option.name in ("-i", "-u", "--unset", "-C", "--chdir", "-0", "-") for option in arguments.options
    ):
        return known(Safety.UNKNOWN, "this form of env is not read", call.part())
    rest = call.args[arguments.positions[0] :] if arguments.positions else ()
    if all(_ASSIGNMENT.match(word.head) for word in rest):
        return known(Safety.REVEALS, "env prints the environment", call.part())
    return after_assignments(judge, call, rest, arguments)


def command(judge: Judge, call: Call) -> Classification:
    """`command -v NAME` only looks; otherwise the command itself."""
    if call.args and call.args[0].value in ("-v", "-V"):
        return known(Safety.READ_ONLY, "command -v only looks for a program", call.part())
    inner = call.args[1:] if call.args and call.args[0].value == "-p" else call.args
    return inside(judge, call, inner) if inner else known(Safety.READ_ONLY, "nothing is run")


def evaluate(judge: Judge, call: Call) -> Classification:
    """`eval TEXT` runs the text; `exec CMD` runs the command and ends the shell."""
    if call.name == "exec":
        inner = (
            inside(judge, call, call.args) if call.args else known(Safety.UNKNOWN, "exec redirects the shell")
        )
        return most_dangerous([inner, known(Safety.UNKNOWN, "exec replaces the shell", call.part())])
    return script(judge, call, text_of(call.args))


def shell(judge: Judge, call: Call) -> Classification:
    """`sh -c TEXT` runs the text, `sh <<E` its input, `sh FILE` a file that nobody has seen."""
    arguments = split(call.args, Program(values=words("-o -O --rcfile --init-file")), operands=1)
    letters = {option.name for option in arguments.options}
    if letters - {
        "-c",
        "-l",
        "-e",
        "-u",
        "-x",
        "-o",
        "-s",
        "--login",
        "--norc",
        "--noprofile",
        "--version",
        "-n",
        "--posix",
    }:
        safety = Safety.INTERACTIVE if "-i" in letters and not arguments.operands else Safety.UNKNOWN
        return known(safety, f"{call.name} with these options is not read", call.part())
    if letters & {"--version"}:
        return known(Safety.READ_ONLY, "prints its version", call.part())
    if "-c" in letters:
        return script(judge, call, arguments.operands[0].value if arguments.operands else None)
    if arguments.operands and "-s" not in letters:
        return known(
            Safety.UNKNOWN, f"what the script {arguments.operands[0].text} does is not known", call.part()
        )
    if call.text is not None:
        return script(judge, call, call.text)
    if call.piped or call.closed:
        return known(Safety.UNKNOWN, f"{call.name} runs what it is given", call.part())
    return known(Safety.INTERACTIVE, f"{call.name} opens a shell", call.part())


def switch_user(judge: Judge, call: Call) -> Classification:
    """`su - USER -c TEXT`; without it, a shell for a person."""
    arguments = split(call.args, Program(values=words("-c --command -s --shell -g -G -u --user")))
    texts = arguments.values("-c", "--command")
    if texts:
        return script(judge, call, texts[-1].value)
    if call.name == "runuser" and arguments.has("-u", "--user") and arguments.operands:
        return inside(judge, call, tuple(arguments.operands))
    if call.text is not None or call.piped or call.closed:
        return known(Safety.UNKNOWN, f"{call.name} runs what it is given", call.part())
    return known(Safety.INTERACTIVE, f"{call.name} opens a shell", call.part())


def xargs(judge: Judge, call: Call) -> Classification:
    """The command with words of its input behind it, which nobody has seen."""
    program, _ = PREFIXES["xargs"]
    arguments = split(call.args, program, operands=1)
    inner = call.args[arguments.positions[0] :] if arguments.positions else ()
    marks = [word.value or "" for word in arguments.values("-I")]
    inner = tuple(_MORE if any(mark and mark in word.text for mark in marks) else word for word in inner)
    if not marks:
        inner = (*inner, _MORE)
    if not arguments.positions:
        return most_dangerous(
            [known(Safety.READ_ONLY, "xargs alone prints its input", call.part()), _given(call, arguments)]
        )
    result = judge.words(inner, Input(None, True, True), call.depth + 1)
    return most_dangerous([flag_classes(call, arguments, program), result, _given(call, arguments)])


def _given(call: Call, arguments: Arguments) -> Classification:
    """What `xargs -a FILE` reads, which it hands on or prints."""
    for word in arguments.values("-a", "--arg-file"):
        if holds_secret(word.text):
            return known(Safety.REVEALS, f"{word.text} holds secrets", call.part())
    return known(Safety.READ_ONLY, "its input is read")


def watch(judge: Judge, call: Call) -> Classification:
    """Repeats a command for ever."""
    arguments = split(call.args, PREFIXES["watch"][0], operands=1)
    inner = text_of(call.args[arguments.positions[0] :]) if arguments.positions else None
    return most_dangerous(
        [known(Safety.ENDLESS, "watch repeats for ever", call.part()), script(judge, call, inner)]
    )


def ssh(judge: Judge, call: Call) -> Classification:
    """`ssh HOST CMD`: the far shell reads the words again."""
    arguments = split(call.args, _SSH, operands=1)
    for value in arguments.values("-o"):
        if value.value is None or not _SSH_SAFE.fullmatch(value.value):
            return known(
                Safety.UNKNOWN, f"the option {value.text} of ssh is not known to be harmless", call.part()
            )
    if arguments.has("-L", "-R", "-D", "-N", "-w", "-W"):
        return known(Safety.ENDLESS, "ssh forwards a connection", call.part())
    if arguments.has("-O", "-E", "-F", "-S", "-I", "-f", "-M") or arguments.odd or arguments.hazy:
        return known(Safety.UNKNOWN, "this form of ssh is not read", call.part())
    if not arguments.operands or arguments.operands[0].splits:
        return known(Safety.UNKNOWN, "ssh without a plain host", call.part())
    inner = call.args[arguments.positions[0] + 1 :]
    if inner:
        return script(judge, call, text_of(inner))
    if call.text is not None:
        return script(judge, call, call.text)
    if call.piped or call.closed:
        return known(Safety.UNKNOWN, "ssh runs what it is given", call.part())
    return known(Safety.INTERACTIVE, "ssh opens a shell", call.part())


def kubectl_exec(judge: Judge, call: Call) -> Classification:
    """`kubectl exec POD -- CMD`; the command runs without a shell."""
    places = [index for index, word in enumerate(call.args) if word.value == "--"]
    if not places:
        return known(Safety.UNKNOWN, "kubectl exec without `--` is not read", call.part())
    before, inner = call.args[: places[0]], call.args[places[0] + 1 :]
    arguments = split(before, _EXEC)
    if arguments.hazy or any(option.name in ("-f", "--filename") for option in arguments.options):
        return known(Safety.UNKNOWN, "this form of kubectl exec is not read", call.part())
    return inside(judge, call, inner)


def docker_exec(judge: Judge, call: Call) -> Classification:
    """`docker exec [-it] CONTAINER CMD`."""
    arguments = split(call.args, _EXEC, operands=1)
    known_switches = {"-i", "-t", "--interactive", "--tty", "-T", "--no-TTY", "--privileged"}
    strange = [o.name for o in arguments.options if o.name not in known_switches | _EXEC.values]
    container = arguments.operands[0] if arguments.operands else None
    hidden = container is not None and container.substitutions and not _only_ids(container)
    if strange or arguments.odd or arguments.hazy or container is None or hidden:
        return known(Safety.UNKNOWN, "this form of exec is not read", call.part())
    for value in arguments.values("-e", "--env"):
        name = (value.head.partition("="))[0]
        found = judge.assignment(Assignment(name, value))
        if found.safety is not Safety.READ_ONLY:
            return found
    return inside(judge, call, call.args[arguments.positions[0] + 1 :])


def _only_ids(word: Word) -> bool:
    """Whether the word is `$(docker ps -q …)`, which prints ids of containers and nothing else."""
    if len(word.substitutions) != 1 or word.text != "$(…)":
        return False
    values = [one.value or "?" for one in word.substitutions[0].words]
    listing = values[:2] in (["docker", "ps"], ["podman", "ps"], ["docker-compose", "ps"]) or (
        values[:2] == ["docker", "compose"] and "ps" in values
    )
    return listing and any(value == "--quiet" or re.fullmatch(r"-[alf]*q[alf]*", value) for value in values)


def chroot(judge: Judge, call: Call) -> Classification:
    """In another root every program may be another one; without a command it is a shell for a person."""
    if len(call.args) < 2:
        return known(Safety.INTERACTIVE, "chroot opens a shell", call.part())
    return most_dangerous(
        [
            known(Safety.UNKNOWN, "another root has other programs", call.part()),
            inside(judge, call, call.args[1:]),
        ]
    )


def gosu(judge: Judge, call: Call) -> Classification:
    return inside(judge, call, call.args[1:])


def echo(_judge: Judge, call: Call) -> Classification:
    """Printing is harmless unless a variable is printed that may hold a secret."""
    names = [variable.name for word in call.args for variable in word.variables]
    hidden = [name for name in names if is_secret_name(name)]
    if hidden:
        return known(Safety.REVEALS, f"it prints ${hidden[0]}", call.part())
    if call.name == "printf" and call.args and (call.args[0].value or "-v").startswith("-v"):
        return known(Safety.UNKNOWN, "it sets a variable that programs after it may obey", call.part())
    strange = [name for name in names if not is_plain_name(name) and not _LOWER.fullmatch(name)]
    if strange:
        return known(Safety.UNKNOWN, f"what ${strange[0]} holds is not known", call.part())
    return known(Safety.READ_ONLY, "it only prints text", call.part())


# Lower-case names are a script's own (loop variables, parameters), and the shell's special ones.
_LOWER = re.compile(r"[a-z][a-z0-9_]*|[?#$!0-9*@-]")


def plain_words(_judge: Judge, call: Call) -> Classification:
    """`test`, `[`, `[[`, `unset`: harmless, unless a word holds text that the shell evaluates once more."""
    if any(re.search(r"\$\(|`|\w\[", word.text.replace("$(…)", "")) for word in call.args):
        return known(Safety.UNKNOWN, "a word may be evaluated once more", call.part())
    if call.name == "unset" and any(meddles(word.text) for word in call.args):
        return known(Safety.UNKNOWN, "programs after it obey that variable", call.part())
    if call.name == "[" and (not call.args or call.args[-1].value != "]"):
        return known(Safety.UNKNOWN, "`[` is never closed", call.part())
    return known(Safety.READ_ONLY, "it only tests", call.part())


def declaration(judge: Judge, call: Call) -> Classification:
    """`export NAME=VALUE`: an assignment; without one it prints what is set."""
    found = []
    names = [word for word in call.args if not word.head.startswith("-") or word.value is None]
    if not names:
        return known(Safety.REVEALS, f"{call.name} prints the variables", call.part())
    if any(
        word.head.startswith("-") and word.value not in ("-x", "-r", "-i", "-g", "-a", "-A")
        for word in call.args
    ):
        return known(Safety.UNKNOWN, f"this form of {call.name} is not read", call.part())
    for word in names:
        name = word.head.partition("=")[0].rstrip("+")
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            return known(Safety.UNKNOWN, f"this form of {call.name} is not read", call.part())
        found.append(judge.assignment(Assignment(name, word)))
    return most_dangerous(found)


def settings(_judge: Judge, call: Call) -> Classification:
    """`set -e`; alone it prints every variable."""
    if not call.args:
        return known(Safety.REVEALS, "set prints the variables", call.part())
    if all(
        re.fullmatch(r"[-+][euxof]+|pipefail|errexit|nounset|xtrace|--", word.value or "")
        for word in call.args
    ):
        return known(Safety.READ_ONLY, "it sets how the shell behaves", call.part())
    return known(Safety.UNKNOWN, "this form of set is not read", call.part())


def read(_judge: Judge, call: Call) -> Classification:
    """`read` waits for a person unless something is piped into it."""
    if any(re.search(r"\[|\$\(", word.text) for word in call.args):
        return known(Safety.UNKNOWN, "this form of read is not read", call.part())
    if any(word.value is None or meddles(word.value) for word in call.args):
        return known(Safety.UNKNOWN, "it sets a variable that programs after it obey", call.part())
    if call.piped or call.closed or call.text is not None:
        return known(Safety.READ_ONLY, "it reads a line of its input", call.part())
    return known(Safety.INTERACTIVE, "read waits for a person", call.part())


def kill(_judge: Judge, call: Call) -> Classification:
    """Signal 0 only asks whether the process lives."""
    first = call.args[0].value if call.args else None
    if first in ("-0", "-l", "-L") or (first == "-s" and len(call.args) > 1 and call.args[1].value == "0"):
        return known(Safety.READ_ONLY, "it only asks for a process", call.part())
    return known(Safety.CHANGES, "it sends a signal", call.part())


def sleep(_judge: Judge, call: Call) -> Classification:
    if any(word.value == "infinity" for word in call.args):
        return known(Safety.ENDLESS, "it sleeps for ever", call.part())
    return known(Safety.READ_ONLY, "it only waits", call.part())


def unknown(_judge: Judge, call: Call) -> Classification:
    return known(Safety.UNKNOWN, f"{call.name} is not read", call.part())


LOOKS: dict[str, Look] = {
    "prefix": prefix,
    "timeout": timeout,
    "sudo": sudo,
    "env": env,
    "command": command,
    "eval": evaluate,
    "shell": shell,
    "su": switch_user,
    "xargs": xargs,
    "watch": watch,
    "ssh": ssh,
    "kubectl_exec": kubectl_exec,
    "docker_exec": docker_exec,
    "gosu": gosu,
    "chroot": chroot,
    "echo": echo,
    "test": plain_words,
    "declaration": declaration,
    "settings": settings,
    "read": read,
    "kill": kill,
    "sleep": sleep,
    "unknown": unknown,
}
