"""Masking of logs: a net under the rule that no line ever carries a person (R-SEC-03)."""

from __future__ import annotations

import logging
import re

# People write numbers in groups; software joins them to what surrounds them by an underscore.
_ECART = r"[ .\-\u00a0\u202f]?"
_DEBUT, _FIN = r"(?<![0-9A-Za-z])", r"(?![0-9A-Za-z])"
_INS = _ECART.join(
    (r"[1-478]", r"\d{2}", r"\d{2}", r"\d[\dAB]", r"\d{3}", rf"\d{{3}}(?:{_ECART}\d{{2}})?")
)
_TELEPHONE = rf"(?:(?:\+|00)33{_ECART}(?:\(0\){_ECART})?|0)[1-9](?:{_ECART}\d{{2}}){{4}}"

# An INS with or without its key, an e-mail address (also in a URL), a French telephone number.
_MOTIFS = (
    (re.compile(_DEBUT + _INS + _FIN, re.I), "«ins»"),
    (re.compile(r"[\w.+-]+(?:@|%40)[\w-]+\.[\w.-]+", re.I), "«courriel»"),
    (re.compile(r"(?<![0-9A-Za-z+])" + _TELEPHONE + _FIN), "«téléphone»"),
)


def masquer(texte: str) -> str:
    """The text with every INS, address and telephone number replaced by its kind."""
    for motif, remplacement in _MOTIFS:
        texte = motif.sub(remplacement, texte)
    return texte


class Masquage(logging.Filter):
    """Formats the message, masks it, keeps the line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masquer(self._message(record))
        record.args = ()
        if record.exc_info:
            # A traceback's last line may quote data: only the kind of error stays.
            genre = record.exc_info[0]
            record.msg += f" [{genre.__name__}]" if genre else ""
            record.exc_info = None
            record.exc_text = None
        return True

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        try:
            return record.getMessage()
        except (TypeError, ValueError, KeyError):
            # The format does not fit its arguments: logging would print these on the error output.
            return f"{record.msg} [arguments illisibles]"
