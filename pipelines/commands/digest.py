"""`okra digest`: read the digest, or send it now."""

from rich.markdown import Markdown

from pipelines.commands.console import Output
from pipelines.settings import Settings
from pipelines.steps.digest import NoChannelError, channels, read_digest, send


def show(settings: Settings, output: Output) -> None:
    """The digest of the latest day, as it would be sent."""
    digest = read_digest(settings)
    names = [channel.name for channel in channels(settings)]
    if output.as_json:
        output.json({"title": digest.title, "text": digest.text, "channels": names})
        return
    output.out.print(digest.title, style="bold", markup=False, highlight=False)
    output.out.print(Markdown(digest.text))
    output.note(f"Goes to {', '.join(names)}" if names else "Goes nowhere: OKRA_DIGEST is not set")


def send_now(settings: Settings, output: Output) -> bool:
    """Send it over every channel, whether it is due or not. Returns whether all delivered it.

    Raises `NoChannelError` where none is set.
    """
    configured = channels(settings)
    if not configured:
        raise NoChannelError(
            "there is nowhere to send it; set OKRA_DIGEST to one or more Apprise URLs, separated by blanks"
        )
    digest = read_digest(settings)
    with output.err.status(f"Sending to {len(configured)} channels ..."):
        deliveries = [send(settings, digest, channel, "weekly") for channel in configured]
    for delivery in deliveries:
        line = f"{delivery.channel}: {delivery.outcome}"
        if delivery.message:
            output.warn(f"{line}: {delivery.message}")
        else:
            output.note(line)
    return all(delivery.outcome == "delivered" for delivery in deliveries)
