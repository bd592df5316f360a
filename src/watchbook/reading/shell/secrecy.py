"""What looks like a secret: names of variables and of files.

Called by `judging` and the `looks_*` functions. It looks at names only, never at values.
"""

import re

from watchbook.reading.shell.table import words

_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASS|PWD$|KEY|CRED|AUTH|COOKIE|SESSION|PRIVATE|DSN|DATABASE_URL|DB_URL|CONN|"
    r"BEARER|JWT|SIGNATURE|"
    r"WEBHOOK|LICENSE|SALT|CERT|MONGO_URI|REDIS_URL|AMQP_URL|SENTRY",
    re.IGNORECASE,
)
# Names that say where or which, never what is hidden.
_PLAIN_NAME = re.compile(
    r"(?:^|_)(?:ID|NAME|NAMESPACE|NS|HOST|HOSTNAME|PORT|URL|URI|ENDPOINT|ADDR|ADDRESS|IP|ENV|"
    r"ENVIRONMENT|REGION|ZONE|"
    r"SERVICE|APP|VERSION|TAG|RELEASE|CLUSTER|POD|NODE|INDEX|TOPIC|QUEUE|DOMAIN|DATE|TIME|SINCE|"
    r"UNTIL|DEPLOYMENT|"
    r"CONTAINER|INSTANCE|DB|DATABASE|TABLE|BUCKET|GROUP|PATH|DIR|FILE|STATUS|CODE|COUNT|LIMIT|"
    r"USER|SIZE|REPLICAS|"
    r"PID|I|N|X|LINE|BASE|BRANCH|SHA|COMMIT|PROJECT|STACK|TENANT|MILLISECONDS|SECONDS|MINUTES)\d*$",
    re.IGNORECASE,
)
_SECRET_FILE = re.compile(
    r"(?:^|/)\.env(?:\.(?!example|sample|template)[\w.-]+)?$|(?:^|/)\.(?:pgpass|netrc|my\.cnf|"
    r"npmrc|pypirc|vault-token|git-credentials|htpasswd)$|"
    r"(?:^|/)id_(?:rsa|dsa|ecdsa|ed25519)$|(?:^|/)\.(?:ssh|aws|kube|gnupg|azure|"
    r"docker)/(?!known_hosts|.*\.pub$)|"
    r"\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$|(?:^|/)g?shadow-?$|secret|credential|passw|"
    r"/environ$|(?:^|/)(?:service-account|sa-key)[\w.-]*\.json$|kubeconfig|/var/run/secrets|(?:^|"
    r"[/_.-])private(?:[/_.-]|$)|"
    r"(?:^|/)\.(?:bash|zsh|psql|mysql)_history$|(?:^|/)sudoers",
    re.IGNORECASE,
)
_NAMES_FILES = words(
    "ls stat test [ [[ md5sum sha1sum sha256sum sha512sum cksum wc du df file readlink realpath "
    "basename dirname "
    "find chmod chown ssh kubectl oc helm redis-cli psql mysql openssl echo printf pgrep ps "
    "systemctl journalctl "
    "docker podman docker-compose namei lsattr getfacl curl wget getent grpcurl aws gcloud az "
    "vault rm cd mount "
    "export ssh-keygen sudo env timeout time nohup watch xargs bash sh git terraform "
    "ansible-playbook mkdir touch"
)


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name is likely to hold a secret."""
    return bool(_SECRET_NAME.search(name))


def is_plain_name(name: str) -> bool:
    """Whether a variable of that name only says where or which: a host, a port, an id."""
    return bool(_PLAIN_NAME.search(name)) and not is_secret_name(name)


def holds_secret(path: str) -> bool:
    """Whether a file of that name is likely to hold secrets."""
    return bool(_SECRET_FILE.search(path))


def only_names_files(program: str) -> bool:
    """Whether the program, by its first word, names files without printing what is in them, or has its own rule."""
    return program.split(" ", maxsplit=1)[0] in _NAMES_FILES
