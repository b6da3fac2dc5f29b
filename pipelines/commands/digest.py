"""`okra digest`: read the digest, or send it now."""

from rich.markdown import Markdown

from pipelines.commands.view import View
from pipelines.settings import Settings
from pipelines.steps.digest import NoChannelError, channels, read_digest, send


def show(settings: Settings, view: View) -> None:
    """The digest of the latest day, as it would be sent."""
    digest = read_digest(settings)
    names = [channel.name for channel in channels(settings)]
    if view.as_json:
        view.json({"title": digest.title, "text": digest.text, "channels": names})
        return
    view.out.print(digest.title, style="bold", markup=False, highlight=False)
    view.out.print(Markdown(digest.text))
    view.note(f"Goes to {', '.join(names)}" if names else "Goes nowhere: OKRA_DIGEST is not set")


def send_now(settings: Settings, view: View) -> bool:
    """Send it over every channel, whether it is due or not. Returns whether all took it.

    Raises `NoChannelError` where none is set.
    """
    waiting = channels(settings)
    if not waiting:
        raise NoChannelError(
            "there is nowhere to send it; set OKRA_DIGEST to one or more Apprise URLs, separated by blanks"
        )
    digest = read_digest(settings)
    with view.err.status(f"Sending to {len(waiting)} channels ..."):
        done = [send(settings, digest, channel, "weekly") for channel in waiting]
    for one in done:
        (view.warn if one.message else view.note)(
            f"{one.channel}: {one.outcome}{f': {one.message}' if one.message else ''}"
        )
    return all(one.outcome == "delivered" for one in done)
