"""Commands made by a machine: whatever stands around a command, its class is not lost, and bash agrees."""

import re
import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.shell.oracle import agrees_with_bash

from watchbook.model.safety import Safety
from watchbook.reading.shell import classify

CHANGING = (
    "rm -rf /srv/x", "kubectl delete pod x", "dropdb x", "git push --force", "systemctl stop x", "mv a b", "docker rm x",
    "redis-cli FLUSHALL", "truncate -s 0 f", "tee f", "curl -X POST http://h/p", "aws s3 rm s3://b/k", "helm uninstall x",
    "terraform apply", "kill -9 1", "sed -i s/a/b/ f", "crontab -r", "psql -c 'DROP TABLE x'", "find . -delete", "reboot",
    "curl -sSo f http://h/p", "mysql -e 'DELETE FROM x'", "kubectl scale deploy x --replicas=0", "chmod 777 f", "dd of=f",
)  # fmt: skip
UNSEEN = (
    "./deploy.sh",
    "python3 x.py",
    "make x",
    "frobnicate",
    "$CMD x",
    "sh x.sh",
    "kubectl $VERB pods",
    "~/bin/x",
)
READING = (
    "ls -la", "kubectl get pods", "df -h", "systemctl status x", "git log -5", "docker ps", "psql -c 'SELECT 1'",
    "redis-cli PING", "curl -fsS http://h/p", "grep -c x f", "find . -name x", "free -m", "journalctl -u x -n 50",
    "kubectl logs x --tail=5", "helm list", "ps aux", "dig +short h", "awk '{print $1}' f", "jq .a f", "aws s3 ls",
)  # fmt: skip


# What runs the command inside, in every way that people write it: `%c` is the command, `%q` the command quoted for a shell,
# `%d` in double quotes inside single ones, `%s` and `%p` as a script of Perl and Python.
RUNNERS = (
    "sudo %c", "sudo -u app %c", "doas %c", "env A=1 %c", "A=1 %c", "timeout 5 %c", "nice -n 5 %c", "nohup %c",
    "time %c", "! %c", "command %c", "stdbuf -oL %c", "exec %c", "builtin %c", "setsid %c", "ionice -c 3 %c",
    "%c > /dev/null", "%c 2>&1 | cat", "> /dev/null %c", "2>&1 %c", "ls | %c", "ls; %c", "ls && %c", "ls || %c",
    "%c &", "ls\n%c", "ls # x\n%c", "# x\n%c", "ls \\\n; %c", "ls&%c", "(%c)", "{ %c; }", "{ ls; %c; } 2>/dev/null",
    "(cd / && %c)", "if %c; then ls; fi", "if ls; then %c; fi", "if ls; then ls; else %c; fi",
    "if ls; then ls; elif %c; then ls; fi", "for i in a b; do %c; done", "while read l; do %c; done < f",
    "until %c; do sleep 1; done", "while %c; do ls; done", 'echo "$(%c)"', "echo $(%c)", "ls $(%c)", "X=$(%c)",
    'X="a $(%c) b"', "export X=$(%c)", '[ -n "$(%c)" ]', "[[ -n $(%c) ]]", "ls > /dev/null $(%c)", "cat <<< $(%c)",
    "for i in $(%c); do ls; done", "echo `%c`", "X=`%c` ls", "cat <<E\n$(%c)\nE", "ls $(ls $(%c))", "sh -c %q",
    "bash -lc %q", "bash -euo pipefail -c %q", "eval %q", "bash <<'E'\n%c\nE", "sudo sh -c %q", "ssh h %q",
    "ssh -p 22 u@h sudo %c", "su - app -c %q", "kubectl exec p -- %c", "kubectl exec -it p -c a -- sh -c %q",
    "docker exec c %c", "docker exec -i c sh -c %q", "podman exec c %c", "docker compose exec web %c",
    "echo x | xargs %c", "echo x | xargs -n1 sudo %c", "echo x | xargs -I{} sh -c %q", "find . -exec %c {} \\;",
    "find . -exec sh -c %q \\;", "watch %q", "watch -n 5 %c", "f() { %c; }; f", "function f { %c; }\nf",
    "alias ls=%q; ls", "trap %q EXIT", "case x in x) %c;; esac", "coproc %c", "cat <(%c)", "ls | tee >(%c)",
    "runuser -u app -- %c", "gosu app %c", "chroot /mnt %c", "flock f %c", "nsenter -t 1 -m -- %c", "strace %c",
    "parallel %c ::: a", "unshare -n %c", "systemd-run %c", "script -c %q", "at now <<< %q", "ip netns exec x %c",
    "proot %c", "busybox %c", "kubectl run x --image=y -- %c", "docker run y %c", "ansible all -a %q",
    "gcloud compute ssh h --command %q", "vagrant ssh -c %q", "awk 'BEGIN { system(%d) }'", "make -s x SHELL=%q",
    "perl -e %s", "python3 -c %p",
)  # fmt: skip
# Wrapping that adds nothing: programs, then a word of the shell's, then the shell's constructions.
HARMLESS = (
    "sudo %c", "sudo -u app %c", "env A=1 %c", "timeout 5 %c", "nice -n 5 %c", "command %c", "stdbuf -oL %c",
)  # fmt: skip
BEFORE = ("%c", "time %c", "! %c")
AROUND = (
    "%c > /dev/null", "%c 2>&1 | head -5", "%c 2>/dev/null", "ls; %c", "%c && ls", "%c || true", "( %c )", "{ %c; }",
    "if %c; then ls; fi", "if ls; then %c; else ls; fi", "for i in a b; do %c; done", 'echo "$( %c )"',
    "X=$( %c ); ls", "# x\n%c", "sh -c %q", "bash -c %q", "ssh h %q", "kubectl exec p -- sh -c %q",
    "docker exec x sh -c %q", "%c \\\n | wc -l", "su - app -c %q",
)  # fmt: skip


def wrap(runner: str, command: str) -> str:
    """The command inside the runner."""
    double = '"' + command.replace("\\", "\\\\").replace('"', '\\"').replace("'", "'\\''") + '"'
    forms = {
        "%q": shlex.quote(command), "%d": double, "%s": shlex.quote(f"system({command!r})"),
        "%p": shlex.quote(f"import os; os.system({command!r})"), "%c": command,
    }  # fmt: skip
    return re.sub("%[qdspc]", lambda form: forms[form[0]], runner)


@st.composite
def hidden(draw: st.DrawFn, cores: tuple[str, ...], depth: int = 3) -> str:
    """A core inside up to `depth` runners."""
    text = draw(st.sampled_from(cores))
    for wrapper in draw(st.lists(st.sampled_from(RUNNERS), min_size=1, max_size=depth)):
        text = wrap(wrapper, text)
    return text


@st.composite
def respelled(draw: st.DrawFn) -> str:
    """A changing command whose first words are quoted in another way that means the same."""
    first, *others = draw(st.sampled_from(CHANGING)).split(" ")
    cut = draw(st.integers(1, len(first)))
    left, right = first[:cut], first[cut:]
    spelling = draw(st.sampled_from([
        f"'{left}'{right}", f'"{left}"{right}', f"\\{first}", f"{left}''{right}", f'{left}""{right}', f"$'{first}'",
        f"{left}\\\n{right}", f'"{first}"', f"/usr/bin/{first}", f"/bin/{first}", f'$"{first}"',
    ]))  # fmt: skip
    blank = draw(st.sampled_from([" ", "  ", "\t", " \\\n "]))
    return blank.join([spelling, *others])


@st.composite
def harmless(draw: st.DrawFn) -> str:
    """A reading core in wrapping that changes nothing: programs first, the shell's constructions around them."""
    text = draw(st.sampled_from(READING))
    for wrapper in draw(st.lists(st.sampled_from(HARMLESS), max_size=2)):
        text = wrap(wrapper, text)
    text = wrap(draw(st.sampled_from(BEFORE)), text)
    for wrapper in draw(st.lists(st.sampled_from(AROUND), max_size=2)):
        text = wrap(wrapper, text)
    return text


@pytest.mark.parametrize("runner", RUNNERS, ids=RUNNERS)
def test_nothing_hides_a_change(runner: str) -> None:
    """Each changing command in each way to run one is never harmless."""
    for core in CHANGING + UNSEEN:
        assert classify(wrap(runner, core)).safety is not Safety.READ_ONLY, wrap(runner, core)


@settings(max_examples=600, deadline=None)
@given(hidden(CHANGING + UNSEEN))
def test_nothing_hides_a_change_at_any_depth(script: str) -> None:
    """A changing or unseen command inside several layers is never harmless."""
    assert classify(script).safety is not Safety.READ_ONLY


@settings(max_examples=300, deadline=None)
@given(respelled())
def test_quoting_hides_nothing(script: str) -> None:
    """However a program's name is quoted, it is that program."""
    assert classify(script).safety is not Safety.READ_ONLY


@settings(max_examples=300, deadline=None)
@given(harmless())
def test_harmless_wrapping_adds_nothing(script: str) -> None:
    """A reading command in wrapping that changes nothing stays proven harmless."""
    found = classify(script)
    assert found.safety is Safety.READ_ONLY, (script, found)


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS, ids=RUNNERS)
def test_bash_sees_the_same_class_in_each_wrapping(runner: str) -> None:
    """The class of each wrapping is that of what bash prints for it."""
    for core in (CHANGING[0], READING[1], UNSEEN[0], "tail -f x", "psql -c 'DROP TABLE x'"):
        agrees_with_bash(wrap(runner, core))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(hidden(CHANGING + UNSEEN + READING) | harmless() | respelled())
def test_bash_sees_the_same_class_at_any_depth(script: str) -> None:
    """The class of a generated script is that of what bash prints for it."""
    agrees_with_bash(script)
