# SPDX-License-Identifier: Apache-2.0
"""What a page looks like to those who do not see it, or see it small."""

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def faults(page: Page) -> list[str]:
    """What axe finds, as rule and place. Evaluated by the driver, since the page's own policy lets no foreign script in."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", RULES)
    return [
        f"{v['id']}: {n['target']} {n['any'][:1]}"
        for v in found["violations"]
        for n in v["nodes"]
        if not (v["id"] == "target-size" and _is_large_when_scrolled_to(page, n["target"][0]))
    ]


def _is_large_when_scrolled_to(page: Page, target: str) -> bool:
    """Whether what the lower edge of the screen cuts off is large enough once it is scrolled to (WCAG 2.5.8 asks no more)."""
    page.locator(target).evaluate("one => one.scrollIntoView({block: 'center'})")
    again = page.evaluate("target => axe.run(target, {runOnly: {type: 'rule', values: ['target-size']}})", target)
    return not again["violations"]


def sticking_out(page: Page) -> list[str]:
    """What reaches beyond the right edge of the window, unless it lies in something that scrolls by itself; empty when the
    page need not be scrolled sideways."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *, header *")]
        .filter(one => one.getBoundingClientRect().right > innerWidth && !one.closest(".scroll, nav"))
        .map(one => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""
    )
    return found
