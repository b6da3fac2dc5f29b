"""What `okra init` finds in a person's own sheets."""

from pathlib import Path

import openpyxl
import pytest

from pipelines.commands.console import Output
from pipelines.commands.sheet_questions import kpis_in

CALLS = "kpi;date;value;numerator;denominator\ncalls;2026-11-02;5;;\nnps;2026-11-02;;3;9\n"


@pytest.mark.parametrize(
    "content", [CALLS, CALLS.replace(";", ","), "Figures\n\n" + CALLS.replace(";", "\t")]
)
def test_the_kpis_of_a_text_file_whatever_parts_its_cells(tmp_path: Path, content: str) -> None:
    (tmp_path / "own.csv").write_text(content)
    assert dict(kpis_in(str(tmp_path / "own.csv"), tmp_path, Output())) == {
        "calls": False,
        "nps": True,
    }


def test_the_kpis_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["kpi", "date", "value"], ["calls", None, 5]):
        book.active.append(row)
    book.save(tmp_path / "own.xlsx")
    assert dict(kpis_in(f"{tmp_path}/own.xlsx#Sheet", tmp_path, Output())) == {"calls": False}


@pytest.mark.parametrize(
    "content",
    [b"", b"kpi,date,gr\xf6\xdfe\n", b"\xd0\xcf\x11\xe0", b"a,b\n1,2\n", b'kpi,date,value\n"'],
)
def test_a_file_that_cannot_be_read_is_told_with_a_remedy(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "own.csv").write_bytes(content)
    assert list(kpis_in(str(tmp_path / "own.csv"), tmp_path, Output())) == []
    assert "own.csv" in "".join(capsys.readouterr())
