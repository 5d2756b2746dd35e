"""Look at one address: `python -m e2e.tour /path phone en [login] [elder]` keeps a picture and says what is wrong."""

import shutil
import sys

from playwright.sync_api import sync_playwright

from e2e import eyes
from e2e.conftest import ARGUMENTS
from e2e.living import living
from e2e.person import DESK, LOOKED, PHONE, Person, context_options, speak


def main(words: list[str]) -> None:
    paths = [word for word in words if word.startswith("/")]
    logins = [word for word in words if word[-2:].isdigit() and not word.startswith("/")]
    lang = "en" if "en" in words else "zh-hans"
    phone, elder = "phone" in words, "elder" in words
    LOOKED.mkdir(parents=True, exist_ok=True)
    with living() as county, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        context = browser.new_context(**context_options(lang, PHONE if phone else DESK))
        speak(context, county.origin, lang)
        if elder:
            context.add_cookies([{"name": "elder", "value": "1", "url": county.origin}])
        person = Person(context.new_page(), county.origin, lang, "tour", phone)
        for login in logins:
            person.signs_in(login)
        for path in paths:
            person.goes(path)
            person.page.wait_for_timeout(900)
            name = path.strip("/").replace("/", "-").replace("?", "_") or "home"
            file = (
                LOOKED
                / f"tour-{name}-{'phone' if phone else 'desk'}-{lang[:2]}{'-elder' if elder else ''}.png"
            )
            person.page.screenshot(path=str(file), full_page=phone)
            person.look_around(always=True)
            found = person.faults + eyes.axe(person.page) + eyes.sizes(person.page, elder)
            person.faults.clear()
            print(path, file, *found, sep="\n  ")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
