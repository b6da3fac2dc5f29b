"""A file that is broken takes down only what it declares: every other KPI and OKR file is read as before."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.inputs.day import Day
from pipelines.inputs.kpi_files import declared_kpis, read_kpis
from pipelines.okr.definition.loading import load
from pipelines.okr.kpi.facts import DayFact, KpiFacts
from pipelines.okr.kpi.series import index_facts
from pipelines.okr.scoring import wording
from pipelines.okr.scoring.evidence import Evidence
from pipelines.okr.scoring.scoring import score
from pipelines.settings import Settings
from tests.projects import project_of_kpis

GOOD = """\
version: 2
models:
  - name: kpi_{name}
    description: How many there are.
    config:
      meta:
        kpi:
          kind: flow
          unit: parcels
          direction: up
          owner: ops@example.com
          dimensions: [team]
"""
OBJECTIVE = """\
objective: Send more
id: {id}
period: 2026-11
key_results:
  - id: parcels
    kpi: {kpi}
    at_least: 100
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sound KPIs, `sent` and `opened`."""
    for name in ("sent", "opened"):
        kpi(tmp_path, name, GOOD.format(name=name).encode())
    return tmp_path


def kpi(folder: Path, name: str, yaml: bytes | None, sql: bytes = b"select 1") -> Path:
    (folder / f"kpi_{name}.sql").write_bytes(sql)
    if yaml is not None:
        (folder / f"kpi_{name}.yml").write_bytes(yaml)
    return folder / f"kpi_{name}.yml"


def changed(old: str, new: str) -> bytes:
    text = GOOD.format(name="it")
    assert old in text
    return text.replace(old, new).encode()


def bomb() -> bytes:
    lines = ["a: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"b{n}: &l{n} [" + ", ".join([f"*l{n - 1}"] * 10) + "]" for n in range(1, 9)]
    return "\n".join(lines).encode()


BROKEN = {
    "not YAML": (b"models: [", "1: not YAML"),
    "cut short": (GOOD.format(name="it").encode()[:-3], ": not YAML"),
    "an indent too few": (changed("          kind:", "         kind:"), "9: not YAML"),
    "a tab": (changed("          unit:", "\tunit:"), "9: not YAML: a tab before the text; indent with spaces"),
    "Latin-1": (changed("How many", "Café: how many").decode().encode("latin-1"),
                "4: not UTF-8: the byte 0xe9; save the file in UTF-8"),
    "UTF-16": (GOOD.format(name="it").encode("utf-16"), "1: the file is in UTF-16; save the file in UTF-8"),
    "a NUL": (changed("flow", "fl\0w"), "8: not YAML: the character 0x00"),
    "an escape code": (changed("How many", '"\\e[31mHow many').replace(b"are.", b'are."'),
                       "4: a text with the character 0x1b; remove it; it cannot be seen"),
    "half a character": (changed("parcels", '"\\ud800"'), "9: a text with the character 0xd800; remove it"),
    "empty": (b"", "1: describes no model kpi_it; write `- name: kpi_it`"),
    "a comment alone": (b"# later\n", "1: describes no model kpi_it"),
    "a list where a mapping belongs": (b"- name: kpi_it\n", "1: describes no model kpi_it"),
    "a list of KPIs": (changed("        kpi:\n          kind:", "        kpi:\n          - kind:").replace(
        b"          unit", b"            unit").replace(b"          dir", b"            dir").replace(
        b"          own", b"            own").replace(b"          dim", b"            dim"),
        "7: no `config.meta.kpi`; add kind, unit, direction and owner below it"),
    "models is a text": (b"models: kpi_it\n", "1: describes no model kpi_it"),
    "another model": (changed("kpi_it", "kpi_its"), "2: describes no model kpi_it"),
    "the model twice": (
        GOOD.format(name="it").encode() + b"  - name: kpi_it\n",
        "13: describes the model kpi_it twice; keep one of them",
    ),
    "no meta": (b"models:\n  - name: kpi_it\n    config:\n      meta:\n", "4: no `config.meta.kpi`"),
    "a key twice": (changed("unit: parcels", "unit: parcels\n          unit: letters"),
                    "10: `unit` is given twice; keep one of them"),
    "a second document": (GOOD.format(name="it").encode() + b"---\na: b\n", "13: a second document"),
    "keys from elsewhere": (changed("kind: flow", "<<: {kind: flow}"), "8: `<<` takes keys from elsewhere"),
    "a bomb": (bomb(), "too large or too deep"),
    "a circle of aliases": (b"a: &a [*a]\n", "too large or too deep"),
    "nested too deep": (b"[" * 5000, "1: brackets or lines are nested too deep"),
    "a foreign tag": (changed("flow", "!!python/name:os.system x"), "8: the tag"),
    "no kind": (changed("          kind: flow\n", ""), "7: no `kind`; add it such as `kind: flow`"),
    "an empty kind": (changed("kind: flow", "kind:"), "8: `kind` has no value; write one, or leave"),
    "a kind that is none": (changed("flow", "flw"), "8: `kind: flw` is not known; write one of 'flow'"),
    "a kind that is a list": (changed("flow", "[flow]"), "8: `kind: ['flow']` is not known"),
    "a direction that is none": (changed("up", "upwards"), "10: `direction: upwards` is not known"),
    "a unit that is a mapping": (changed("parcels", "{a: b}"), "9: `unit` is a mapping, and takes one text"),
    "no owner": (changed("ops@example.com", ""), "11: `owner` has no value; write one"),
    "dimensions in words": (changed("[team]", "team"), "12: `dimensions` is `team`, not a valid list"),
    "a dimension that is a mapping": (changed("[team]", "[{team: 1}]"), "12: "),
    "a dimension with a blank": (changed("[team]", "[Sales team]"),
                                 "12: `Sales team` is no name of a dimension; write lower-case letters"),
    "a dimension twice": (changed("[team]", "[team, team]"), "12: the dimension `team` is given twice"),
    "a dimension called total": (changed("[team]", "[total]"), "12: no dimension can be called `total`; rename"),
    "a precision in words": (changed("owner:", "precision: two\n          owner:"), "11: `precision` is `two`"),
    "a negative precision": (changed("owner:", "precision: -1\n          owner:"), "11: `precision` is `-1`"),
    "half a decimal": (changed("owner:", "precision: 1.5\n          owner:"), "11: `precision` is `1.5`"),
    "a misspelt key": (changed("dimensions:", "dimension:"),
                       "12: unknown key `dimension`; did you mean `dimensions`?"),
    "every fortnight": (changed("owner:", "every: fortnight\n          owner:"), "11: `every: fortnight`"),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_kpi_file_is_one_fault_and_every_other_kpi_is_read(
    folder: Path, broken: str
) -> None:
    content, told = BROKEN[broken]
    file = kpi(folder, "it", content)
    declared = read_kpis(project_of_kpis(folder), folder / "sheet_kpis.yml")
    [fault] = declared.faults
    assert told in str(fault).replace("`it`: ", "")
    assert str(fault).startswith(f"{file}:")
    assert declared.kpis.keys() == {"sent", "opened"}
    assert declared.broken == {"it": str(file)}


def test_the_fault_of_a_declaration_names_the_kpi(folder: Path) -> None:
    file = kpi(folder, "it", changed("flow", "flw"))
    [fault] = read_kpis(project_of_kpis(folder), folder / "none.yml").faults
    assert str(fault) == (
        f"{file}:8: `it`: `kind: flw` is not known; write one of 'flow', 'stock', 'ratio' or 'distinct'"
    )


def test_a_kpi_without_yaml_or_with_sql_in_another_encoding_is_a_fault(folder: Path) -> None:
    lonely = kpi(folder, "lonely", None)
    latin = kpi(folder, "latin", GOOD.format(name="latin").encode(), "-- é".encode("latin-1"))
    named = kpi(folder, "Named-So", GOOD.format(name="Named-So").encode())
    declared = read_kpis(project_of_kpis(folder), folder / "sheet_kpis.yml")
    sql = latin.with_suffix(".sql")
    assert [str(fault) for fault in declared.faults] == sorted([
        f"{lonely}:1: the file is missing; describe the KPI (kind, unit, direction, owner) beside its SQL",
        f"{sql}:1: not UTF-8: the byte 0xe9; save the file in UTF-8",
        f"{named.with_suffix('.sql')}:1: `Named-So` is no name of a KPI; write lower-case letters, digits and "
        "_ only, a letter first, in both files",
    ])  # fmt: skip
    assert declared.kpis.keys() == {"sent", "opened"}


def test_files_that_only_look_like_a_kpi_are_told(folder: Path) -> None:
    (folder / "kpi_orphan.yml").write_text(GOOD.format(name="orphan"))
    (folder / "sales").mkdir()
    kpi(folder / "sales", "hidden", GOOD.format(name="hidden").encode())
    kpi(folder, "renamed", None).with_suffix(".yaml").write_text(GOOD.format(name="renamed"))
    (folder / "kpi_folder.sql").write_text("select 1")
    (folder / "kpi_folder.yml").mkdir()
    declared = read_kpis(project_of_kpis(folder), folder / "none.yml")
    assert declared.broken.keys() == {"folder", "orphan", "renamed", "hidden"}
    assert [str(fault).removeprefix(f"{folder}/") for fault in declared.faults] == [
        "kpi_folder.yml:1: cannot be opened (is a directory); make it a file that Okra may read, or remove it",
        "kpi_orphan.yml:1: kpi_orphan.sql is missing; write the SQL of this KPI",
        "kpi_renamed.yml:1: the file is missing; rename kpi_renamed.yaml",
        "sales/kpi_hidden.sql:1: a KPI in a folder of its own is not read; move it and its YAML to models/kpis",
    ]  # fmt: skip


def test_a_broken_kpi_of_a_sheet_takes_down_no_other_of_its_file(folder: Path) -> None:
    sheet = folder / "sheet_kpis.yml"
    sound = "  unit: people\n  direction: up\n  owner: o\n"
    sheet.write_text(f"good:\n  kind: stock\n{sound}bad:\n  kind: stok\n{sound}")
    declared = read_kpis(project_of_kpis(folder), sheet)
    assert declared.kpis.keys() == {"sent", "opened", "good"}
    assert declared.broken == {"bad": str(sheet)}
    [fault] = declared.faults
    assert str(fault).startswith(f"{sheet}:7: `bad`: `kind: stok` is not known")


@pytest.mark.parametrize(
    "content", ["good:\n  kind: 'stock\n", "good:\n\tkind: stock\n", "good:\n# é\n"]
)
def test_a_key_result_says_that_its_kpi_is_broken_and_the_others_of_its_objective_are_scored(
    folder: Path, content: str
) -> None:
    sheet = folder / "sheet_kpis.yml"
    sheet.write_bytes(content.encode("latin-1"))
    declared = read_kpis(project_of_kpis(folder), sheet)
    assert declared.kpis.keys() == {"sent", "opened"}
    text = OBJECTIVE.format(id="more", kpi="good") + "  - {id: sent, kpi: sent, at_least: 30}\n"
    loaded = load({"more.yml": text}, declared.kpis, broken_kpis=declared.broken)
    assert loaded.faults == (), "the fault is told once, of the KPI's own file"
    november = [date(2026, 11, 1) + timedelta(n) for n in range(30)]
    sent = KpiFacts(declared.kpis["sent"], [DayFact(day, {}, Decimal(1)) for day in november],
                    frozenset(november), november[-1])  # fmt: skip
    said = {name: wording.broken_kpi(name, file) for name, file in declared.broken.items()}
    scored = score(loaded.objectives, Evidence(index_facts({"sent": sent}), date(2026, 12, 1),
                   faulty_kpis=said))  # fmt: skip
    broken, sound = scored.key_results
    assert (broken.status, broken.why) == ("no_data", f"Its KPI good is broken: see {sheet}.")
    assert (sound.status, sound.actual, sound.score) == ("achieved", 30, 1)
    [objective] = scored.objectives
    assert (objective.score, objective.coverage) == (1, Decimal("0.5"))


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("unknown KPI `god`; did you mean `good`?",) * 2,
        ("unknown KPI `x`; the KPIs are good", "unknown KPI `x`; the KPIs are good."),
    ],
)
def test_a_key_result_says_that_nothing_computes_its_kpi(what: str, why: str) -> None:
    assert wording.lacking_kpi(what) == f"It has no figures: {why}"


def test_a_name_that_is_close_to_a_broken_kpi_is_suggested(folder: Path) -> None:
    kpi(folder, "returned", b"")
    declared = read_kpis(project_of_kpis(folder), folder / "none.yml")
    text = OBJECTIVE.format(id="less", kpi="retuned")
    [fault] = load({"less.yml": text}, declared.kpis, broken_kpis=declared.broken).faults
    assert fault.what == "key result `parcels`: unknown KPI `retuned`"
    assert fault.remedy == "did you mean `returned`?"


UNREADABLE = {
    "Latin-1": (OBJECTIVE.format(id="it", kpi="units_sold") + "owner: André\n").encode("latin-1"),
    "UTF-16": OBJECTIVE.format(id="it", kpi="units_sold").encode("utf-16"),
    "empty": b"",
    "zeros": b"\0" * 64,
    "a tab": OBJECTIVE.format(id="it", kpi="units_sold").replace("    kpi", "\tkpi").encode(),
    "a picture": bytes(range(256)),
}


@pytest.mark.parametrize("broken", UNREADABLE)
def test_an_okr_file_that_cannot_be_read_is_its_own_fault_and_the_others_are_scored(
    tmp_path: Path, broken: str
) -> None:
    (tmp_path / "good.yml").write_text(OBJECTIVE.format(id="good", kpi="units_sold"))
    (tmp_path / "it.yml").write_bytes(UNREADABLE[broken])
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "gone.yml").symlink_to(tmp_path / "nowhere.yml")
    settings = Settings(_env_file=None, home=tmp_path, okr_definitions=tmp_path)
    loaded = Day(settings, date(2026, 11, 25)).loaded
    assert [objective.id for objective in loaded.objectives] == ["good"]
    assert [Path(fault.file).name for fault in loaded.faults] == [
        "folder.yml",
        "gone.yml",
        "it.yml",
    ]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "it.yml").write_text(
        OBJECTIVE.format(id="it", kpi="units_sold"), encoding="utf-8-sig"
    )
    settings = Settings(_env_file=None, home=tmp_path, okr_definitions=tmp_path)
    assert Day(settings, date(2026, 11, 25)).loaded.faults == ()


def test_the_faults_of_a_day_are_those_of_kpi_files_and_of_okr_files(tmp_path: Path) -> None:
    (tmp_path / "it.yml").write_text(OBJECTIVE.format(id="it", kpi="headcount"))
    sheet = tmp_path / "sheets" / "kpis.yml"
    sheet.parent.mkdir()
    sheet.write_text("headcount:\n  kind: stok\n  unit: people\n  direction: up\n  owner: o\n")
    settings = Settings(_env_file=None, home=tmp_path, okr_definitions=tmp_path, sheet_kpis=sheet)
    day = Day(settings, date(2026, 11, 25))
    assert [(Path(fault.file).name, fault.line) for fault in day.faults] == [("kpis.yml", 2)]
    assert [objective.id for objective in day.loaded.objectives] == ["it"]
    assert "net_revenue" in day.kpis


def test_a_file_of_sheet_kpis_that_is_named_and_missing_is_a_fault(tmp_path: Path) -> None:
    gone = tmp_path / "sheet_kpi.yml"
    [fault] = declared_kpis(Settings(_env_file=None, home=tmp_path, sheet_kpis=gone)).faults
    assert str(fault) == (
        f"{gone}:1: the file is missing; declare the KPIs of the sheets in it, or unset OKRA_SHEET_KPIS"
    )
