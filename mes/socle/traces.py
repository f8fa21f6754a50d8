"""Masking of logs: a net under the rule that no line ever carries a person (R-SEC-03)."""

from __future__ import annotations

import logging
import re

# 15 characters of an INS, an e-mail address, a French telephone number, a login code.
_MOTIFS = (
    (
        re.compile(
            r"\b[1-478]\d{2}[ .]?\d{2}[ .]?(?:\d{2}|2[AB])[ .]?\d{3}[ .]?\d{3}(?:[ .]?\d{2})?\b",
            re.I,
        ),
        "«ins»",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "«courriel»"),
    (re.compile(r"(?:\+33|\b0)[ .]?[1-9](?:[ .]?\d{2}){4}\b"), "«téléphone»"),
)


def masquer(texte: str) -> str:
    """The text with every INS, address and telephone number replaced by its kind."""
    for motif, remplacement in _MOTIFS:
        texte = motif.sub(remplacement, texte)
    return texte


class Masquage(logging.Filter):
    """Formats the message, masks it, keeps the line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masquer(record.getMessage())
        record.args = ()
        if record.exc_info:
            # A traceback's last line may quote data: only the kind of error stays.
            genre = record.exc_info[0]
            record.msg += f" [{genre.__name__}]" if genre else ""
            record.exc_info = None
            record.exc_text = None
        return True
