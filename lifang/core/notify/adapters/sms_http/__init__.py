import hashlib
import hmac
import json

from lifang.core.notify import outbound
from lifang.core.notify.terms import Letter, Refused, Undeliverable

BUSY = (408, 425, 429)


class SmsHttp:
    """A gateway that takes `POST {id, to, text}` as JSON, signed with HMAC-SHA256 over the body.

    Header `X-Lifang-Signature: sha256=<hex>`; the id is the same at every attempt, so the gateway can drop doubles.
    """

    key = "sms_http"
    local = False

    def __init__(self, url: str, secret: str) -> None:
        self.url, self.secret = url, secret

    def carry(self, letter: Letter) -> None:
        body = json.dumps(
            {"id": str(letter.id), "to": letter.address, "text": letter.body}, ensure_ascii=False
        ).encode()
        mark = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-lifang-signature": f"sha256={mark}"}
        answer = outbound.post(self.url, body, headers)
        if 200 <= answer.status < 300:
            return
        if 400 <= answer.status < 500 and answer.status not in BUSY:
            raise Refused(f"the gateway answered {answer.status}: {answer.text[:100]}")
        raise Undeliverable(f"the gateway answered {answer.status}")
