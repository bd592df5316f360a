"""Makes the channels that the wiring names. Called by `app.watchbook` at start; it sends nothing."""

from watchbook.app.wiring import ChannelWiring, Secret, Wiring
from watchbook.world.channels.console import ConsoleChannel
from watchbook.world.channels.webhook import WebhookChannel, WebhookSettings
from watchbook.world.ports import Channel


def channels_of(wiring: Wiring) -> dict[str, Channel]:
    """Channels by wired name. Raises DocumentError for a secret that cannot be had or an address that is none."""
    return {name: _channel(one) for name, one in wiring.channels.items()}


def _channel(one: ChannelWiring) -> Channel:
    if one.kind == "console":
        return ConsoleChannel(one.name)
    url = one.url.value() if isinstance(one.url, Secret) else one.url
    secret = one.secret.value() if one.secret else ""
    return WebhookChannel(one.name, WebhookSettings(url, secret, one.timeout_s))
