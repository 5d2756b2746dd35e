"""What is not as a city asks it of who keeps a dog."""

import calendar
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from lifang.registry.catalogue import DOG_RULES, DogRule
from lifang.registry.models import Dog


class Kept(NamedTuple):
    """What the rules look at."""

    area: str
    size: str
    licensed: bool
    licensed_until: date | None
    vaccinated_on: date | None


def dog_faults(dog: Kept, rules: Iterable[DogRule], today: date) -> list[str]:
    """Keys of the rules that are not kept, in the order of the catalogue."""
    return [rule.key for rule in rules if _asked(dog, rule) and _broken(dog, rule, today)]


def faults_of(dog: Dog, today: date) -> list[str]:
    """What of a dog is not as the city asks; keys of dog_rules.yaml."""
    kept = Kept(dog.area, dog.size, dog.licence is not None, dog.licensed_until, dog.vaccinated_on)
    return dog_faults(kept, DOG_RULES, today)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _asked(dog: Kept, rule: DogRule) -> bool:
    here = not rule.areas or any(dog.area.startswith(area) for area in rule.areas)
    return here and (not rule.sizes or dog.size in rule.sizes)


def _broken(dog: Kept, rule: DogRule, today: date) -> bool:
    match rule.check:
        case "licence":
            return not dog.licensed
        case "licence_day":
            return dog.licensed and dog.licensed_until is not None and dog.licensed_until < today
        case "vaccination":
            last = dog.vaccinated_on
            return last is None or months_after(last, rule.months) < today
        case "size":
            return True
