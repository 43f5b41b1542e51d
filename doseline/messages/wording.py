# SPDX-License-Identifier: Apache-2.0
"""What is said of messages and calls: states, purposes, faults of templates, and what a caller says in three languages."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WORDS: dict[str, Promise] = {
    "told": _("Told"), "silent": _("Sent, nothing heard"), "failed": _("Failed"), "waiting": pgettext_lazy("message", "Waiting"),
    "due": _("To call now"), "claimed": _("Being called"), "later": _("To try again later"),
    "none": _("No message"), "to_call": _("On the call list"), "cannot": _("Cannot come"), "all": _("Everyone booked"),
    "created": pgettext_lazy("message", "Waiting"), "sending": _("On its way"), "sent": _("Sent, nothing heard"),
    "delivered": _("Delivered"), "temporary_failure": _("Failed, will be tried again"),
    "permanent_failure": _("Number does not exist or refuses"), "technical_failure": _("Could not be sent"),
    "timed_out": _("Nothing heard in time"), "cancelled": _("Cancelled: late or no longer true"),
    "too_late": _("too late"), "untrue": _("no longer true"), "no_message": _("No message"),
    "invitation": _("Invitation"), "reminder": _("Reminder"), "change": _("Change"), "cancellation": _("Cancellation"),
    "start_code": _("Start code"), "login_code": _("Log-in code"), "dose_ack": _("Dose acknowledgement"),
    "second_dose": _("Second dose reminder"), "aefi_alert": _("Alert of a serious adverse event"),
    "never": _("Never knew of it"),
    "at_session": _("At a session"), "sms": _("SMS"), "email": _("E-mail"), "voice": _("Voice call"),
    "reached": _("Reached"), "will_come": _("Will come"), "wrong_number": _("Wrong number"), "no_answer": _("No answer"),
    "not_called": _("Nobody called in time"), "not_needed": _("No longer needed"), "no_number": _("No number"),
    "unknown_variable": _("There is no such variable here"),
    "differs_from_registered": _("Differs from the registered text at letter"),
    "kannel": _("Kannel"), "http": _("Aggregator over HTTP"), "smtp": _("Mail server"), "demo": _("Demo network"),
    "en": _("English"), "bn": _("Bengali"), "hi": _("Hindi"),
}  # fmt: skip

# What a caller reads out, in the person's language, whatever the page's: {name} {site} {date} {time}.
SCRIPTS = {
    "en": (
        "Namaskar. I am calling from the health department. Am I speaking to {name}? Your COVID-19 vaccination is on {date} at"
        " {time}, at {site}. Please bring your ID card. Will you be able to come?"
    ),
    "bn": (
        "নমস্কার। আমি স্বাস্থ্য দপ্তর থেকে বলছি। আমি কি {name}-এর সঙ্গে কথা বলছি? আপনার কোভিড-১৯ টিকা {date}, সময় {time}, স্থান {site}।"
        " সঙ্গে পরিচয়পত্র আনবেন। আপনি কি আসতে পারবেন?"
    ),
    "hi": (
        "नमस्कार। यह स्वास्थ्य विभाग का फ़ोन है। क्या मेरी बात {name} से हो रही है? आपका कोविड-19 टीकाकरण {date} को {time} बजे {site} में है।"
        " कृपया अपना पहचान पत्र साथ लाएँ। क्या आप आ पाएँगे?"
    ),
}  # fmt: skip

# The same of a session that was cancelled.
CANCELLED_SCRIPTS = {
    "en": (
        "Namaskar. I am calling from the health department. Am I speaking to {name}? The vaccination on {date} at {time}, at {site},"
        " is cancelled. Please do not come that day. You will be told of a new date."
    ),
    "bn": (
        "নমস্কার। আমি স্বাস্থ্য দপ্তর থেকে বলছি। আমি কি {name}-এর সঙ্গে কথা বলছি? {date}, সময় {time}, স্থান {site}: এই টিকাকরণ বাতিল হয়েছে।"
        " সেদিন দয়া করে আসবেন না। নতুন তারিখ আপনাকে জানানো হবে।"
    ),
    "hi": (
        "नमस्कार। यह स्वास्थ्य विभाग का फ़ोन है। क्या मेरी बात {name} से हो रही है? {date} को {time} बजे {site} में होने वाला टीकाकरण रद्द हो गया है।"
        " कृपया उस दिन न आएँ। नई तारीख आपको बताई जाएगी।"
    ),
}  # fmt: skip


def say(code: str) -> str:
    """The words for a code; the code itself where there are none."""
    return str(WORDS.get(code, code))


def script(purpose: str, language: str, **values: str) -> str:
    """What the caller reads out, of an invitation or a cancellation."""
    scripts = CANCELLED_SCRIPTS if purpose == "cancellation" else SCRIPTS
    return scripts.get(language, scripts["en"]).format(**values)
