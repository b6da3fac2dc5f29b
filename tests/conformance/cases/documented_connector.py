"""Parcelo, the source that docs/adding-a-connector.md makes up: the code on that page is the code that is tried.

The server and the case beside it are what `okra new connector parcelo --stream deliveries` writes.
"""

import re
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from pipelines.commands.scaffolding import connector

PAGE = Path(__file__).parents[3] / "docs/adding-a-connector.md"
WRITTEN = connector("parcelo", "deliveries").files


def code_on_the_page() -> str:
    """The one Python file that the page shows."""
    (code,) = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    return str(code)


def planted(name: str, code: str) -> ModuleType:
    """The module that `code` would be, were it in the project under that name."""
    module = ModuleType(name)
    exec(compile(code, name, "exec"), module.__dict__)
    sys.modules[name] = module
    return module


with patch.dict(sys.modules):  # only here: somebody may have followed the page word by word
    planted("connectors.parcelo", code_on_the_page())
    planted("connectors.sandbox.parcelo", WRITTEN["connectors/sandbox/parcelo.py"])
    CASE = planted("parcelo_case", WRITTEN["tests/conformance/cases/parcelo.py"]).CASE
