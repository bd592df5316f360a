"""Secrets in the text: every kind that people paste is found, and nothing that only looks like one.

The credentials are made here, piece by piece, so that no scanner of repositories takes this file for a leak.
"""

import base64
import hashlib
import json
import string
import subprocess
import sys
import time

import pytest

from watchbook.model.runbook import Level
from watchbook.reading import read_runbook
from watchbook.reading.secrets import hide_secrets, secrets_in

_HEX = "0123456789abcdef"
_DIGITS = string.digits
_UPPER = string.ascii_uppercase + string.digits
_LOWER = string.ascii_lowercase + string.digits
_ALL = string.ascii_letters + string.digits


def made(alphabet: str, size: int, seed: str = "") -> str:
    """Text that a machine could have made: always the same, and nobody's."""
    found = ""
    while len(found) < size:
        digest = hashlib.sha256(f"{seed}{alphabet}{size}{len(found)}".encode()).digest()
        found += "".join(alphabet[byte % len(alphabet)] for byte in digest)
    return found[:size]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _uuid() -> str:
    return "-".join(made(_HEX, size, "uuid") for size in (8, 4, 4, 4, 12))


_JWT = ".".join(
    base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
    for part in ('{"alg":"HS256","typ":"JWT"}', '{"sub":"42","name":"till"}')
) + "." + made(_ALL, 43)  # fmt: skip
_PASSWORD = "Tr0ub4dor" + "&3x"

# kind, how it stands in a line (`{}` is the secret), the secret
KINDS = [
    ("AWS access key", "export AWS_ACCESS_KEY_ID={}", "AKIA" + made(_UPPER, 16)),
    ("AWS temporary key", "key: {}", "ASIA" + made(_UPPER, 16)),
    ("AWS secret key", "aws_secret_access_key = {}", made(_ALL + "/+", 40)),
    ("AWS secret key, table", "| Secret Access Key | `{}` |", made(_ALL, 40)),
    ("Google API key", "https://maps.googleapis.com/x?key={}", "AIza" + made(_ALL, 35)),
    ("Google OAuth secret", "client secret {}", "GOCSPX-" + made(_ALL, 28)),
    ("Google access token", 'curl -H "Authorization: Bearer {}" https://x', "ya29." + made(_ALL, 60)),
    ("Google service account", '  "private_key": "{}",',
     "-----BEGIN PRIVATE " + "KEY-----\\n" + made(_ALL, 64) + "\\n"),
    ("Azure storage", "DefaultEndpointsProtocol=https;AccountName=till;AccountKey={};EndpointSuffix=x",
     made(_ALL, 86) + "=="),
    ("Azure service bus", "Endpoint=sb://x.y/;SharedAccessKeyName=root;SharedAccessKey={}", made(_ALL, 43) + "="),
    ("Azure client secret", "AZURE_CLIENT_SECRET={}", made(_ALL, 3) + "8Q~" + made(_ALL, 34)),
    ("Azure shared access signature", "https://x.blob.core.windows.net/b?sv=2024-01-01&sig={}&se=2027",
     made(_ALL, 43) + "%3D"),
    ("DigitalOcean", "doctl auth init -t {}", "dop_v1_" + made(_HEX, 64)),
    ("Heroku", "HEROKU_API_KEY={}", "HRKU-" + _uuid()),
    ("Databricks", "token {}", "dapi" + made(_HEX, 32)),
    ("GitHub classic", "git clone https://{}@github.com/o/r", "ghp_" + made(_ALL, 36)),
    ("GitHub fine-grained", "GH_TOKEN={} gh run list", "github_pat_" + made(_ALL, 82)),
    ("GitHub server", "token: {}", "ghs_" + made(_ALL, 36)),
    ("GitLab", 'curl -H "PRIVATE-TOKEN: {}" https://gitlab', "glpat-" + made(_ALL, 20)),
    ("GitLab runner", "gitlab-runner register --token {}", "glrt-" + made(_ALL, 20)),
    ("Bitbucket", "app password {}", "ATBB" + made(_ALL, 32)),
    ("Atlassian", "jira token {}", "ATATT3" + made(_ALL, 180)),
    ("npm", "//registry.npmjs.org/:_authToken={}", "npm_" + made(_ALL, 36)),
    ("PyPI", "twine upload -u __token__ -p {}", "pypi-AgE" + made(_ALL, 150)),
    ("RubyGems", "gem push with {}", "rubygems_" + made(_HEX, 48)),
    ("Docker Hub", "docker login -u till -p {}", "dckr_pat_" + made(_ALL, 27)),
    ("Docker config", '"auth": "{}"', encoded("till:" + _PASSWORD)),
    ("Docker swarm", "docker swarm join --token {} 10.0.0.1:2377",
     "SWMTKN-1-" + made(_LOWER, 50) + "-" + made(_LOWER, 25)),
    ("Terraform Cloud", "token {}", made(_ALL, 14) + ".atlasv1." + made(_ALL, 64)),
    ("Vault", "VAULT_TOKEN={} vault status", "hvs." + made(_ALL, 90)),
    ("age", "{}", "AGE-SECRET-KEY-1" + made(_UPPER, 58)),
    ("Slack bot", "SLACK_TOKEN={}", "xoxb-" + made(_DIGITS, 12) + "-" + made(_DIGITS, 12) + "-" + made(_ALL, 24)),
    ("Slack app", "token {}", "xapp-1-A" + made(_UPPER, 10) + "-" + made(_DIGITS, 13) + "-" + made(_HEX, 64)),
    ("Slack webhook", "curl -X POST https://hooks.slack.com/{}",
     "services/T" + made(_UPPER, 8) + "/B" + made(_UPPER, 8) + "/" + made(_ALL, 24)),
    ("Slack workflow", "post to https://hooks.slack.com/{}",
     "workflows/T" + made(_UPPER, 9) + "/A" + made(_UPPER, 9) + "/" + made(_DIGITS, 18) + "/" + made(_ALL, 24)),
    ("Discord webhook", "https://discord.com/api/webhooks/{}", made(_DIGITS, 18) + "/" + made(_ALL, 68)),
    ("Discord bot", "DISCORD_TOKEN={}", "M" + made(_ALL, 23) + "." + made(_ALL, 6) + "." + made(_ALL, 27)),
    ("Teams webhook", "https://till.webhook.office.com/webhookb2/{}",
     f"{_uuid()}@{_uuid()}/IncomingWebhook/{made(_HEX, 32)}/{_uuid()}"),
    ("Telegram bot", "https://api.telegram.org/bot{}/sendMessage", made("123456789", 10) + ":AA" + made(_ALL, 33)),
    ("SendGrid", "SENDGRID_API_KEY={}", "SG." + made(_ALL, 22) + "." + made(_ALL, 43)),
    ("Mailgun", "curl -s --user 'api:{}' https://api.mailgun.net", "key-" + made(_HEX, 32)),
    ("Mailchimp", "key {}", made(_HEX, 32) + "-us14"),
    ("Opsgenie", 'curl -H "Authorization: GenieKey {}" https://api.opsgenie.com', _uuid()),
    ("PagerDuty REST", 'curl -H "Authorization: Token token={}" https://api.pagerduty.com', made(_ALL, 20)),
    ("PagerDuty routing", '"routing_key": "{}",', made(_HEX, 32)),
    ("PagerDuty field", "PAGERDUTY_INTEGRATION_KEY={}", made(_HEX, 32)),
    ("Twilio key", "twilio key {}", "SK" + made(_HEX, 32)),
    ("Twilio auth token", "TWILIO_AUTH_TOKEN={}", made(_HEX, 32)),
    ("Datadog", 'curl -H "DD-API-KEY: {}" https://api.datadoghq.com', made(_HEX, 32)),
    ("New Relic", "NEW_RELIC_API_KEY={}", "NRAK-" + made(_UPPER, 27)),
    ("Grafana", "token {}", "glsa_" + made(_ALL, 32) + "_" + made(_HEX, 8)),
    ("Sentry", "SENTRY_AUTH_TOKEN={}", "sntrys_" + made(_ALL, 80)),
    ("Stripe", "stripe.api_key = '{}'", "sk_live_" + made(_ALL, 24)),
    ("Stripe restricted", "{}", "rk_live_" + made(_ALL, 24)),
    ("Stripe webhook", "STRIPE_WEBHOOK_SECRET={}", "whsec_" + made(_ALL, 32)),
    ("Square", "square {}", "sq0csp-" + made(_ALL, 43)),
    ("Shopify", "token {}", "shpat_" + made(_HEX, 32)),
    ("OpenAI", "OPENAI_API_KEY={}", "sk-proj-" + made(_ALL, 48)),
    ("Anthropic", "ANTHROPIC_API_KEY={}", "sk-ant-" + "api03-" + made(_ALL, 93)),
    ("Hugging Face", "hf auth login --token {}", "hf_" + made(string.ascii_letters, 34)),
    ("Artifactory", "X-JFrog-Art-Api: {}", "AKC" + made(_ALL, 70)),
    ("JWT", "token {}", _JWT),
    ("private key", "{}", "-----BEGIN RSA PRIVATE " + "KEY-----"),
    ("OpenSSH key", "{}", "-----BEGIN OPENSSH PRIVATE " + "KEY-----"),
    ("PGP key", "{}", "-----BEGIN PGP PRIVATE " + "KEY BLOCK-----"),
    ("kubeconfig key", "    client-key-data: {}", encoded("-----BEGIN RSA PRIVATE " + "KEY-----\n" + made(_ALL, 60))),
    ("password in a URL", "git clone https://till:{}@git.till.test/r", "s3cr37pw"),
    ("PostgreSQL", "psql postgres://app:{}@db.till.test/shop", "s3cr37pwd"),
    ("MongoDB", "mongodb+srv://app:{}@cluster0.till.mongodb.net/x", "hunter2hunter2"),
    ("Redis URL", "redis://:{}@cache.till.test:6379", made(_ALL, 20)),
    ("AMQP", "amqp://till:{}@mq.till.test", "Rabb1tHole"),
    ("ADO.NET", 'Server=db;User Id=sa;Password={};Encrypt=true', _PASSWORD),
    ("JDBC", '"jdbc:mysql://db/shop?user=app&password={}"', "q8Wn2kLp"),
    ("curl -u", "curl -u admin:{} https://x.till.test", "hunter2"),
    ("curl --user", "curl -s --user 'admin:{}' https://x.till.test", "hunter2"),
    ("basic header", 'curl -H "Authorization: Basic {}" https://x', encoded("admin:" + _PASSWORD)),
    ("bearer header", 'curl -H "Authorization: Bearer {}" https://x', made(_ALL, 40)),
    ("X-Api-Key", 'curl -H "X-Api-Key: {}" https://x', made(_ALL, 32)),
    ("Vault header", 'curl -H "X-Vault-Token: {}" https://x', "s." + made(_ALL, 24)),
    ("PGPASSWORD", "PGPASSWORD={} psql -h db", "hunter2"),
    ("mysql -p", "mysql -u root -p{} shop", "Hunter2pw"),
    ("redis-cli -a", "redis-cli -h cache -a {} ping", "Hunter2pw"),
    ("sshpass", "sshpass -p '{}' ssh root@db", "Hunter2pw"),
    ("mongosh", "mongosh --host db -u root -p {} --eval 'db.stats()'", "Hunter2pw"),
    ("openssl", "openssl rsa -in k.pem -passin pass:{}", "Hunter2pw"),
    ("--password", "argocd login argo.till.test --username admin --password {}", "Hunter2pw"),
    ("SQL user", "ALTER USER app WITH PASSWORD '{}';", "Hunter2pw"),
    ("MySQL user", "CREATE USER app IDENTIFIED BY '{}';", "Hunter2pw"),
    ("environment", "export DB_PASSWORD={}", "Hunter2pw"),
    ("dotenv", "SECRET_KEY={}", made(_ALL, 50)),
    ("YAML", "password: {}", _PASSWORD),
    ("YAML quoted", 'password: "{}"', "correcthorse"),
    ("JSON", '{{"password": "{}"}}', "correcthorse"),
    ("bold field", "**Password:** {}", "Hunter2pw"),
    ("bullet", "- Password: `{}`", "hunter2"),
    ("table", "| admin | Password | {} |", "Hunter2pw"),
    ("default password", "- Password: `{}`", "admin"),
    ("default in a URL", "curl http://grafana:{}@metrics:3000/api", "admin"),
    ("sentence", "The password is {} on every host.", "Hunter2pw"),
    ("pair", "Credentials: `admin` / `{}`", "Hunter2pw"),
    ("pair with a colon", "Login: admin:{}", "Hunter2pw"),
    ("API key field", "API Key: {}", made(_ALL, 32)),
    ("client secret", "client_secret: {}", made(_ALL, 40)),
    ("query", "https://x.till.test/hook?token={}", made(_ALL, 24)),
]  # fmt: skip

NOTHING = [
    "AKIA" + "IOSFODNN7EXAMPLE", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
    "token ghp_" + "x" * 36, "ghp_" + string.ascii_lowercase + "0123456789", "glpat-" + "xxxxxxxxxxxxxxxxxxxx",
    "SENTRY_AUTH_TOKEN=sntrys_xxxxx", "sk_live_NEW_KEY", "sk_live_...", "xoxb-your-token-here", "xoxb-123456789012-abc",
    "https://hooks.slack.com/services/T00000000/B00000000/" + "X" * 24, "https://hooks.slack.com/services/...",
    "password: $DB_PASSWORD", "password: ${DB_PASSWORD}", "password: <password>", "password: [password]",
    "password: {{ db_password }}", "password: %DB_PASSWORD%", "DB_PASSWORD=$(vault read -field=p secret/db)",
    "password: changeme", "password=changeme1", "Password: CHANGE_ME", "password: your-password",
    "password: example123",
    "password: ********", "password: xxxxxx", "password: ...", "password: …", "password: secret", "password: password",
    '"password": "testpassword"', '"password": "NEW_PASSWORD"', "password: null", "password: required", "token=<token>",
    "- **Password**: Stored in the secret `db-credentials`", "Redis password set (32-character random password)",
    "Passwords are 32 characters long and rotate every 90 days", "the password is wrong",
    "the password is in 1Password",
    "the secret is kept in the vault", "secret: env:SHOP_SECRET", "token: /run/secrets/token1",
    "password: vault:kv/db#pw",
    "api_key: your-api-key-1", "API Key: Stored in Kubernetes Secret `datadog-api-key`", "API_KEY_REQUIRED=true",
    "secretName: shop-db-v2", "secret: shop-db-credentials-2024", "tokens: 4096", "max_tokens=4096", "token: none",
    "postgres://app:password@db/x", "postgres://user:pass@db/x", "postgres://user:${PW}@db/x", "redis://:$PW@cache",
    "postgres://postgres:postgres@localhost:5432/shop", "https://user:hunter2@example.com/",
    "https://example.test/a:b@c",
    "ssh://git@github.com:22/o/r", "http://x.test:8080/@till/page", "mailto:till@x.test",
    'curl -H "Authorization: Bearer $TOKEN" https://x', 'curl -H "Authorization: Bearer <token>" https://x',
    'curl -H "Authorization: Bearer YOUR_TOKEN" https://x', 'curl -H "Authorization: Bearer eyJhbGciOi..." https://x',
    'curl -H "Authorization: Token token=YOUR_TOKEN" https://x', "curl -u $USER:$PASSWORD https://x",
    "curl -u user:pass https://x", "curl -u <user>:<password> https://x", "curl -u admin https://x",
    "mysql -u root -p shop", 'mysql -u root -p"$MYSQL_PASSWORD" -e "SELECT 1"', "psql -p 5432 -U app",
    "redis-cli -a $REDIS_PASSWORD ping", "redis-cli -a <password> ping", "docker run -p 8080:80 till",
    "ssh -p 2222 till", "docker login -u till --password-stdin",
    "kubectl create secret generic x --from-literal=password='...'",
    "kubectl create secret docker-registry x --docker-password=<password>", 'PGPASSWORD="$PW" psql',
    "grep -r -- '-----BEGIN RSA PRIVATE KEY-----' .", "SET password_hash = '\\$argon2id\\$v=19\\$m=65536'",
    "git log -S 'password\\|secret\\|key\\|token' -- .env", 'KEYS "refresh_token:*" | wc -l',
    "GET session:token:user:42",
    "image: till@sha256:" + made(_HEX, 64), "commit " + made(_HEX, 40), "id: " + _uuid(), "md5 " + made(_HEX, 32),
    "integrity: sha512-" + made(_ALL, 86) + "==", "ssh-ed25519 AAAA" + made(_ALL, 64) + " till@host",
    "trace id " + made(_HEX, 32) + " in the logs",
    "account AC" + made(_HEX, 32), "arn:aws:iam::123456789012:role/till-deploy",
    "    client-certificate-data: " + encoded("-----BEGIN CERTIFICATE-----\n" + made(_ALL, 60)),
    "kubectl logs till-api-7d9c5b8f6d-x2x4z", "s3://till-backups-prod-eu-west-1/2026-11-23/dump.sql.gz",
    "rotate the key every 90 days", "Key: value", "Primary key: order_id", "| Key | Description |",
    "key=\"refresh_token:*\"",
    "token bucket: 100 requests", "secret/data/till/prod#api_key", "the token is expired", "2FA token: ask the on-call",
    "https://x.test/reset?token=<token>", "https://x.test/?key=value", "password policy: 12+ characters",
    "pass: 42 tests",
    "AWSSecretAccessKey is kept in Vault", "secret_key_base: <%= ENV['SECRET_KEY_BASE'] %>",
    'password=os.environ["DB_PASSWORD"]',
    "password = config.password", "password: process.env.DB_PASSWORD", "const password = getPassword()",
    "Basic authentication is enabled", "Authorization: Basic <base64>",
    "-H 'Authorization: Basic dXNlcjpwYXNzd29yZA=='",
    "the password is “swordfish”", "--master-user-password mypassword", "--password smb-file-server-password",
    "passphrase: 'top secret'",
    '"ClientToken": "5236cffc-ee13-4a32-bb5b-388d9da09d96"', "const password = 'Password used to generate key'",
    "Credentials: see 1Password / Engineering", "Login: https://console.x.test/login", "Login at grafana/dashboards",
]  # fmt: skip


@pytest.mark.parametrize(("name", "line", "secret"), KINDS, ids=[kind[0] for kind in KINDS])
def test_each_kind_of_credential_is_found(name: str, line: str, secret: str) -> None:
    """The line gets one finding, and what is hidden is the secret and little else."""
    text = line.format(secret)
    spans = secrets_in(text)
    assert len(spans) == 1, (text, spans)
    start, end, said = spans[0]
    assert text[start:end] in secret or secret in text[start:end], (text[start:end], secret)
    assert secret[-12:] not in hide_secrets(text)
    assert said.startswith(("a ", "an "))


@pytest.mark.parametrize("line", NOTHING)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    """Variables, gaps, names, references, examples and digests are no finding, and stay readable."""
    assert secrets_in(line) == []
    assert hide_secrets(line) == line


def test_the_table_holds_many_kinds() -> None:
    """At least 40 kinds, each with another secret shape or place."""
    assert len({kind for kind, _line, _secret in KINDS}) >= 40


def test_a_line_with_two_secrets_says_both_kinds() -> None:
    """Two kinds are two findings; the same kind twice is one."""
    line = f"a {KINDS[0][2]} b {KINDS[15][2]} c {KINDS[17][2]}"
    codes = [one.message for one in read_runbook(f"# T\n\n{line}\n").findings if one.code == "WB801"]
    assert len(codes) == 2
    assert all(one.severity is Level.ERROR for one in read_runbook(line).findings if one.code == "WB801")


def test_a_private_key_is_hidden_with_its_body() -> None:
    """Of a key that stands over several lines nothing but the frame is shown; the lines stay where they are."""
    body = "\n".join(made(_ALL, 64, str(number)) for number in range(5))
    text = f"a\n-----BEGIN EC PRIVATE {'KEY'}-----\n{body}\n-----END EC PRIVATE {'KEY'}-----\nb"
    hidden = hide_secrets(text)
    assert hidden.count("\n") == text.count("\n")
    assert not any(line in hidden for line in body.split("\n"))
    assert hidden.startswith("a\n") and hidden.endswith("\nb")


def test_the_form_of_a_key_without_a_key_is_no_secret() -> None:
    """Dots between the lines that frame a key are a gap."""
    text = f"# T\n\n```\n-----BEGIN PRIVATE {'KEY'}-----\n...\n-----END PRIVATE {'KEY'}-----\n```\n"
    assert not [one for one in read_runbook(text).findings if one.code == "WB801"]


def test_hidden_text_can_keep_its_columns() -> None:
    """With `keep_length` what follows the secret stays in its column."""
    line = KINDS[0][1].format(KINDS[0][2]) + " # rotate it"
    assert hide_secrets(line, keep_length=True).index("# rotate") == line.index("# rotate")
    assert len(hide_secrets(line)) < len(line)


def test_hiding_twice_changes_nothing() -> None:
    """What is hidden holds no secret any more."""
    for _name, line, secret in KINDS:
        once = hide_secrets(line.format(secret))
        assert hide_secrets(once) == once


def test_the_library_is_asked_only_about_what_looks_like_a_credential() -> None:
    """A document of prose, commands and fields is read without importing the library."""
    script = (
        "import sys\nfrom watchbook.reading import read_runbook\n"
        "read_runbook('# T\\n\\npassword: $PW\\n\\n```\\ncurl -u $USER:$PW https://x\\nkubectl get pods\\n```\\n')\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('detect_secrets', 'requests')))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.replace("'", '"')) == []


def test_the_library_finds_what_our_own_shapes_do_not_know() -> None:
    """Kinds without a shape of their own come from the library."""
    for name in ("Mailchimp", "Square", "Artifactory"):
        (line, secret) = next((line, secret) for kind, line, secret in KINDS if kind == name)
        assert name in secrets_in(line.format(secret))[0][2]


_NASTY = [
    "a-", "password ", "password: a-", "curl -u ", "aws secret ", "token=", "secret key ", "eyJa.", "://a:", "mysql -p",
    "a_password_", "xoxb-1-", "basic aaaa", "| password ", "login: a/", "pagerduty ", '"auth":"', "--a-", "sk-proj-",
]  # fmt: skip


@pytest.mark.parametrize("piece", _NASTY)
def test_a_long_line_takes_linear_time(piece: str) -> None:
    """A line of 20,000 characters that begins a pattern again and again is read in well under a second."""
    line = (piece * (19_900 // len(piece) + 1))[:19_900]
    began = time.process_time()
    secrets_in(line)
    assert time.process_time() - began < 0.5
