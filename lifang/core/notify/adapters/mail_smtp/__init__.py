import smtplib
from urllib.parse import unquote, urlsplit

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from lifang.core.notify.terms import Letter, Refused, Undeliverable

TIMEOUT_SECONDS = 20


class MailSmtp:
    """A mail server: `smtps://user:password@host:465`, `smtp://host:25` (STARTTLS: `smtp+tls://…`)."""

    key = "mail_smtp"
    local = False

    def __init__(self, url: str, sender: str) -> None:
        self.url, self.sender = urlsplit(url), sender

    def carry(self, letter: Letter) -> None:
        message = EmailMessage(
            subject=letter.title,
            body=letter.body,
            from_email=self.sender,
            to=[letter.address],
            headers={"Message-ID": f"<{letter.id}@lifang>"},
            connection=self._connection(),
        )
        try:
            message.send()
        except smtplib.SMTPRecipientsRefused as refused:
            raise Refused(
                f"the mail server does not take {len(refused.recipients)} address"
            ) from refused
        except (smtplib.SMTPException, OSError) as failed:
            raise Undeliverable(f"{type(failed).__name__}: {failed}") from failed

    def _connection(self) -> EmailBackend:
        return EmailBackend(
            host=self.url.hostname,
            port=self.url.port or (465 if self.url.scheme == "smtps" else 25),
            username=unquote(self.url.username or ""),
            password=unquote(self.url.password or ""),
            use_ssl=self.url.scheme == "smtps",
            use_tls=self.url.scheme == "smtp+tls",
            timeout=TIMEOUT_SECONDS,
        )
