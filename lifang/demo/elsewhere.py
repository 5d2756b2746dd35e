"""A demo of a real city: its own areas and units by its overlay, its own past reports, and make-believe staff to look at them."""

from datetime import datetime
from pathlib import Path

from django.core.management import call_command

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts import actions as accounts
from lifang.core.accounts.models import Account
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.action import together
from lifang.core.config import Config
from lifang.core.site import site
from lifang.orgs import actions as orgs
from lifang.orgs import selectors

COUNTY_POSTS = {
    "zh01": "county_dispatcher",
    "zh02": "county_leader",
    "hc01": "checker",
    "rx01": "hotline_agent",
    "xt01": "system_admin",
    "aq01": "security_admin",
    "sj-audit": "audit_admin",
}


def build(config: Config, at: datetime) -> list[Path]:
    """Load the site, hire one person for each desk and unit, import what reports there are; the files used."""
    call_command("load_site")
    with behind(SYSTEM), together(actor=SYSTEM, at=at):
        _hire(at)
    files = records(config)
    if files:
        call_command("import_cases", *map(str, files), mapping=config.site_dir / "import.yaml")
    return files


def records(config: Config) -> list[Path]:
    """The report files this site names (`records` in site.yaml) that are on this machine."""
    return sorted(path for pattern in site().records for path in config.site_dir.glob(pattern))


def _hire(at: datetime) -> None:
    for login, post in COUNTY_POSTS.items():
        _employ(login, post, site().county, at)
    streets = selectors.divisions(SYSTEM, within=site().county, level=9)
    for number, street in enumerate(streets, 1):
        _employ(f"jd{number:02d}", "street_dispatcher", street.code, at, str(street))
    for number, unit in enumerate(selectors.units(SYSTEM), 1):
        account = _open(f"bm{number:02d}", str(unit.name), unit.area, at)
        orgs.post(
            actor=SYSTEM,
            account=account,
            post="department_handler",
            area=unit.area,
            unit=unit,
            at=at,
        )


def _employ(login: str, post: str, area: str, at: datetime, name: str = "") -> None:
    orgs.post(
        actor=SYSTEM, account=_open(login, name or login, area, at), post=post, area=area, at=at
    )


def _open(login: str, name: str, area: str, at: datetime) -> Account:
    return accounts.open_account(
        actor=SYSTEM, login=login, name=name[:80], area=area, password=DEMO_PASSWORD, at=at
    )
