"""Ways out, one folder each. Without a gateway in the configuration the local stand-ins take the letters."""

from typing import Protocol

from lifang.core.config import config
from lifang.core.notify.adapters import mail_local, mail_smtp, sms_http, sms_local
from lifang.core.notify.terms import Channel, Letter


class Adapter(Protocol):
    """`carry` returns when the other side took the letter, else raises `Undeliverable` or `Refused`."""

    key: str
    local: bool

    def carry(self, letter: Letter) -> None: ...


def adapter(channel: Channel) -> Adapter:
    """The way out for a channel, as configured."""
    settings = config()
    if channel is Channel.SMS:
        if settings.sms_url:
            return sms_http.SmsHttp(settings.sms_url, settings.sms_secret)
        return sms_local.SmsLocal()
    if settings.smtp_url:
        return mail_smtp.MailSmtp(settings.smtp_url, settings.mail_from)
    return mail_local.MailLocal()


LOCAL = (sms_local.SmsLocal.key, mail_local.MailLocal.key)
