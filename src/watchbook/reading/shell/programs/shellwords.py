"""The shell's own words, and programs that run another command. Data only."""

from watchbook.reading.shell.table import ASK, READ, REVEAL, UNKNOWN, Program, flags, looks, plain, words

PROGRAMS = {
    **plain(": true false exit return break continue shift wait pwd cd pushd popd dirs umask ulimit", READ),
    **plain("times type seq", READ),
    **looks("test [ [[ unset", "test"),
    **plain("fg bg", ASK),
    **plain(
        "alias unalias hash jobs source . trap let getopts mapfile readarray shopt enable bind complete",
        UNKNOWN,
    ),
    **plain("history fc", REVEAL),
    **looks("sleep", "sleep"),
    **looks("echo printf", "echo"),
    **looks("export declare local readonly typeset", "declaration"),
    **looks("set", "settings"),
    **looks("read", "read"),
    **looks("kill", "kill"),
    **looks("sudo doas", "sudo"),
    **looks("env", "env"),
    **looks("timeout gtimeout", "timeout"),
    **looks("nice ionice nohup setsid stdbuf chronic unbuffer builtin chrt taskset cgexec", "prefix"),
    **looks("command", "command"),
    **looks("time", "prefix"),
    **looks("exec eval", "eval"),
    **looks("sh bash dash zsh ash ksh", "shell"),
    **looks("su runuser", "su"),
    **looks("xargs", "xargs"),
    **looks("watch", "watch"),
    **looks("ssh", "ssh"),
    **looks("gosu su-exec", "gosu"),
}

# Programs that run another one: options with a value, and the number of operands before the command.
PREFIXES: dict[str, tuple[Program, int]] = {
    "nice": (Program(values=words("-n --adjustment")), 0),
    "ionice": (Program(values=words("-c -n --class --classdata"), flags=flags(changes="-p --pid")), 0),
    "nohup": (Program(), 0),
    "setsid": (Program(), 0),
    "stdbuf": (Program(values=words("-i -o -e --input --output --error")), 0),
    "chronic": (Program(), 0),
    "unbuffer": (Program(), 0),
    "builtin": (Program(), 0),
    "time": (Program(values=words("-f --format"), flags=flags(changes="-o --output -a --append")), 0),
    "timeout": (Program(values=words("-k --kill-after -s --signal")), 1),
    "sudo": (
        Program(
            values=words(
                "-u --user -g --group -h --host -p --prompt -C -T -r --role -t --type -D --chdir -R --chroot"
            )
        ),
        0,
    ),
    "gosu": (Program(), 1),
    "chrt": (Program(flags=flags(changes="-p --pid")), 1),
    "taskset": (Program(flags=flags(changes="-p --pid")), 1),
    "cgexec": (Program(values=words("-g")), 0),
    "xargs": (
        Program(
            values=words(
                "-n --max-args -P --max-procs -I -L -s --max-chars -d --delimiter -a --arg-file -E "
                "--max-lines"
            ),
            flags=flags(asks="-p --interactive -o --open-tty"),
        ),
        0,
    ),
    "watch": (Program(values=words("-n --interval")), 0),
}
