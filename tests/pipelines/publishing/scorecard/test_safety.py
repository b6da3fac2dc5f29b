"""What is hostile stays a text, and nothing runs but what is ours."""

import base64
import hashlib


def test_a_name_that_is_a_script_is_a_name(company):
    hostile = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
    company.objective(objective_id="evil", name=hostile, owner=hostile)
    company.key_result(objective_id="evil", key_result_id="evil/it", name=hostile, why=hostile)
    company.part(
        objective_id="evil", key_result_id="evil/it", member=hostile, score=1, status="on_track"
    )
    company.rows["key_results"][-1] = {**company.rows["key_results"][-1], "for_each": hostile}
    company.factors(5, [(hostile, 5)])
    pages = company.written()
    assert len(pages.scorecard.all("script")) == 1, "ours"
    assert pages.scorecard.all("img") == []
    assert pages.card("evil-it").one("h3").text == hostile
    assert (
        pages.card("evil-it").one("table", class_="members").one("tbody").one("th").text == hostile
    )


def test_a_kpi_whose_name_is_a_path_gets_no_page(company):
    company.kpi(kpi="../../evil")
    company.key_result(kpi="../../evil")
    pages = company.written()
    assert [path.name for path in (pages.home / "kpi").iterdir()] == ["revenue.html"]
    assert pages.card().one("dl", class_="source").all("a") == []


def test_nothing_but_the_pages_own_style_and_script_may_run(company):
    company.key_result()
    pages = company.written()
    policy = pages.scorecard.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes[
        "content"
    ]

    def named(element) -> str:
        digest = hashlib.sha256("".join(map(str, element.children)).encode()).digest()
        return f"'sha256-{base64.b64encode(digest).decode()}'"

    assert dict(rule.split(" ", 1) for rule in policy.split("; ")) == {
        "default-src": "'none'",
        "style-src": named(pages.scorecard.one("style")),
        "script-src": named(pages.scorecard.one("script")),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    everything = pages.scorecard.all()
    assert not [
        element for element in everything if {"style", "src", "onclick"} & element.attributes.keys()
    ]
    assert "://" not in pages.html, "no address outside"


def test_the_pages_of_kpis_run_no_script_at_all(company):
    page = company.written().kpi()
    policy = page.one("meta", **{"http-equiv": "Content-Security-Policy"}).attributes["content"]
    assert "script-src" not in policy
    assert page.all("script") == []
