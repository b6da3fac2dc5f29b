"""What commands print of names from outside."""

from io import StringIO

from rich.table import Table

from pipelines.commands.console import Output, SafeConsole

HOSTILE = "kim\x1b]0;owned\x07\x1b[31m\u202edeals\r\x9b2J"


def test_a_name_does_not_steer_the_terminal() -> None:
    paper = StringIO()
    console = SafeConsole(file=paper, width=80, force_terminal=True, color_system="truecolor")
    table = Table("Name")
    table.add_row(HOSTILE.replace("[", r"\["))
    console.print(table)
    Output(console, console).warn(HOSTILE)
    printed = paper.getvalue()
    for code in ("\x1b]0", "\x07", "\u202e", "\r", "\x9b"):
        assert code not in printed
    assert "kim]0;owned[31mdeals2J" in printed
    assert "\x1b[31m" in printed, "the red of the warning itself stays"
    assert "31mkim]0;owned[31mdeals2J" in printed
