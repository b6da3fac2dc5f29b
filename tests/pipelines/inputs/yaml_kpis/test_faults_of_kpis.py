"""What can be wrong with KPIs of `kpis/*.yml`: each fault with its line and remedy, and the sound KPIs stay."""

import pytest

from tests.pipelines.inputs.yaml_kpis.conftest import SOUND

BARE = "defaults: {owner: a@b.example, direction: up, kind: flow, unit: money}\n"


@pytest.mark.parametrize(("entry", "said"), [
    # where it comes from
    ("x: {value: sum(net), from: shops.orders}", "there is no source `shops`; did you mean `shop`"),
    ("x: {value: sum(net), from: fct_nothing}", "there is no model `fct_nothing`; name a stream such as"),
    # its day and its dimensions
    ("x: {value: sum(net), dimensions: [nett]}", "`nett` is no column of shop.orders; did you mean `net`"),
    ("x: {value: sum(net), dimensions: [account]}", "`account` is a dimension by itself where accounts have names"),
    # what does not add up
    ("x: {value: sum(net), kind: distinct, unit: orders}", "`value: sum(net)` counts nothing distinct; write"),
    ("x: {value: count(distinct net), unit: orders}", "counts a net once a day, and its days are added up; write"),
    ("x: {value: sum(net) / count(*)}", "`value: sum(net) / count(*)` divides money, which is not exact; divide"),
    # its form
    ("x: {kind: ratio, numerator: sum(net)}", "a ratio without `denominator`; write `denominator: count(*)`"),
    ("x: {kind: flow}", "a flow without `value`; write `value: sum(net)`"),
    ("x: {kind: flow, value: sum(net), numerator: sum(net)}", "`numerator` of a flow; write `value:`, or another"),
    ("x: [sum(net)]", "declares nothing; write where it comes from"),
    ("X-1: {value: sum(net)}", "`X-1` is no name of a KPI; "),
])  # fmt: skip
def test_a_fault_of_a_kpi_over_a_stream_is_told_on_its_line(read, entry: str, said: str) -> None:
    declared = read(shop=SOUND + entry)
    [fault] = declared.faults
    assert (fault.file, fault.line) == ("kpis/shop.yml", 3)
    assert said in str(fault)
    assert [*declared.kpis] == ["net_sales"]


@pytest.mark.parametrize(("keys", "said"), [
    ("connection: ledgers, query: select 1 where :from < :to", "there is no source `ledgers`; did you mean `ledger`"),
    ("connection: ledger, plan: true, query: select x as value from t where day between :from and :to",
     "`plan: true` of a query, which is not asked for days to come; declare its rows"),
    ("connection: ledger, query: select day from t", "the query does not say which days it is of; write a condition"),
    ("restates_days: 3",
     "no word on its figures; write one of `from: shop.orders`, `connection: warehouse` with `query:`, `sheet:"),
    ("connection: ledger, kind: distinct, query: select day from t where day between :from and :to",
     "a query by day cannot say how many different there are in a month; declare the rows"),
    ("connection: ledger, query: 'select {{ x }} from t where day between :from and :to'", "Jinja in the query; write"),
])  # fmt: skip
def test_a_fault_of_a_query_is_told_on_its_line(read, keys: str, said: str) -> None:
    declared = read(ledger=f"{BARE}x: {{{keys}}}\n", shop=SOUND)
    [fault] = declared.faults
    assert (fault.file, fault.line) == ("kpis/ledger.yml", 2)
    assert said in str(fault)
    assert [*declared.kpis] == ["net_sales"]


@pytest.mark.parametrize(("entries", "said"), [
    ("x: {expr: net_sales * 2}", ["`net_sales * 2` is no KPI and no sum of KPIs; write names of KPIs with"]),
    ("x: {expr: net_sale + net_sales}", ["there is no KPI `net_sale`; did you mean `net_sales`"]),
    ("x: {expr: y - net_sales}\ny: {expr: net_sales - x}", ["it is worked out from itself: ", "`y` is broken"]),
    ("x: {expr: net_sales / net_sales, unit: money}", ["an amount divided by an amount is no money; write"]),
    ("x: {expr: net_sales - net_sales, kind: stock}", ["`kind: stock` of what is a kind of flow; leave `kind` out"]),
    ("x: {expr: net_sales + net_sales, dimensions: [id]}", ["`id` is no dimension of all its parts; leave it out"]),
    ("x: {expr: y + net_sales}\ny: {from: shop.orders, kind: flow, unit: money, day: ordered_at}",
     ["`y` is broken; correct it in kpis/margins.yml", "a flow without `value`"]),
])  # fmt: skip
def test_a_fault_of_an_expression_is_told_of_each_kpi(read, entries: str, said: list[str]) -> None:
    defaults = "defaults: {owner: a@b.example, direction: up}\n"
    declared = read(margins=f"{defaults}{entries}\n", shop=SOUND)
    told = sorted(str(fault) for fault in declared.faults)
    assert len(told) == len(said)
    for words in said:
        assert any(words in sentence for sentence in told), told
    assert [*declared.kpis] == ["net_sales"]


def test_a_kpi_of_a_sheet_names_one_that_there_is(read) -> None:
    declared = read(sheets=f"{BARE}costs: {{sheet: finance}}\n")
    [fault] = declared.faults
    assert "there is no sheet `finance`; the sheets of sources.yml: spreadsheet" in str(fault)
    assert not declared.kpis


def test_a_kpi_of_a_source_that_is_off_is_off_with_all_that_stands_on_it(read) -> None:
    won = f"{BARE}won: {{from: hubspot.deals, day: closed_at, value: sum(amount)}}\n"
    sums = "defaults: {owner: a@b.example, direction: up}\nall_in: {expr: net_sales + won}\n"
    declared = read(crm=won, shop=SOUND, sums=sums)
    assert not declared.faults
    off = {"won": frozenset({"hubspot"}), "all_in": frozenset({"hubspot"})}
    assert {**declared.off}.items() >= off.items()
    assert [*declared.kpis] == ["net_sales"]


def test_a_kpi_may_be_worked_out_from_one_that_is_declared_below_it(read) -> None:
    entries = "twice: {expr: again + net_sales}\nagain: {expr: net_sales}\nthrice: {expr: twice + again}\n"
    sums = f"defaults: {{owner: a@b.example, direction: up}}\n{entries}"
    declared = read(sums=sums, shop=SOUND)
    assert not declared.faults
    assert {*declared.kpis} == {"net_sales", "again", "twice", "thrice"}


def test_a_name_that_is_declared_twice_is_told_and_the_first_counts(read) -> None:
    declared = read(a=SOUND, b=SOUND)
    assert [str(fault) for fault in declared.faults] == [
        "kpis/b.yml:2: `net_sales`: declared twice; keep one of them; the other is in kpis/a.yml:2"
    ]
    assert [*declared.kpis] == ["net_sales"]


@pytest.mark.parametrize(("text", "said"), [
    ("- x\n- y\n", "kpis/a.yml:1: not a mapping of KPIs; write `name:` and its keys below"),
    ("defaults: all\nx: {value: sum(net)}\n", "kpis/a.yml:1: `defaults` is no mapping; write keys of KPIs below it"),
    ("x: {value: [\n", "kpis/a.yml:2: "),
])  # fmt: skip
def test_a_file_that_declares_no_kpis_is_told_and_the_others_are_read(
    read, text: str, said: str
) -> None:
    declared = read(a=text, shop=SOUND)
    assert any(str(fault).startswith(said) for fault in declared.faults), declared.faults
    assert "net_sales" in declared.kpis
