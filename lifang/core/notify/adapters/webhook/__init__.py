from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from lifang.core.notify import outbound
from lifang.core.notify.outbound import Answer


def carry(url: str, secrets: list[str], delivery: str, body: str, at: datetime) -> Answer:
    """One signed POST; the answer, whatever it says."""
    # The package stamps the wall time of the datetime it gets, so it must be UTC.
    stamp = at.astimezone(UTC).replace(microsecond=0)
    headers = {
        "content-type": "application/json; charset=utf-8",
        "webhook-id": delivery,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(delivery, stamp, body) for secret in secrets
        ),
    }
    return outbound.post(url, body.encode(), headers)
