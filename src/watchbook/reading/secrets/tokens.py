"""The shapes of credentials that their issuers marked: a prefix, a length, a check that no word fulfils.

Called by `reading.secrets`. Data: what the kind is called, texts of which a line must hold one (lower case, so that
most lines are passed over without a pattern), and the pattern. The group `value`, where there is one, is the secret;
otherwise all that matched. Shapes are those that the issuers document; the kinds that only `library` knows are not here.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenShape:
    """One kind of credential. `said` completes "a line that seems to hold …"."""

    said: str
    literals: tuple[str, ...]
    pattern: "re.Pattern[str]"


def _shape(said: str, literals: str, pattern: str) -> TokenShape:
    return TokenShape(said, tuple(literals.split()), re.compile(pattern))


_HEX = "[0-9a-fA-F]"
_UUID = f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"

SHAPES = (
    # clouds
    _shape("an AWS access key", "akia asia", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    _shape("an AWS secret key", "secret",
           r"(?i:aws|secret)[\w ._-]{0,30}?(?i:secret)?[\w ._-]{0,20}?(?i:access)?[ ._-]?(?i:key)[*`\"']{0,3}\s{0,3}[:=|]"
           r"[>\s*`\"']{0,6}(?P<value>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])"),
    _shape("a Google API key", "aiza", r"\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])"),
    _shape("a Google OAuth secret", "gocspx-", r"\bGOCSPX-[0-9A-Za-z_-]{28}(?![0-9A-Za-z_-])"),
    _shape("a Google access token", "ya29.", r"\bya29\.[0-9A-Za-z_-]{20,}"),
    _shape("an Azure storage key", "accountkey sharedaccesskey",
           r"(?i:AccountKey|SharedAccessKey)=(?P<value>[A-Za-z0-9+/]{40,90}={0,2})"),
    _shape("an Azure client secret", "8q~ 7q~ 6q~ q~", r"(?<![\w~.-])(?P<value>[\w~.-]{3}\dQ~[\w~.-]{31,34})(?![\w~.-])"),
    _shape("an Azure shared access signature", "sig=", r"[?&;]sig=(?P<value>[A-Za-z0-9%+/_-]{43,}(?:%3[dD]|=)?)"),
    _shape("a DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", r"\bdo[opr]_v1_[0-9a-f]{64}\b"),
    _shape("an Alibaba Cloud key", "ltai", r"\bLTAI[0-9A-Za-z]{17,21}\b"),
    _shape("a Cloudflare key", "v1.0-", r"\bv1\.0-[0-9a-f]{24}-[0-9a-f]{146}\b"),
    _shape("a Fly.io token", "fm2_ fo1_", r"\b(?:fm2_[A-Za-z0-9+/=]{60,}|fo1_[\w-]{43})"),
    _shape("a Heroku key", "hrku-", r"\bHRKU-[\w-]{36,}"),
    _shape("a Databricks token", "dapi", r"\bdapi[0-9a-f]{32}(?:-\d)?\b"),
    _shape("a PlanetScale secret", "pscale_", r"\bpscale_(?:tkn|pw|oauth)_[\w.-]{32,}"),
    _shape("a Supabase key", "sbp_ sb_secret_", r"\b(?:sbp_[0-9a-f]{40}|sb_secret_[\w-]{20,})\b"),
    # code and packages
    _shape("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
           r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b"),
    _shape("a GitLab token", "glpat- gldt- glrt- glptt- glcbt- glagent- glsoat- glimt- glft- gloas-",
           r"\bgl(?:pat|dt|rt|ptt|cbt|agent|soat|imt|ft|oas)-[\w.-]{20,}"),
    _shape("a Bitbucket token", "atbb atctt", r"\b(?:ATBB[A-Za-z0-9]{24,}|ATCTT3[\w=-]{60,})"),
    _shape("an Atlassian token", "atatt", r"\bATATT3[\w=-]{60,}"),
    _shape("an npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _shape("a PyPI token", "pypi-", r"\bpypi-AgE[\w-]{50,}"),
    _shape("a RubyGems key", "rubygems_", r"\brubygems_[0-9a-f]{48}\b"),
    _shape("a NuGet key", "oy2", r"\boy2[a-z0-9]{43}\b"),
    _shape("a crates.io token", "cio", r"\bcio[A-Za-z0-9]{32}\b"),
    _shape("a Docker Hub token", "dckr_", r"\bdckr_(?:pat|oat)_[\w-]{27,}"),
    _shape("a Docker swarm token", "swmtkn-1", r"\bSWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}\b"),
    _shape("a CircleCI token", "ccipat_ ccipprj_", r"\bCCIP(?:AT|PRJ)_[\w-]{20,}"),
    _shape("a Buildkite token", "bkua_ bkct_", r"\bbk(?:ua|ct)_[0-9a-zA-Z]{32,}"),
    _shape("a Sonar token", "sqp_ squ_ sqa_", r"\bsq[pua]_[0-9a-f]{40}\b"),
    _shape("a Terraform Cloud token", ".atlasv1.", r"\b[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}"),
    _shape("a Pulumi token", "pul-", r"\bpul-[0-9a-f]{40}\b"),
    _shape("a Doppler token", "dp.", r"\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]+\.)?[A-Za-z0-9]{40,44}\b"),
    _shape("a Vault token", "hvs. hvb. hvr.", r"\bhv[sbr]\.[\w-]{24,}"),
    _shape("a 1Password token", "ops_eyj", r"\bops_eyJ[\w+/=-]{80,}"),
    _shape("an age key", "age-secret-key-", r"\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b"),
    # chat, mail and paging
    _shape("a Slack token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxc- xoxd- xapp-",
           r"\b(?:xox[abceoprsd]-(?:\d+-)?[A-Za-z0-9-]{10,}|xapp-\d-[A-Z0-9]+-\d+-[0-9a-f]{20,})"),
    _shape("a Slack webhook", "hooks.slack",
           r"hooks\.slack(?:-gov)?\.com/(?P<value>(?:services/T\w{6,}/B\w{6,}/\w{16,}|(?:workflows|triggers)/[A-Z0-9]{8,}/[\w/]{20,}))"),
    _shape("a Discord webhook", "/api/webhooks/",
           r"discord(?:app)?\.com/api/(?:v\d+/)?webhooks/(?P<value>\d{16,20}/[\w-]{60,})"),
    _shape("a Discord token", "discord bot", r"(?<![\w-])[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])"),
    _shape("a Teams webhook", "webhook.office.com logic.azure.com",
           rf"webhook\.office\.com/webhookb2/(?P<value>{_UUID}@{_UUID}/IncomingWebhook/[0-9a-f]{{32}}/{_UUID}[\w/-]*)"),
    _shape("a Google Chat webhook", "chat.googleapis.com",
           r"chat\.googleapis\.com/v1/spaces/[\w-]+/messages\?(?P<value>key=[\w-]{30,}&(?:amp;)?token=[\w%=-]{30,})"),
    _shape("a Mattermost or Rocket.Chat webhook", "/hooks/",
           r"https?://[\w.-]+(?::\d+)?/hooks/(?P<value>[a-z0-9]{26}|[A-Za-z0-9]{17}/[A-Za-z0-9]{40,})(?![\w/-])"),
    _shape("a Telegram bot token", ":aa", r"(?<![\w:])(?:bot)?(?P<value>\d{8,10}:AA[\w-]{33})(?![\w-])"),
    _shape("a SendGrid key", "sg.", r"\bSG\.[\w-]{16,32}\.[\w-]{16,64}"),
    _shape("a Mailgun key", "key- mailgun", r"\b(?:key-[0-9a-f]{32}|[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8})\b"),
    _shape("a Brevo key", "xkeysib- xsmtpsib-", r"\bx(?:key|smtp)sib-[0-9a-f]{64}-[A-Za-z0-9]{16}\b"),
    _shape("a Resend key", "re_", r"\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,24}\b"),
    _shape("an Opsgenie key", "geniekey", rf"(?i:GenieKey)\s+(?P<value>{_UUID})"),
    _shape("a PagerDuty key", "pagerduty pd_ token token= routing integration",
           r"(?i:token token=|pagerduty[\w ]{0,30}[:=]\s*|pd_[\w]{0,30}\s*[:=]\s*)[\"'`]?"
           r"(?P<value>[A-Za-z0-9+_-]{20}|[0-9a-f]{32})(?![\w+-])"),
    _shape("a Twilio key", "sk", r"\bSK[0-9a-f]{32}\b"),
    # watching
    _shape("a Grafana token", "glsa_ glc_ eyjrijoi",
           r"\b(?:glsa_[A-Za-z0-9]{32}_[0-9a-fA-F]{8}|glc_[A-Za-z0-9+/=]{32,}|eyJrIjoi[A-Za-z0-9+/=_-]{40,})"),
    _shape("a New Relic key", "nrak- nrjs- nrii- nraa- nral",
           r"\b(?:NRAK-[A-Z0-9]{27}|NRII-[\w-]{32}|NRAA-[0-9a-f]{27}|[0-9a-f]{36}NRAL)\b"),
    _shape("a Sentry token", "sntrys_ sntryu_", r"\bsntry[su]_[\w+/=-]{40,}"),
    _shape("a Dynatrace token", "dt0", r"\bdt0[a-zA-Z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b"),
    _shape("a Honeycomb key", "hcaik_ hcalk_ hcxik_", r"\bhc[abcx][il]k_[0-9a-z]{58}\b"),
    # money, shops, models, offices
    _shape("a Stripe key", "sk_live_ rk_live_", r"\b[sr]k_live_[0-9A-Za-z]{16,}"),
    _shape("a Stripe webhook secret", "whsec_", r"\bwhsec_[A-Za-z0-9+/]{32,}"),
    _shape("a Shopify token", "shpat_ shpss_ shpca_ shppa_", r"\bshp(?:at|ss|ca|pa)_[0-9a-fA-F]{32}\b"),
    _shape("an Adyen key", "aqe", r"\bAQE[a-z]hm[A-Za-z0-9+/=]{40,}-[A-Za-z0-9+/=]{20,}"),
    _shape("an OpenAI key", "sk-",
           r"\bsk-(?:proj-|svcacct-|admin-)?[\w-]{20,}T3BlbkFJ[\w-]{20,}"
           r"|\bsk-(?:proj|svcacct|admin)-[\w-]{40,}|\bsk-[A-Za-z0-9]{48}\b"),
    _shape("an Anthropic key", "sk-ant-", r"\bsk-ant-(?:api|admin|oat)\d{2}-[\w-]{40,}"),
    _shape("a Hugging Face token", "hf_", r"\bhf_[A-Za-z]{34,}\b"),
    _shape("an Airtable token", "pat", r"\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b"),
    _shape("a Linear key", "lin_api_", r"\blin_api_[A-Za-z0-9]{40}\b"),
    _shape("a Notion token", "ntn_ secret_", r"\b(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})\b"),
    _shape("a Postman key", "pmak-", r"\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}\b"),
    _shape("a Figma token", "figd_", r"\bfigd_[\w-]{40}"),
    # forms that many issuers share
    _shape("a signed token", "eyj", r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    _shape("a private key", "private",
           r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:(?:\\+n[A-Za-z0-9+/=]{4,})+|(?=\s*[\"',]{0,3}$))"),
    _shape("a private key", "ppk putty-user-key-file", r"^PuTTY-User-Key-File-\d: [\w-]+"),
    _shape("a private key", "ls0tls1crudjti", r"\bLS0tLS1CRUdJTi[A-Za-z0-9+/]{20,}={0,2}"),
)  # fmt: skip
