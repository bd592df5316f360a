"""Judges programs on files, text, processes and the machine whose words are a language of their own.

Called through `Judge.looks`: find, sed, awk, jq, tar, dd, ps, sysctl and their like. Anything outside the
small forms that are known to be harmless is unknown.
"""

import re

from watchbook.model.safety import Classification, Safety
from watchbook.reading.shell.arguments import is_hazy, split
from watchbook.reading.shell.judging import Call, Input, Judge, Look, known, most_dangerous
from watchbook.reading.shell.looks_wrappers import _MORE
from watchbook.reading.shell.syntax import Word
from watchbook.reading.shell.table import Program, words

_FIND_TESTS = words(
    "-H -L -P -name -iname -path -ipath -wholename -iwholename -regex -iregex -regextype -type "
    "-xtype -size -empty "
    "-mtime -mmin -atime -amin -ctime -cmin -newer -newermt -anewer -cnewer -user -group -uid "
    "-gid -perm -maxdepth "
    "-mindepth -xdev -mount -depth -follow -readable -writable -executable -not -a -o -and -or "
    "-true -false -prune "
    "-print -print0 -printf -ls -quit -links -inum -samefile -daystart -noleaf -nouser -nogroup "
    "-fstype -lname -O2 -O3"
)
_FIND_RUNS = words("-exec -execdir -ok -okdir")
_SED_COMMAND = re.compile(
    r"\s*(?:(?:\d+|\$|/(?:[^/\\\n]|\\.)*/I?)(?:\s*,\s*(?:\d+|\$|\+\d+|/(?:[^/\\\n]|\\.)*/I?))?)?\s*!?\s*"
    r"(?:[pdqQ=lnNgGhHxDP]|q\d+|s/(?:[^/\\\n]|\\.)*/(?:[^/\\\n]|\\.)*/[gIip0-9]*|s\|(?:[^|\\\n]|"
    r"\\.)*\|(?:[^|\\\n]|\\.)*\|[gIip0-9]*|"
    r"s#(?:[^#\\\n]|\\.)*#(?:[^#\\\n]|\\.)*#[gIip0-9]*|s,(?:[^,\\\n]|\\.)*,(?:[^,\\\n]|\\.)*,[gIip0-9]*|"
    r"y/(?:[^/\\\n]|\\.)*/(?:[^/\\\n]|\\.)*/)\s*"
)
_AWK_RUNS = re.compile(r"system|getline|close|fflush|@")
_AWK_WRITES = re.compile(r"(?<!\|)\|(?!\|)|\bprintf?\b[^;}]*>")


def read_only(call: Call, reason: str = "") -> Classification:
    return known(Safety.READ_ONLY, reason or f"{call.name} only reads", call.part())


def changes(call: Call, reason: str) -> Classification:
    return known(Safety.CHANGES, reason, call.part())


def unknown(call: Call, reason: str) -> Classification:
    return known(Safety.UNKNOWN, reason, call.part())


def find(judge: Judge, call: Call) -> Classification:
    """Tests and printing are harmless; -delete, -exec and -fprint are looked into."""
    found, index, everywhere = [], 0, False
    values = [word.value for word in call.args]
    while index < len(call.args):
        word = call.args[index]
        if word.head.startswith("-") and word.value is None:
            return unknown(call, f"the option {word.text} is not written out")
        value = word.value or ""
        if is_hazy(word):
            return unknown(call, "a word may stand for any option")
        if value in _FIND_RUNS:
            end = next((i for i in range(index, len(values)) if values[i] in (";", "+")), len(values))
            inner = tuple(_MORE if "{}" in w.text else w for w in call.args[index + 1 : end])
            found.append(judge.words(inner, Input(None, False, True), call.depth + 1))
            if value in ("-ok", "-okdir"):
                found.append(known(Safety.INTERACTIVE, f"find {value} asks a person", call.part()))
            index = end + 1
            continue
        if value == "-delete":
            found.append(known(Safety.DESTRUCTIVE, "find -delete removes files", call.part()))
        elif value.startswith("-fprint") or value == "-fls":
            found.append(changes(call, f"find {value} writes a file"))
        elif value == "-files0-from" or (
            value.startswith("-") and value not in _FIND_TESTS and not _is_number(value)
        ):
            found.append(unknown(call, f"the test {value} of find is not known"))
        everywhere = everywhere or (index < 3 and value == "/")
        index += 1
    if everywhere and not {"-maxdepth", "-xdev", "-mount"} & set(values):
        found.append(known(Safety.COSTLY, "it walks the whole file system", call.part()))
    return most_dangerous([read_only(call), *found])


def _is_number(value: str) -> bool:
    return bool(re.fullmatch(r"[-+]?\d+[a-zA-Z]*", value)) or value in ("-", "--")


def sed(_judge: Judge, call: Call) -> Classification:
    """Printing, deleting and substituting on the way through; -i, `w`, `e` are not harmless."""
    arguments = split(call.args, Program(values=words("-e --expression -f --file -l")))
    for option in arguments.options:
        if option.name.startswith("-i") or (
            "--in-place".startswith(option.name[:5]) and option.name.startswith("--i")
        ):
            return changes(call, "sed -i edits files in place")
        if option.name not in (
            "-n",
            "-E",
            "-r",
            "-e",
            "-s",
            "-u",
            "-z",
            "--expression",
            "--quiet",
            "--silent",
            "--regexp-extended",
        ):
            return unknown(call, f"the option {option.name} of sed is not known")
    scripts = arguments.values("-e", "--expression") or arguments.operands[:1]
    if arguments.odd or arguments.hazy or not scripts or not all(_sed_is_plain(word) for word in scripts):
        return unknown(call, "the script of sed is not one of the known forms")
    return read_only(call)


def _sed_is_plain(word: Word) -> bool:
    """Whether the script is a list of the harmless sed commands."""
    if word.value is None:
        return False
    place, text = 0, word.value
    while place < len(text):
        match = _SED_COMMAND.match(text, place)
        if not match or match.end() == place:
            return False
        place = match.end()
        if place < len(text):
            if text[place] not in ";\n":
                return False
            place += 1
    return bool(text.strip())


def awk(_judge: Judge, call: Call) -> Classification:
    """A program that only prints; pipes, files, `system` and the environment are not harmless."""
    arguments = split(call.args, Program(values=words("-F -v --field-separator --assign")), operands=1)
    if (
        any(o.name not in ("-F", "-v", "--field-separator", "--assign") for o in arguments.options)
        or arguments.hazy
    ):
        return unknown(call, "this form of awk is not read")
    if not arguments.operands or arguments.operands[0].value is None:
        return unknown(call, "the program of awk is not written out")
    text = arguments.operands[0].value
    if "ENVIRON" in text:
        return known(Safety.REVEALS, "awk reads the environment", call.part())
    if _AWK_RUNS.search(text):
        return unknown(call, "the program of awk may run something")
    if '"' in text and "/" in text and re.search(r"[|>]", text):
        return unknown(call, "the program of awk is not one of the known forms")
    bare = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    if _AWK_WRITES.search(bare) or bare.count('"') % 2:
        return unknown(call, "the program of awk may write something")
    return read_only(call)


def jq(_judge: Judge, call: Call) -> Classification:
    """A filter; `env` and `$ENV` print the environment."""
    if any(re.search(r"\$ENV|\benv\b|\binput_filename\b|\$__prog_args", word.text) for word in call.args):
        return known(Safety.REVEALS, "jq prints the environment", call.part())
    if any((word.value or "") in ("-f", "--from-file", "-L") for word in call.args):
        return unknown(call, "the filter of jq is in a file")
    if any(re.fullmatch(r"\$\{\w+\}", word.text) for word in call.args[:1]):
        return unknown(call, "the filter of jq is not written out")
    return read_only(call)


def date(_judge: Judge, call: Call) -> Classification:
    """Printing the time; `-s` or a bare number sets the clock."""
    arguments = split(call.args, Program(values=words("-d --date -f --file -r --reference -I -s --set")))
    if any(o.name == "-s" or (len(o.name) > 2 and "--set".startswith(o.name)) for o in arguments.options):
        return changes(call, "date -s sets the clock")
    if arguments.odd or arguments.hazy or any(not word.head.startswith("+") for word in arguments.operands):
        return changes(call, "date with a time sets the clock")
    return read_only(call)


def tee(_judge: Judge, call: Call) -> Classification:
    files = [word for word in call.args if not word.head.startswith("-")]
    if all(word.value in ("/dev/null", "/dev/stderr", "/dev/stdout", "/dev/tty") for word in files):
        return read_only(call)
    return changes(call, "tee writes a file")


def tar(_judge: Judge, call: Call) -> Classification:
    """Listing is harmless; making and unpacking archives is not."""
    first = (call.args[0].value or "") if call.args else ""
    values = [word.value or "" for word in call.args]
    listing = re.fullmatch(r"-?[zjJ]?t[vzjJ]*f?", first) or first == "--list"
    others = [value for value in values[1:] if value.startswith("-")]
    if listing and not [value for value in others if value not in ("-f", "-v", "-z", "-j", "-J")]:
        return read_only(call, "tar lists an archive")
    return changes(call, "tar writes files")


def unzip(_judge: Judge, call: Call) -> Classification:
    options = [word.value or "" for word in call.args if word.head.startswith("-")]
    if options and all(option in ("-l", "-t", "-v", "-Z", "-q") for option in options) and options != ["-q"]:
        return read_only(call)
    return changes(call, "unzip writes files")


def compress(_judge: Judge, call: Call) -> Classification:
    """To the terminal (`-c`), a list (`-l`) or a test (`-t`); otherwise files are replaced."""
    letters = "".join((word.value or "?")[1:] for word in call.args if re.match(r"-\w", word.head))
    files = [word for word in call.args if not word.head.startswith("-")]
    if (re.fullmatch(r"[cdkvqlt0-9]*", letters) and re.search(r"[clt]", letters)) or (
        call.piped and not files and re.fullmatch(r"[cdkvq0-9]*", letters)
    ):
        return read_only(call)
    return changes(call, f"{call.name} replaces files")


def dd(_judge: Judge, call: Call) -> Classification:
    if any(word.head.startswith("of=") or word.value is None for word in call.args):
        return known(Safety.DESTRUCTIVE, "dd overwrites its target", call.part())
    return known(Safety.COSTLY, "dd reads a whole device", call.part())


def ps(_judge: Judge, call: Call) -> Classification:
    """`ps e` (without a dash) prints the environment of processes."""
    if any("e" in (word.value or "e") for word in call.args[:1] if not word.head.startswith("-")):
        return known(Safety.REVEALS, "ps e prints environments", call.part())
    if any(
        re.fullmatch(r"[a-zA-Z]*e[a-zA-Z]*", word.value or "") and not call.args[i - 1].head.startswith("-")
        for i, word in enumerate(call.args)
        if i
    ):
        return known(Safety.REVEALS, "ps e prints environments", call.part())
    if any(re.search(r"\benviron\b", word.text) for word in call.args):
        return known(Safety.REVEALS, "ps prints environments", call.part())
    return read_only(call)


def top(_judge: Judge, call: Call) -> Classification:
    """In batch mode a number of times; otherwise it is a screen for a person."""
    arguments = split(call.args, Program(values=words("-n -d -p -u -U -o -w -H -l -s --iterations --iter")))
    if arguments.has("-l"):
        return read_only(call)
    if not arguments.has("-b", "--batch"):
        return known(Safety.INTERACTIVE, f"{call.name} is a screen for a person", call.part())
    if arguments.has("-n", "--iterations", "--iter"):
        return read_only(call)
    return known(Safety.ENDLESS, f"{call.name} -b without -n never ends", call.part())


def interval(judge: Judge, call: Call) -> Classification:
    """`vmstat 1` never ends, `vmstat 1 5` does."""
    entry = call.entry
    arguments = split(call.args, entry)
    numbers = [word for word in arguments.operands if re.fullmatch(r"\d+(?:\.\d+)?", word.value or "")]
    found = [judge.options(call, arguments, entry), read_only(call)]
    if any(word.value is None for word in arguments.operands):
        found.append(unknown(call, "a word is not written out"))
    if len(numbers) == 1:
        found.append(
            known(Safety.ENDLESS, f"{call.name} with an interval and no count never ends", call.part())
        )
    return most_dangerous(found)


def sysctl(_judge: Judge, call: Call) -> Classification:
    options = [word.value or "?" for word in call.args if word.head.startswith("-")]
    if any(
        option not in ("-a", "-n", "-e", "--all", "--values", "-N", "-r", "--pattern") for option in options
    ):
        return changes(call, "sysctl sets the kernel's values")
    if any(word.value is None or "=" in word.value for word in call.args):
        return changes(call, "sysctl sets the kernel's values")
    return read_only(call)


def getent(_judge: Judge, call: Call) -> Classification:
    if call.args and call.args[0].value in ("shadow", "gshadow", None):
        return known(Safety.REVEALS, "getent shadow prints password hashes", call.part())
    return read_only(call)


def systemctl_show(_judge: Judge, call: Call) -> Classification:
    """All properties of a unit include its environment; named ones are harmless."""
    values = [word.value or "" for word in call.args]
    named = any(
        value in ("-p", "-P", "--property") or value.startswith(("--property=", "-p")) for value in values
    )
    if named and not any("nviron" in value for value in values):
        return read_only(call)
    return known(Safety.REVEALS, "systemctl show prints the unit's environment", call.part())


def service(_judge: Judge, call: Call) -> Classification:
    """`service NAME status`."""
    values = [word.value for word in call.args]
    if values == ["--status-all"] or (len(values) == 2 and values[1] in ("status", "configtest")):
        return read_only(call)
    return changes(call, f"{call.name} changes a service")


def listing(judge: Judge, call: Call) -> Classification:
    """A program that only reads when every option is one of those that the table names, and at least one is."""
    entry = call.entry
    arguments = split(call.args, entry)
    options = arguments.options
    if entry.commands and arguments.operands:
        return judge.subcommand(call, arguments, entry, entry.values)
    listing_options = entry.only or frozenset()
    names = {option.name for option in options}
    if (
        names <= listing_options | entry.values | entry.beside
        and names & listing_options
        and not (arguments.odd or arguments.hazy)
    ):
        return read_only(call)
    for option in options:
        if option.name in entry.flags:
            return known(entry.flags[option.name], f"{call.name} {option.name}", call.part())
    return known(entry.safety, f"{call.name} is not known to be harmless", call.part())


def listing_or_bare(judge: Judge, call: Call) -> Classification:
    """`git tag` alone lists, as with the options that the table names."""
    return listing(judge, call) if call.args else read_only(call)


def rpm(_judge: Judge, call: Call) -> Classification:
    """`rpm -q…` and `rpm -V` with known options read; everything else installs, removes or runs."""
    first = (call.args[0].value or "") if call.args else ""
    arguments = split(call.args, Program(values=words("--qf --queryformat")))
    harmless = words(
        "-q -a -i -l -f -V -c -d -R -p --query --verify --last --qf --queryformat --whatprovides --changelog"
    )
    if re.fullmatch(r"-[qV]\w*|--query|--verify", first) and {o.name for o in arguments.options} <= harmless:
        return read_only(call)
    return changes(call, "rpm changes packages")


def yq(judge: Judge, call: Call) -> Classification:
    """Reading YAML; expressions with `env` print the environment."""
    if any(re.search(r"env\b|\bload", word.text) for word in call.args):
        return known(Safety.REVEALS, "yq prints the environment or other files", call.part())
    return most_dangerous([judge.options(call, split(call.args, call.entry), call.entry), read_only(call)])


def crontab(_judge: Judge, call: Call) -> Classification:
    values = [word.value or "" for word in call.args]
    if "-e" in values:
        return known(Safety.INTERACTIVE, "crontab -e opens an editor", call.part())
    if "-r" in values:
        return known(Safety.DESTRUCTIVE, "crontab -r removes the table", call.part())
    if values == ["-l"] or (len(values) == 3 and "-l" in values and "-u" in values):
        return read_only(call)
    return changes(call, "crontab replaces the table")


def iptables(_judge: Judge, call: Call) -> Classification:
    arguments = split(call.args, Program(values=words("-t --table -w")))
    names = {option.name for option in arguments.options}
    if names & {"-F", "--flush", "-X", "--delete-chain"}:
        return known(Safety.DESTRUCTIVE, "it removes rules", call.part())
    if names & {"-L", "--list", "-S", "--list-rules"} and names <= words(
        "-L -S -n -v -x -t --table --list --list-rules --line-numbers --numeric --verbose -w"
    ):
        return read_only(call)
    return changes(call, "it changes rules")


def haproxy(_judge: Judge, call: Call) -> Classification:
    if any((word.value or "") in ("-c", "-v", "-vv") for word in call.args):
        return read_only(call)
    return changes(call, "haproxy starts")


def jcmd(_judge: Judge, call: Call) -> Classification:
    """Diagnostic commands of a Java process."""
    values = [word.value or "" for word in call.args]
    if len(values) <= 1:
        return read_only(call)
    harmless = words(
        "VM.version VM.uptime VM.flags Thread.print GC.heap_info VM.native_memory help VM.info "
        "GC.finalizer_info"
    )
    if values[1] in harmless and len(values) <= 3:
        return read_only(call)
    if values[1] in ("VM.system_properties", "VM.command_line"):
        return known(Safety.REVEALS, "it prints properties", call.part())
    if values[1].startswith(("GC.", "Compiler.")):
        return known(Safety.COSTLY, "it stops the process while it works", call.part())
    return changes(call, f"jcmd {values[1]} changes the process")


def jstat(_judge: Judge, call: Call) -> Classification:
    operands = [word for word in call.args if not word.head.startswith("-")]
    if len(operands) == 2:
        return known(Safety.ENDLESS, "jstat with an interval and no count never ends", call.part())
    return read_only(call)


def envsubst(_judge: Judge, call: Call) -> Classification:
    return known(Safety.REVEALS, "envsubst prints variables", call.part())


LOOKS: dict[str, Look] = {
    "find": find,
    "sed": sed,
    "awk": awk,
    "jq": jq,
    "date": date,
    "tee": tee,
    "tar": tar,
    "unzip": unzip,
    "compress": compress,
    "dd": dd,
    "ps": ps,
    "top": top,
    "interval": interval,
    "sysctl": sysctl,
    "getent": getent,
    "systemctl_show": systemctl_show,
    "service": service,
    "listing": listing,
    "listing_or_bare": listing_or_bare,
    "rpm": rpm,
    "yq": yq,
    "crontab": crontab,
    "iptables": iptables,
    "haproxy": haproxy,
    "jcmd": jcmd,
    "jstat": jstat,
    "envsubst": envsubst,
}
