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
    """Send it over every channel, whether it is due or not. Returns whether all took it.

    Raises `NoChannelError` where none is set.
    """
    waiting = channels(settings)
    if not waiting:
        raise NoChannelError(
            "there is nowhere to send it; set OKRA_DIGEST to one or more Apprise URLs, separated by blanks"
        )
    digest = read_digest(settings)
    with output.err.status(f"Sending to {len(waiting)} channels ..."):
        done = [send(settings, digest, channel, "weekly") for channel in waiting]
    for one in done:
        (output.warn if one.message else output.note)(
            f"{one.channel}: {one.outcome}{f': {one.message}' if one.message else ''}"
        )
    return all(one.outcome == "delivered" for one in done)
