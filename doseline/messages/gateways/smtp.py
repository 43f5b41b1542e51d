# SPDX-License-Identifier: Apache-2.0
"""E-mail. The server's yes is the only word there is: an accepted mail counts as sent, and is timed out like any other, unless
a bounce says otherwise through the receipt address."""

import smtplib
from email.message import EmailMessage
from typing import Any

from doseline.messages.gateways import TIMEOUT_SECONDS, Outgoing, Sent


def send(outgoing: Outgoing, settings: dict[str, Any]) -> Sent:
    """`settings`: host, port, sender; tls (starttls) with username and password where the server wants them; subject."""
    mail = EmailMessage()
    mail["From"], mail["To"] = outgoing.sender or settings["sender"], outgoing.address
    mail["Subject"] = settings.get("subject", "Doseline")
    mail["X-Doseline-Message"] = str(outgoing.message_id)
    mail.set_content(outgoing.body)
    try:
        with smtplib.SMTP(settings["host"], settings.get("port", 25), timeout=TIMEOUT_SECONDS) as server:
            if settings.get("tls"):
                server.starttls()
            if settings.get("username"):
                server.login(settings["username"], settings["password"])
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        status = next(iter(error.recipients.values()))[0]
        return Sent(outcome="refused" if status >= 500 else "failed", detail=f"smtp_{status}")
    except smtplib.SMTPResponseException as error:
        return Sent(outcome="refused" if error.smtp_code >= 500 else "failed", detail=f"smtp_{error.smtp_code}")
    except TimeoutError:
        return Sent(outcome="hung", detail="timeout")
    except (OSError, smtplib.SMTPException) as error:
        return Sent(outcome="failed", detail=type(error).__name__)
    return Sent(outcome="accepted")
