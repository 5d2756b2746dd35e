import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifang.core.crypto import (
    KeyRing,
    KeysUnsafe,
    Unsealable,
    blind,
    digest,
    open_,
    rotate,
    seal,
    signature,
)
from lifang.core.crypto.keys import steady
from lifang.core.crypto.profiles import GM, INTL, Sm4
from lifang.core.crypto.seals import content_id, key_id_of, signed


def reason(sealed, aad=b"a"):
    with pytest.raises(Unsealable) as caught:
        open_(sealed, aad)
    return caught.value.reason


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(plain=st.binary(max_size=300), aad=st.binary(max_size=40))
def test_what_is_sealed_opens_under_its_context_only(profile, plain, aad):
    sealed = seal(plain, aad)
    assert open_(sealed, aad) == plain
    assert reason(sealed, aad + b"!") == "tampered"
    assert len(sealed) == len(plain) + 34


def test_every_single_changed_bit_is_noticed(profile):
    sealed = seal(b"secret", b"a")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert reason(bytes(changed)) in {"tampered", "key_unknown", "not_sealed"}
    assert {reason(sealed[:length]) for length in range(len(sealed))} == {"not_sealed", "tampered"}


def test_the_refusal_tells_a_person_what_happened_and_not_the_content(profile):
    with pytest.raises(Unsealable, match="moved from another row or field") as caught:
        open_(seal(b"990101", b"row 1"), b"row 2")
    assert "990101" not in str(caught.value)
    assert reason(b"plain text that nobody sealed, long enough") == "not_sealed"


def test_ten_thousand_envelopes_of_one_text_share_no_nonce(profile):
    assert len({seal(b"x", b"a")[6:18] for _ in range(10_000)}) == 10_000


def test_an_envelope_says_profile_and_key_and_opens_under_the_other_profile_too(profile):
    for used in (INTL, GM):
        sealed = seal(b"x", b"a", using=used)
        assert sealed[1] == used.mark
        assert open_(sealed, b"a") == b"x"
        swapped = bytes((sealed[0], 3 - sealed[1])) + sealed[2:]
        assert reason(swapped) == "tampered"


def test_a_rotation_seals_anew_and_still_opens_the_old(profile, ring):
    old = seal(b"x", b"a")
    index = blind("1", "p")
    new_key = rotate()
    new = seal(b"x", b"a")
    assert key_id_of(new) == new_key != key_id_of(old)
    assert open_(old, b"a") == open_(new, b"a") == b"x"
    assert blind("1", "p") == index


def test_another_process_sees_a_rotation_at_once(profile, ring):
    other = KeyRing(ring.path)
    before = other.current()
    ring.rotate()
    assert other.current() == ring.current() != before


def test_a_batch_looks_at_the_ring_once_and_the_next_one_sees_the_rotation(profile, ring):
    with steady():
        first = key_id_of(seal(b"x", b"a"))
        KeyRing(ring.path).rotate()  # another process
        with steady():  # a batch within a batch is the same look
            assert key_id_of(seal(b"x", b"a")) == first
        sealed = seal(b"y", b"a")
    assert key_id_of(seal(b"x", b"a")) != first
    assert open_(sealed, b"a") == b"y"


def test_a_key_that_is_not_on_the_ring_is_named(profile, ring, tmp_path):
    sealed = seal(b"x", b"a")
    ring.path.unlink()
    KeyRing(ring.path).current()  # another installation's ring
    assert reason(sealed) == "key_unknown"


def test_the_key_file_is_for_its_owner_only_and_made_once_by_many(profile, ring):
    def first(_):
        return KeyRing(ring.path).current()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(first, range(16)))) == 1
    assert ring.path.stat().st_mode & 0o777 == 0o600
    assert ring.path.parent.stat().st_mode & 0o777 == 0o700
    assert [found.name for found in ring.path.parent.iterdir()] == [ring.path.name]


def test_an_open_key_file_is_refused_with_the_mend(profile, ring):
    ring.current()
    ring.path.chmod(0o640)
    with pytest.raises(KeysUnsafe, match="chmod 600"):
        KeyRing(ring.path).current()


@pytest.mark.parametrize("content", [b"", b"{}", b'{"current": "aa", "keys": {}, "index": ""}'])
def test_a_damaged_key_file_is_never_replaced(profile, ring, content):
    ring.current()
    ring.path.write_bytes(content)
    with pytest.raises(KeysUnsafe, match="restore it from the backup"):
        KeyRing(ring.path).current()
    assert ring.path.read_bytes() == content


def test_a_lost_key_file_is_not_silently_made_anew(profile, ring):
    ring.current()
    ring.path.unlink()
    with pytest.raises(KeysUnsafe, match="gone"):
        ring.current()


def test_a_blind_index_finds_the_same_number_however_it_is_written(profile):
    assert (
        len(
            {
                blind(v, "t", "telephone")
                for v in ("10012345678", "+86 100-1234-5678", "１００12345678")
            }
        )
        == 1
    )
    assert blind("11010519491231002x", "id") == blind("11010519491231002X", "id")


def test_a_blind_index_is_keyed_and_bound_to_its_purpose(profile):
    found = blind("990101199003071237", "id")
    assert len(found) == 32
    assert found != blind("990101199003071237", "other")
    assert found != digest(b"990101199003071237")


def test_a_signature_holds_for_its_message_and_purpose(profile):
    mark = signature(b"photo 1", "files")
    assert signed(b"photo 1", "files", mark)
    assert not signed(b"photo 2", "files", mark)
    assert not signed(b"photo 1", "other", mark)
    assert not signed(b"photo 1", "files", "签名")


def test_published_vectors_of_the_algorithms():
    # GB/T 32905 example 1; GB/T 32918 has no HMAC, so HMAC-SHA256 is compared with the standard library
    assert (
        GM.digest(b"abc").hex()
        == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    assert INTL.digest(b"abc") == hashlib.sha256(b"abc").digest()
    assert INTL.mac(b"k" * 32, b"m") == hmac.new(b"k" * 32, b"m", "sha256").digest()
    # RFC 8998 A.1, SM4-GCM
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce = bytes.fromhex("00001234567800000000abcd")
    aad = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex(
        "aa" * 8 + "bb" * 8 + "cc" * 8 + "dd" * 8 + "ee" * 8 + "ff" * 8 + "ee" * 8 + "aa" * 8
    )
    sealed = Sm4(key).encrypt(nonce, plain, aad)
    assert sealed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert sealed[:16].hex() == "17f399f08c67d5ee19d0dc9969c4bb7d"
    assert Sm4(key).decrypt(nonce, sealed, aad) == plain


def test_content_is_named_alike_under_both_profiles(profile):
    assert content_id(b"abc") == hashlib.sha256(b"abc").hexdigest()
    assert digest(b"abc") == profile.digest(b"abc")
