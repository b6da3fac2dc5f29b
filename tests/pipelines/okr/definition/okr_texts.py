"""Texts of OKR files."""


def with_key_result(*lines: str, head: str = "period: 2026") -> str:
    """A file with the one objective `o`, whose one key result `kr` has these lines. `head` is said of the objective."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"objective: O\nid: o\n{head}\nkey_results:\n  - id: kr\n{body}"
