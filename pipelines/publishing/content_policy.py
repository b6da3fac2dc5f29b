"""What a page of ours may load and run: its own style and its own script, each known by its hash, and nothing else."""

import base64
import hashlib


def content_policy(style: str, script: str = "") -> str:
    """The content security policy of a page with this style and this script."""
    sources = {"default-src": "'none'", "style-src": _hash(style)}
    if script:
        sources["script-src"] = _hash(script)
    sources |= {"base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(f"{name} {value}" for name, value in sources.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
