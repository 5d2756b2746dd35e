"""Templates: nothing inline, nothing of a higher context; words in catalogues, not in code."""

import ast
import re
from pathlib import Path

from tests.architecture.checks.tree import (
    HEIGHT,
    ROOT,
    Exempt,
    Source,
    context_of,
    exempt,
    sources,
    stale,
    templates,
)

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")  # punctuation may join; words may not hide
_INLINE = {
    "style=": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "<style>": re.compile(r"<style\b", re.IGNORECASE),
    "on…=": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "<script> with a body": re.compile(
        r"<script\b(?![^>]*type=[\"'](?:application|text)/(?:json|template))[^>]*>\s*[^<\s]",
        re.IGNORECASE,
    ),
    "javascript:": re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", re.IGNORECASE),
}
_URL = re.compile(r"{%-?\s*url\s+[\"']([\w-]+):")
_FILE = re.compile(r"{%-?\s*(?:include|extends)\s+[\"']([\w-]+)/")
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)

# Where Chinese is the matter itself, not a text of the product.
HAN: Exempt = {
    "lifang/boot/*": "speaks to a terminal in both languages at once, before there is a reader's language",
    "lifang/demo/*": "a make-believe county has Chinese names",
    "lifang/cases/selectors/propose.py": "cuts words out of Chinese sentences",
    "lifang/core/accounts/passwords.py": "words that no password may be",
    "lifang/core/calendar/notice.py": "reads what the State Council publishes",
    "lifang/core/calendar/words.py": "explains how it counted, each sentence beside its English twin",
    "lifang/core/crypto/masks.py": "knows how Chinese names and addresses are built",
    "lifang/core/i18n/*": "how numbers and dates are said in Chinese",
    "lifang/core/search/words.py": "folds Chinese words and addresses",
    "lifang/core/sheets/values.py": "reads days as people write them in Chinese",
    "lifang/registry/web/sheets.py": "what people write above their columns",
    "lifang/registry/web/dog_sheets.py": "the same",
    "lifang/sensing/web/sheets.py": "the same",
    "lifang/living/web/sheets.py": "the same",
    "lifang/core/web/gallery.py": "sample names",
    "lifang/core/web/templates/web/errors/500.html": "stands on nothing that could be broken, not on translations",
}
_NAMES = {"中文"}  # a language is named in itself


def inline_code(root: Path = ROOT) -> list[str]:
    """What the content security policy `default-src 'self'` would block."""
    return [
        f"{path.relative_to(root).as_posix()}:{_line(text, match.start())} {what}"
        for path in templates(root)
        if "/tests/" not in path.as_posix()
        for text in [_blank(path.read_text("utf-8"))]
        for what, pattern in _INLINE.items()
        for match in pattern.finditer(text)
    ]


def _blank(text: str) -> str:
    """Template code and comments out, line numbers kept: `{% if a > b %}` is no end of a tag."""
    text = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return re.sub(
        r"{[%{].*?[%}]}", lambda match: re.sub(r"[^\n]", "x", match[0]), text, flags=re.DOTALL
    )


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def upward_templates(root: Path = ROOT) -> list[str]:
    """`{% url %}`, `{% include %}`, `{% extends %}` of a higher context."""
    owners = url_owners(root)
    folders = {
        path.name: context_of(path.relative_to(root).as_posix())
        for path in (root / "lifang").rglob("templates/*")
        if path.is_dir()
    }
    faults = []
    for path in templates(root):
        name = path.relative_to(root).as_posix()
        mine, text = context_of(name), path.read_text("utf-8")
        named = [(match, owners.get(match[1])) for match in _URL.finditer(text)]
        named += [(match, folders.get(match[1])) for match in _FILE.finditer(text)]
        for match, owner in named:
            if owner and HEIGHT.get(owner, 0) > HEIGHT.get(mine, 0):
                faults.append(
                    f"{name}:{_line(text, match.start())} {match[0].strip()} is of {owner}"
                )
    return faults


def url_owners(root: Path) -> dict[str, str]:
    """`app_name` of each `urls` module → its context."""
    found = {}
    for source in sources(root):
        for node in source.tree.body if "app_name" in source.text else ():
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Name)
                and node.targets[0].id == "app_name"
            ):
                found[str(ast.literal_eval(node.value))] = source.context
    return found


def chinese_literals(root: Path = ROOT, exemptions: Exempt | None = None) -> list[str]:
    """Chinese in Python strings and templates; it belongs into catalogues and `locale/`."""
    exemptions = HAN if exemptions is None else exemptions
    found: list[tuple[str, str]] = []
    for source in sources(root):
        if not source.testing:
            found += [
                (source.name, f"{source.at(node)} {str(node.value)[:20]!r}")
                for node in _han(source)
            ]
    for path in templates(root):
        text = _COMMENT.sub("", path.read_text("utf-8"))
        for name in _NAMES:
            text = text.replace(name, "")
        if _HAN.search(text) and "/tests/" not in path.as_posix():
            name = path.relative_to(root).as_posix()
            found.append((name, f"{name} {_HAN.search(text)[0]}"))
    faults = [fault for name, fault in found if not exempt(name, exemptions)]
    return faults + stale([name for name, _ in found], exemptions)


def _han(source: Source) -> list[ast.Constant]:
    """Strings with Chinese, except docstrings, and `Text(zh=…, en=…)`, which carries both languages."""
    both = {id(node.value) for node in ast.walk(source.tree) if isinstance(node, ast.Expr)}
    both |= {
        id(part)
        for call in ast.walk(source.tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("Text", "text")
        for part in ast.walk(call)
    }
    return [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _HAN.search(node.value)
        and node.value not in _NAMES
        and id(node) not in both
    ]
