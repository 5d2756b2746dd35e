"""A voice note is known by its own bytes; what is none is refused in words."""

import io

import pytest

from lifang.core.access import Refused
from lifang.core.access.refusal import Reason
from lifang.core.catalogue import Catalogue
from lifang.core.files.tests import samples
from lifang.core.files.voice import hear, media_of
from lifang.core.testing import hostile

SENTENCES = Catalogue("core.files", "reasons", Reason)
NONE = {
    "nothing": b"",
    "zeros": bytes(1000),
    "html": samples.HTML,
    "svg": samples.SVG,
    "pdf": samples.PDF,
    "zip": samples.zipped(),
    "photo": samples.saved(samples.scene()),
    "heic": samples.heic(),
    "html behind a name": b"voice.webm" + samples.HTML,
    "a head alone": samples.voice()[:4],
    "matroska without sound": samples.voice().replace(b"A_OPUS", b"S_TEXT"),
    "a film": samples.voice() + b"V_VP9",
    "a film as mp4": samples.voice("m4a") + b"vide",
    "theora": samples.voice("ogg") + b"\x80theora",
    "too large": samples.voice(size=5_100_000),
}


@pytest.mark.parametrize("kind", ["webm", "ogg", "m4a"])
def test_what_telephones_record_is_kept_as_it_is(kind):
    voice = hear(io.BytesIO(samples.voice(kind)))
    assert (voice.data, voice.media) == (samples.voice(kind), f"audio/{kind.replace('m4a', 'mp4')}")
    assert (voice.phash, voice.taken_at, voice.lon) == (None, None, None)


def test_whatever_else_comes_is_refused_in_words():
    tried = [*NONE.values(), *(one.text.encode(errors="replace") for one in hostile.sample(200, "voice"))]  # fmt: skip
    for data in tried:
        with pytest.raises(Refused) as said:
            hear(io.BytesIO(data))
        refusal = said.value.refusal
        assert "{" not in SENTENCES[refusal.reason].text.of(**refusal.facts).zh
    assert media_of(samples.heic()) is None
    print(f"voice: {len(tried)} hostile files, {len(tried)} refused")  # noqa: T201 -- the count is the proof
    assert len(tried) > 200
