"""What detect-secrets knows beside our own shapes: its detectors, asked about one piece of a line.

Called by `reading.secrets` for the few pieces of text that look like a credential; the library is imported then, and
only then (about 90 ms, most of it `requests`, which its detectors import for checking a credential with its issuer).
Nothing but `analyze_string` is called: it is a search for patterns, and reads, asks and starts nothing. Detectors that
guess by entropy or by keyword are left out (docs/decisions/secrets-by-shape.md).
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Protocol

_DETECTORS = (
    ("artifactory", "ArtifactoryDetector", "an Artifactory credential"),
    ("aws", "AWSKeyDetector", "an AWS key"),
    ("cloudant", "CloudantDetector", "a Cloudant credential"),
    ("discord", "DiscordBotTokenDetector", "a Discord token"),
    ("github_token", "GitHubTokenDetector", "a GitHub token"),
    ("ibm_cloud_iam", "IbmCloudIamDetector", "an IBM Cloud key"),
    ("ibm_cos_hmac", "IbmCosHmacDetector", "an IBM Cloud storage key"),
    ("jwt", "JwtTokenDetector", "a signed token"),
    ("mailchimp", "MailchimpDetector", "a Mailchimp key"),
    ("npm", "NpmDetector", "an npm token"),
    ("sendgrid", "SendGridDetector", "a SendGrid key"),
    ("slack", "SlackDetector", "a Slack token or webhook"),
    ("softlayer", "SoftlayerDetector", "a SoftLayer credential"),
    ("square_oauth", "SquareOAuthDetector", "a Square secret"),
    ("stripe", "StripeDetector", "a Stripe key"),
    ("twilio", "TwilioKeyDetector", "a Twilio key"),
)


class Detector(Protocol):
    """The part of the library's plugins that is used."""

    def analyze_string(self, string: str) -> Iterator[str]: ...


@lru_cache(maxsize=1)
def detectors() -> tuple[tuple[Detector, str], ...]:
    """Each detector with what its finding says, made once."""
    return tuple(
        (getattr(import_module(f"detect_secrets.plugins.{module}"), name)(), said)
        for module, name, said in _DETECTORS
    )


def find_known(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and kind of every credential that the library sees in the text."""
    for detector, said in detectors():
        for value in detector.analyze_string(text):
            start = text.find(value) if value else -1
            if start >= 0:
                yield start, start + len(value), said
