"""What is looked at on every page that anybody opens in a story."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from e2e import words

# Text nodes and spoken names, with whether they are somebody's content: names, places, what people wrote.
TEXTS = """() => {
  const shown = [];
  const content = "[data-content], code, pre, kbd, samp, script, style, noscript, textarea, svg, [lang]:not(html)";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement, text = node.textContent.trim();
    if (!text || parent.closest(content)) continue;
    const option = parent.closest("option, optgroup");
    if (!option && !parent.checkVisibility({ checkVisibilityCSS: true })) continue;
    shown.push(text);
  }
  for (const one of document.querySelectorAll("[aria-label],[title],[placeholder],[alt]")) {
    if (one.closest(content)) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt"]) {
      const said = (one.getAttribute(name) || "").trim();
      if (said) shown.push(said);
    }
  }
  return shown;
}"""

WIDTH = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll("body *")].filter(one => {
    const box = one.getBoundingClientRect();
    if (box.right <= room + 1 || !box.width) return false;
    for (let up = one.parentElement; up; up = up.parentElement)
      if (up !== document.body && up !== document.documentElement && getComputedStyle(up).overflowX !== "visible") return false;
    return true;
  });
  return [document.documentElement.scrollWidth + " px in " + room,
    ...wide.slice(0, 4).map(one => one.tagName + "." + one.className + " " + Math.round(one.getBoundingClientRect().right))];
}"""

# The numbers of the rules for the elderly (2021) and of everybody else's fingers.
SIZES = """(elder) => {
  const faults = [], px = value => parseFloat(value);
  const seen = one => one.checkVisibility({ checkVisibilityCSS: true, checkOpacity: true }) && !one.closest(".sr, .skip, svg, .trap, [aria-hidden=true], .maplibregl-map");
  const name = one => one.tagName.toLowerCase() + "." + one.className + " “" + (one.innerText || one.value || one.ariaLabel || "").trim().slice(0, 24) + "”";
  let largest = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim(), one = walker.currentNode.parentElement;
    if (!text || one.closest("script, style, noscript, option") || !seen(one)) continue;
    const style = getComputedStyle(one), size = px(style.fontSize);
    largest = Math.max(largest, size);
    if (elder && size < 18) faults.push("text " + size + " px: " + name(one));
    const tall = style.lineHeight === "normal" ? null : px(style.lineHeight) / size;
    if (tall !== null && tall < 1.295 && one.getBoundingClientRect().height > size * 2 && text.length > 12) faults.push("lines " + tall.toFixed(2) + ": " + name(one));
  }
  if (elder && largest < 30) faults.push("the largest text has only " + largest + " px");
  const least = elder ? 60 : 44;
  for (let one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]")) {
    if (!seen(one) || one.disabled) continue;
    if (one.tagName === "A" && getComputedStyle(one).display === "inline") continue;   // a word of a sentence
    let box = one.getBoundingClientRect();
    const label = one.matches("[type=radio], [type=checkbox]") && one.closest("label");
    if (label) { one = label; box = label.getBoundingClientRect(); }
    if (!box.width || (one.type === "file" && box.width < 4)) continue;
    if (box.height < least - 0.5 || box.width < least - 0.5) faults.push("target " + Math.round(box.width) + "×" + Math.round(box.height) + ": " + name(one));
  }
  return [...new Set(faults)];
}"""


def words_wrong(page: Page, language: str) -> list[str]:
    """Raw identifiers, raw keys, and sentences in the other language."""
    faults = []
    for text in dict.fromkeys(page.evaluate(TEXTS)):
        if words.UUID.search(text) or words.KEY.match(text):
            faults.append(f"raw: {text}")
        elif words.foreign(text, language):
            faults.append(f"not {language}: {text}")
        elif language != "en" and words.english_sentence(text):
            faults.append(f"English: {text}")
    return faults


def too_wide(page: Page) -> list[str]:
    """What makes the page scroll sideways."""
    found: list[str] = page.evaluate(WIDTH)
    return [f"wide: {one}" for one in found]


def sizes(page: Page, elder: bool) -> list[str]:
    """Text, lines and targets that are too small."""
    found: list[str] = page.evaluate(SIZES, elder)
    return found


def axe(page: Page) -> list[str]:
    """What axe-core finds, a line each."""
    result: Any = Axe().run(page).response
    return [
        f"{one['id']}: {node['target']} {(node.get('failureSummary') or '').splitlines()[-1].strip()}"
        for one in result["violations"]
        for node in one["nodes"][:4]
    ]
