"""`okra digest`: read the digest, or send it now."""

from pathlib import Path

from rich.markdown import Markdown

from connectors.lake.atomic_files import replace
from pipelines.commands.console import Output
from pipelines.settings import Settings
from pipelines.steps.digest import NoChannelError, channels, read_digest, send_over


def show(
    settings: Settings, output: Output, owner: str = "", form: str = "", file: Path | None = None
) -> None:
    """The digest of the latest day, as it would be sent; in a `form`, as it is written, to a `file` if one is given."""
    digest = read_digest(settings, owner=owner)
    if form or file:
        written = {"html": digest.html, "markdown": digest.markdown, "text": digest.text}
        content = written[form or "text"]
        if file:
            replace(file, lambda temporary: temporary.write_text(content, "utf-8"))
        else:
            output.out.print(content, markup=False, highlight=False, soft_wrap=True)
        return
    names = [channel.name for channel in channels(settings)]
    if output.as_json:
        output.json({"title": digest.title, "text": digest.markdown, "channels": names})
        return
    output.out.print(digest.title, style="bold", markup=False, highlight=False)
    output.out.print(Markdown(digest.markdown))
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
    with output.err.status(f"Sending to {len(configured)} channels ..."):
        deliveries = [send_over(settings, channel) for channel in configured]
    for delivery in deliveries:
        line = f"{delivery.channel}: {delivery.outcome}"
        if delivery.message:
            output.warn(f"{line}: {delivery.message}")
        else:
            output.note(line)
    return all(delivery.outcome == "delivered" for delivery in deliveries)
