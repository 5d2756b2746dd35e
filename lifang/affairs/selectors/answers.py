"""Questions in plain words, answered from what is written: guides and rules, each with its source. Nothing written, nothing said."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from lifang.affairs.catalogue import GUIDES, MATERIALS, RULES, Guide
from lifang.affairs.rules import aspect_of, content, without_fillers
from lifang.affairs.selectors.notices import Fit, fitting
from lifang.core.access import Actor
from lifang.core.i18n import Text
from lifang.core.pay.rules import yuan
from lifang.core.search.words import plain

NAMED, CALLED, RULED, SAID = 3.0, 3.0, 1.5, 1.0  # how much a term weighs by where it stands
WHOLE = 4.0  # for each character of a name that stands whole in the question; three letters count as one
COVERED = 0.5  # so much of what a question says must be found, by weight
NEAR = 0.6  # of the best: sources shown beside it
MOST_NOTICES = 6  # of different places in one answer


class Passage(NamedTuple):
    """A piece of what is written, which can be quoted."""

    key: str  # guide:elderly-card, rule:identity-card-years
    aspect: str
    title: Text
    text: Text
    url: str = ""  # of a notice
    mine: bool | None = None  # of a notice: is it for where the asker lives?


class Answer(NamedTuple):
    passage: Passage
    also: list[Passage]  # other sources that are near
    score: float


def _guide_passages(one: Guide) -> Iterable[Passage]:
    def said(aspect: str, *texts: Text) -> Passage:
        zh, en = "；".join(text.zh.rstrip("。") for text in texts), "; ".join(text.en.rstrip(".") for text in texts)  # fmt: skip
        return Passage(f"guide:{one.key}", aspect, one.name, Text(f"{zh}。", f"{en}."))

    yield said("what", one.lead)
    yield said("who", *one.conditions)
    yield said("papers", *(MATERIALS[need.key].name for need in one.materials)) if one.materials else said("papers", Text("不需要材料", "No papers"))  # fmt: skip
    yield said("time", Text(f"承诺{one.promise.name.zh}内办好", f"Promised within {one.promise.name.en}"), Text(f"规定最长{one.limit.name.zh}", f"the rule allows {one.limit.name.en}"))  # fmt: skip
    fees = [Text(f"{each.name.zh}{yuan(each.cents)}元", f"{each.name.en} {yuan(each.cents)} yuan") for each in one.fees]  # fmt: skip
    yield said("fee", *(fees or [Text("不收费", "Free of charge")]), *([one.fee_note] if one.fee_note else []))  # fmt: skip
    where = Text("街道窗口或社区窗口", "At the window of your street or community") if one.window == "street" else Text("社区窗口或街道窗口", "At the window of your community or street")  # fmt: skip
    online = [Text("也可以在本站办理", "or on this site")] if one.online else []
    visit = [Text("来不了的可以上门", "somebody comes to your home if you cannot come")] if one.visit else []  # fmt: skip
    yield said("where", where, *online, *visit)
    steps = one.steps or [Text("提出申请", "You apply"), *(part.name for part in one.parts), Text("窗口办结并交付结果", "The window decides and hands you the result")]  # fmt: skip
    yield said("how", *steps)
    yield said("basis", *(Text(f"{law.name.zh}{law.number}{law.article}", f"{law.name.en} {law.number} {law.article}".strip()) for law in one.basis))  # fmt: skip


class Index:
    """Which source holds which term, how rare each term is, and the passages of each source."""

    def __init__(self) -> None:
        self.weights: dict[str, dict[str, float]] = defaultdict(dict)
        self.passages: dict[str, list[Passage]] = {}
        self.phrases: list[tuple[str, str, float]] = []  # (name, source, how much it weighs)
        for one in GUIDES:
            key = f"guide:{one.key}"
            self.passages[key] = list(_guide_passages(one))
            said = " ".join(f"{text.zh} {text.en}" for text in (one.lead, *one.conditions))
            self._add(key, said, SAID)
            self._add(key, " ".join(one.words), CALLED)
            self._add(key, f"{one.name.zh} {one.name.en}", NAMED)
            self._name(key, [*one.words, *re.split(r"[（）()、，,]", one.name.zh), one.name.en])
        for rule in RULES:
            key = f"rule:{rule.key}"
            self.passages[key] = [Passage(key, "rule", rule.name, rule.text)]
            self._add(key, f"{rule.text.zh} {rule.text.en}", SAID)
            self._add(key, f"{' '.join(rule.words)} {rule.name.zh} {rule.name.en}", RULED)
            self._name(key, [*rule.words, rule.name.zh, rule.name.en])
        count = len(self.passages)
        self.rarity = {term: math.log(1 + count / len(rows)) for term, rows in self.weights.items()}
        self.unknown = math.log(1 + count)

    def _add(self, key: str, text: str, weight: float) -> None:
        for term in content(text):
            row = self.weights[term]
            row[key] = max(row.get(key, 0.0), weight)

    def _name(self, key: str, names: Iterable[str]) -> None:
        for name in names:
            for said in {plain(name).strip(), without_fillers(name)}:
                if len(said) > 1:
                    weight = len(said) / 3 if said.isascii() else float(len(said))
                    self.phrases.append((said, key, WHOLE * weight))

    def find(self, text: str) -> list[tuple[str, float, float]]:
        """(source, score, share of the question that it covers), best first."""
        wanted = Counter(content(text))
        whole = sum(self.rarity.get(term, self.unknown) for term in wanted)
        scores: dict[str, float] = defaultdict(float)
        cover: dict[str, float] = defaultdict(float)
        for term in wanted:
            for key, weight in self.weights.get(term, {}).items():
                scores[key] += weight * self.rarity[term]
                cover[key] += self.rarity[term]
        asked = f" {plain(text)} "
        names: dict[str, float] = {}
        for name, key, weight in self.phrases:
            if (f" {name}" if name.isascii() else name) in asked:
                names[key] = max(names.get(key, 0.0), weight)
        for key, weight in names.items():
            scores[key] += weight
        found = [(key, scores[key], max(cover[key] / whole if whole else 0.0, COVERED if key in names else 0.0)) for key in scores]  # fmt: skip
        return sorted(found, key=lambda one: (-one[1], one[0]))


@lru_cache(maxsize=1)
def _index() -> Index:
    return Index()


def sources(actor: Actor, text: str, at: datetime | None = None, most: int = 3) -> list[str]:
    """The sources that cover enough of a question, best first; notices in force at that time before what is longer written."""
    found = _index().find(text[:300])
    noticed = [f"notice:{one.notice.key}" for one in _noticed(actor, text, at)]
    return [*noticed, *(key for key, _score, share in found if share >= COVERED)][:most]


def answer(actor: Actor, text: str, at: datetime | None = None) -> Answer | None:
    """What is written about it, with its source; none where nothing is."""
    found = [one for one in _index().find(text[:300]) if one[2] >= COVERED]
    noticed = _noticed(actor, text, at)
    if noticed:
        first, *others = [_as_passage(one) for one in noticed]
        if (
            noticed[0].mine is None and others
        ):  # nobody knows where the asker lives: all of them are said
            first = first._replace(
                text=_together([first, *others]), url=first.url.partition("#")[0]
            )
            others = []
        return Answer(first, others[:2], NAMED)
    if not found:
        return None
    best = found[0]
    near = [key for key, score, _share in found[1:4] if score >= NEAR * best[1]]
    return Answer(_said(best[0], aspect_of(text)), [_said(key, "what") for key in near], best[1])


def _noticed(actor: Actor, text: str, at: datetime | None) -> list[Fit]:
    """Notices it is about, unless a matter stands in it by a longer name: 停暖 beside 冬季取暖补贴."""
    fits = fitting(actor, text[:300], at) if at else []
    if not fits:
        return []
    asked = f" {plain(text[:300])} "
    named = max((len(name) for name, _key, _weight in _index().phrases if (f" {name}" if name.isascii() else name) in asked), default=0)  # fmt: skip
    return [one for one in fits if one.length >= named]


def _together(rows: Sequence[Passage]) -> Text:
    """Several as one text; of many the first, and how many more there are."""
    shown, more = rows[:MOST_NOTICES], len(rows) - MOST_NOTICES
    zh, en = "\n".join(one.text.zh for one in shown), "\n".join(one.text.en for one in shown)
    return Text(f"{zh}\n另有{more}条。", f"{en}\nAnd {more} more.") if more > 0 else Text(zh, en)


def _as_passage(one: Fit) -> Passage:
    told = one.notice
    return Passage(f"notice:{told.key}", "notice", told.title, told.text, told.url, one.mine)


def _said(key: str, aspect: str) -> Passage:
    rows: Sequence[Passage] = _index().passages[key]
    return next((one for one in rows if one.aspect == aspect), rows[0])


def passages(actor: Actor, key: str) -> list[Passage]:
    """All that is written under one source: what a model outside may be given, and nothing else."""
    return list(_index().passages.get(key, []))
