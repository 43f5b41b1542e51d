# SPDX-License-Identifier: Apache-2.0
"""Template filters for messages: the words of messages/wording.py."""

from django import template

from doseline.messages import wording

register = template.Library()
register.filter("msg_word", wording.say)
