"""Names as people search them: capitals without accents, one space between words.

The same key is said twice, in SQL for the column that the database computes and in Python for what
is typed; a test compares them letter by letter. `unaccent` is a contrib extension, and not
immutable: hence `translate`.
"""

from __future__ import annotations

import re
import unicodedata

from django.db.models import F, Func, Value

from mes.socle.identifiants import sans_accent

_MULTIPLES = (("œ", "OE"), ("Œ", "OE"), ("æ", "AE"), ("Æ", "AE"), ("ß", "SS"))


def _lettres() -> tuple[str, str]:
    """Each Latin letter and the capital it is searched by, in two strings of equal length."""
    depuis, vers = [], []
    doubles = {lettre for lettre, _ in _MULTIPLES}
    # Latin-1 Supplement and Latin Extended-A; plain small letters first.
    for code in (*range(ord("a"), ord("z") + 1), *range(0xC0, 0x180)):
        lettre = chr(code)
        capitale = sans_accent(lettre).upper()
        if lettre not in doubles and re.fullmatch("[A-Z]", capitale):
            depuis.append(lettre)
            vers.append(capitale)
    return "".join(depuis), "".join(vers)


_DEPUIS, _VERS = _lettres()
_TABLE = str.maketrans(_DEPUIS, _VERS)


def cle_recherche(texte: str) -> str:
    """`« Éléonore d'Œuvre-Dupont »` → `ELEONORE D OEUVRE DUPONT`."""
    texte = unicodedata.normalize("NFC", texte)
    for lettre, capitales in _MULTIPLES:
        texte = texte.replace(lettre, capitales)
    return re.sub("[^A-Z0-9]+", " ", texte.translate(_TABLE)).strip(" ")


def en_sql(champ: str) -> Func:
    """The same, of a column whose text is in NFC; immutable, so that a stored column may use it."""
    expression: F | Func = F(champ)
    for lettre, capitales in _MULTIPLES:
        expression = Func(expression, Value(lettre), Value(capitales), function="replace")
    expression = Func(expression, Value(_DEPUIS), Value(_VERS), function="translate")
    expression = Func(
        expression, Value("[^A-Z0-9]+"), Value(" "), Value("g"), function="regexp_replace"
    )
    return Func(expression, function="btrim")
