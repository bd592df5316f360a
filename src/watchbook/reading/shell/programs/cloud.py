"""Clouds and hosting platforms; their verbs are read by pattern in `looks_cloud`. Data only."""

from watchbook.reading.shell.table import (
    CHANGE,
    DESTROY,
    ENDLESS,
    READ,
    REVEAL,
    Program,
    each,
    flags,
    looks,
    plain,
    words,
)

PROGRAMS = {
    "aws": Program(look="aws"),
    "gcloud": Program(look="gcloud"),
    "gsutil": Program(
        commands={
            **plain("ls du stat version hash", READ),
            "cat": Program(REVEAL),
            **plain("rm rb", DESTROY),
        },
        rest=CHANGE,
        only=words("-m -q"),
    ),
    "bq": Program(commands=plain("ls show head version", READ), rest=CHANGE),
    "az": Program(look="azure"),
    "heroku": Program(
        commands={
            **plain(
                "ps releases status apps apps:info domains addons pg:info pg:ps redis:info maintenance "
                "regions",
                READ,
            ),
            "logs": Program(
                READ, flags=flags(endless="-t --tail"), values=words("-a --app -n --num -p --ps -d -s")
            ),
            **plain("config config:get auth:token pg:credentials:url", REVEAL),
            **plain("apps:destroy pg:reset addons:destroy", DESTROY),
        },
        rest=CHANGE,
        values=words("-a --app -r --remote"),
    ),
    **each(
        "fly flyctl",
        Program(
            commands={
                **plain("status releases version checks", READ),
                "logs": Program(ENDLESS, look="fly_logs"),
                **each(
                    "apps machine machines volumes secrets ips certs regions scale postgres",
                    Program(
                        commands={**plain("list ls show status", READ), **plain("destroy", DESTROY)},
                        rest=CHANGE,
                    ),
                ),
                "ssh": Program(CHANGE),
                "proxy": Program(ENDLESS),
                "destroy": Program(DESTROY),
            },
            rest=CHANGE,
            values=words("-a --app -c --config"),
        ),
    ),
    "vercel": Program(
        commands={
            **plain("ls list inspect whoami", READ),
            "env": Program(REVEAL),
            **plain("rm remove", DESTROY),
        },
        rest=CHANGE,
    ),
    "netlify": Program(
        commands={**plain("status sites:list", READ), "env:list": Program(REVEAL)}, rest=CHANGE
    ),
    "railway": Program(
        commands={**plain("status whoami", READ), "variables": Program(REVEAL), "logs": Program(ENDLESS)},
        rest=CHANGE,
    ),
    "doctl": Program(look="doctl"),
    "wrangler": Program(commands={**plain("whoami", READ), "tail": Program(ENDLESS)}, rest=CHANGE),
    "cf": Program(
        commands={
            **plain("apps app services events target domains routes", READ),
            "env": Program(REVEAL),
            **plain("delete", DESTROY),
            "logs": Program(ENDLESS, look="cf_logs"),
        },
        rest=CHANGE,
    ),
    "newrelic": Program(CHANGE),
    **looks("pd", "unknown"),
}
