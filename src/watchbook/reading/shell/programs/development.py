"""Version control, languages, builders, secrets' tools. Data only."""

from watchbook.reading.shell.table import (
    ASK,
    CHANGE,
    DESTROY,
    READ,
    REVEAL,
    UNKNOWN,
    Program,
    each,
    flags,
    plain,
    words,
)

_GIT_READ = Program(
    READ,
    flags=flags(
        changes="--output --lost-found",
        unknown="--ext-diff --textconv --filters -O --open-files-in-pager --upload-pack --exec",
    ),
    values=words("-n --max-count --since --until --author --grep --format -S -G -L"),
)
_GH_WEB = flags(asks="-w --web", endless="--watch")
_ONLY_VERSION = Program(UNKNOWN, look="version")

PROGRAMS = {
    "git": Program(
        look="git",
        values=words("-C --git-dir --work-tree -c"),
        only=words("--no-pager --bare --no-optional-locks --version"),
        flags=flags(unknown="-c --config-env --exec-path -p --paginate"),
        commands={
            **each(
                "status log show diff blame rev-parse describe ls-files ls-tree ls-remote shortlog rev-list "
                "merge-base name-rev cat-file grep whatchanged diff-tree for-each-ref show-ref show-branch "
                "count-objects version cherry",
                _GIT_READ,
            ),
            "branch": Program(
                READ,
                most=0,
                only=words("-a -r -v -vv --all --remotes --list -l --show-current"),
                values=words("--contains --no-contains --points-at --merged --no-merged --sort --format"),
                flags=flags(
                    destroys="-D",
                    changes="-d --delete -m --move -M -c --copy -C -u --set-upstream-to -f --force",
                ),
            ),
            "tag": Program(
                CHANGE, look="listing_or_bare", only=words("-l --list -n --sort --contains --points-at")
            ),
            "remote": Program(
                READ, only=words("-v --verbose"), commands=plain("show get-url", READ), rest=CHANGE, bare=READ
            ),
            "reflog": Program(
                READ,
                commands={"show": Program(READ), **plain("expire delete", DESTROY)},
                rest=CHANGE,
                bare=READ,
            ),
            "stash": Program(
                commands={**plain("list show", READ), **plain("drop clear", DESTROY)},
                rest=CHANGE,
                bare=CHANGE,
            ),
            **each(
                "checkout switch",
                Program(CHANGE, flags=flags(destroys="-f --force --discard-changes"), look="git_checkout"),
            ),
            "restore": Program(DESTROY, flags=flags()),
            "config": Program(look="git_config"),
            "worktree": Program(commands={"list": Program(READ)}, rest=CHANGE),
            "submodule": Program(
                commands={"status": Program(READ), "summary": Program(READ)}, rest=CHANGE, bare=READ
            ),
            "notes": Program(commands={"list": Program(READ), "show": Program(READ)}, rest=CHANGE),
            "push": Program(
                CHANGE,
                flags=flags(destroys="-f --force --force-with-lease --mirror --delete -d --prune"),
                look="git_push",
            ),
            "reset": Program(CHANGE, flags=flags(destroys="--hard")),
            "clean": Program(DESTROY),
            "fsck": Program(READ, flags=flags(changes="--lost-found")),
        },
        rest=CHANGE,
    ),
    "gh": Program(
        commands={
            **each(
                "run pr issue release workflow repo",
                Program(
                    commands={
                        **each("list view status checks diff", Program(READ, flags=_GH_WEB)),
                        "watch": Program(READ),
                        "delete": Program(DESTROY),
                    },
                    rest=CHANGE,
                ),
            ),
            "auth": Program(commands={"status": Program(READ), "token": Program(REVEAL)}, rest=CHANGE),
            "api": Program(look="gh_api"),
            "status": Program(READ),
            "secret": Program(commands={"list": Program(READ)}, rest=CHANGE),
            "cache": Program(commands={"list": Program(READ)}, rest=CHANGE),
        },
        rest=CHANGE,
        values=words("-R --repo"),
    ),
    "glab": Program(
        commands={
            **each("ci mr issue release repo", Program(commands=plain("list view status", READ), rest=CHANGE))
        },
        rest=CHANGE,
    ),
    **each(
        "pip pip3",
        Program(
            commands={**plain("list show freeze check index --version", READ), "config": Program(REVEAL)},
            rest=CHANGE,
        ),
    ),
    "npm": Program(
        commands={
            **plain("ls list outdated view info version-list ping whoami -v --version", READ),
            "audit": Program(READ, commands={"fix": Program(CHANGE)}, rest=READ, bare=READ),
            **plain("test run start exec run-script", UNKNOWN),
        },
        rest=CHANGE,
    ),
    **each("yarn pnpm", Program(commands=plain("list outdated why info --version -v", READ), rest=UNKNOWN)),
    **each(
        "python python3 node ruby perl php go rustc cargo java javac mvn gradle dotnet make cmake "
        "gcc uv poetry "
        "pipenv tox pytest jest npx bundle rake rails mix elixir erl deno bun artisan tsx ts-node "
        "Rscript lua",
        _ONLY_VERSION,
    ),
    "tsc": _ONLY_VERSION,
    **each(
        "terraform tofu",
        Program(
            commands={
                **plain("version graph", READ),
                "providers": Program(
                    READ, commands={"schema": Program(READ)}, rest=CHANGE, bare=READ, single=True
                ),
                "apply": Program(CHANGE, flags=flags(destroys="-destroy"), single=True),
                "validate": Program(READ),
                **plain("show output console", REVEAL),
                "state": Program(
                    commands={
                        "list": Program(READ),
                        "show": Program(REVEAL),
                        "pull": Program(REVEAL),
                        "rm": Program(DESTROY),
                    },
                    rest=CHANGE,
                ),
                "workspace": Program(
                    commands={"list": Program(READ), "show": Program(READ), "delete": Program(DESTROY)},
                    rest=CHANGE,
                ),
                "plan": Program(UNKNOWN),
                "destroy": Program(DESTROY),
                "fmt": Program(
                    CHANGE,
                    look="listing",
                    only=words("-check"),
                    beside=words("-diff -list -recursive -no-color"),
                    single=True,
                ),
            },
            rest=CHANGE,
            single=True,
        ),
    ),
    "terragrunt": Program(commands={"destroy": Program(DESTROY), "plan": Program(UNKNOWN)}, rest=CHANGE),
    "pulumi": Program(
        commands={"preview": Program(UNKNOWN), "destroy": Program(DESTROY), "version": Program(READ)},
        rest=CHANGE,
    ),
    **plain("ansible ansible-playbook salt salt-call puppet chef-client knife fab cap", CHANGE),
    **plain("ansible-inventory ansible-vault", REVEAL),
    "packer": Program(commands={"validate": Program(READ), "version": Program(READ)}, rest=CHANGE),
    "gpg": Program(
        UNKNOWN,
        flags=flags(reveals="-d --decrypt --export-secret-keys"),
        look="listing",
        only=words("--list-keys --list-secret-keys --fingerprint --version -k -K"),
    ),
    **plain("sops age pass op bw lpass", REVEAL),
    "ssh-keygen": Program(
        CHANGE, look="listing", only=words("-l -F -B"), values=words("-f -E"), beside=words("-v")
    ),
    "ssh-add": Program(CHANGE, look="listing", only=words("-l -L")),
    "ssh-copy-id": Program(CHANGE),
    "ssh-keyscan": Program(READ),
    "htpasswd": Program(CHANGE),
    "irb": Program(ASK),
    "ipython": Program(ASK),
    **plain("shellcheck yamllint hadolint kubeval kubeconform", READ),
    "actionlint": Program(READ, flags=flags(unknown="-shellcheck -pyflakes"), single=True),
}
