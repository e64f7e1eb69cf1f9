"""Every page of the lab in a real Chromium: nothing from outside, no script error, fits a phone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.lab.comparison.compare import compare
from mien.lab.comparison.comparison_page import write_comparison
from mien.lab.data.audit.audit import audit_faces
from mien.lab.data.audit.audit_page import write_audit
from mien.lab.evaluation.subject import ModelSubject, RunSubject
from mien.lab.explain.explain import explain_run
from mien.lab.explain.explanation_page import write_explanation
from mien.lab.explain.shown import rows_to_show
from mien.lab.report.report import make_report
from mien.lab.report.report_page import write_report
from mien.lab.training.run import Run

PAGES = ("audit", "report", "explain", "compare")


@pytest.fixture(scope="module")
def pages(finished, exported, faces, as_seed, tmp_path_factory) -> dict[str, Path]:
    import shutil

    folder = tmp_path_factory.mktemp("pages")
    subject = RunSubject(finished)
    shown = rows_to_show(subject, faces, faces.rows("PublicTest"))[:2]
    other = folder / "tiny-s9"
    shutil.copytree(finished.folder, other)
    as_seed(Run(other), 9)
    report = make_report(ModelSubject(exported[0], folder / "evaluation"), faces)
    write_audit(audit_faces(faces), faces, folder / "audit")
    write_report(report, faces, folder / "report", "mien report MODEL")
    write_explanation(explain_run(subject, faces, shown), folder / "explain")
    write_comparison(compare([finished.folder, other], speed=False), folder / "compare")
    return {name: folder / name / f"{name}.html" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_a_page_stands_on_its_own(chromium, pages, tmp_path, name, width, scheme):
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.goto(pages[name].as_uri())
    page.wait_for_load_state("networkidle")
    outside = [url for url in asked if not url.startswith(("data:", pages[name].as_uri()))]
    assert outside == []
    assert errors == []
    broken = "images => images.filter(one => !one.complete || !one.naturalWidth).length"
    assert page.eval_on_selector_all("img", broken) == 0
    assert page.eval_on_selector_all("img", "images => images.filter(one => !one.alt).length") == 0
    assert page.eval_on_selector_all("script", "found => found.length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # What is linked to inside the page is there.
    for target in page.eval_on_selector_all("a[href^='#']", "all => all.map(a => a.hash)"):
        assert page.query_selector(f"[id='{target[1:]}']") is not None, target
    ids = page.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))
    screenshot = tmp_path / "page.png"
    page.screenshot(path=screenshot)
    assert screenshot.stat().st_size > 10_000
    page.close()


def test_a_report_is_not_a_mile_long_and_is_whole_on_paper(chromium, pages):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(pages["report"].as_uri())
    assert page.evaluate("document.documentElement.scrollHeight") < 10 * 900
    inside = ".fold:not([open]) > :not(summary)"
    seen = f"[...document.querySelectorAll('{inside}')].every(one => one.checkVisibility({{contentVisibilityAuto: true}}) && one.getBoundingClientRect().height)"  # noqa: E501
    assert page.query_selector(inside) is not None
    assert not page.evaluate(seen)
    page.emulate_media(media="print")
    assert page.evaluate(seen)
    page.emulate_media(media="screen")
    page.focus(".fold summary")
    page.keyboard.press("Enter")
    assert page.eval_on_selector(".fold", "fold => fold.open")
    page.close()
