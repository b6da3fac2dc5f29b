"""What a person said of a key result, in words."""

from datetime import date

from pipelines.publishing.language.language import Language
from pipelines.publishing.published import Row


def check_in(row: Row, language: Language, today: date) -> str:
    """`ana@example.com, Nov 20: 80% sure. The large order is signed. Decided: Keep the target.`"""
    day = language.day(row["day"], today=today)
    words = []
    if row["confidence"] is not None:
        words.append(language.text("check_in.sure", confidence=language.share(row["confidence"])))
    if row["note"]:
        words.append(_sentence(row["note"]))
    if row["decision"]:
        words.append(language.text("check_in.decided", decision=_sentence(row["decision"])))
    who = f"{row['person']}, {day}" if row["person"] else day
    read_on = row.get("read_on")  # not in files that were published before it was kept
    if read_on is not None and read_on < today:
        words.append(language.text("check_in.read_on", day=language.day(read_on, today=today)))
    return f"{who}: {' '.join(words)}"


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
