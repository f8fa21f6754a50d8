"""Dates as people say them, in templates."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils import timezone

from mes.socle.dates import formater_heure, formater_instant, formater_jour

register = template.Library()

INSECABLE = "\u00a0"

_JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def _sans_coupure(texte: str) -> str:
    """« 14 h 05 » stays on one line."""
    return texte.replace(" h", f"{INSECABLE}h").replace("h ", f"h{INSECABLE}")


@register.filter
def date_humaine(jour: date) -> str:
    """« 3 mars 2021 »."""
    return formater_jour(jour)


@register.filter
def taille_humaine(octets: int) -> str:
    """« 640 octets », « 12 ko », « 1,4 Mo » (decimal units, as R-DOC-03 counts)."""
    if octets < 1000:
        return f"{octets}{INSECABLE}octet{'s' if octets > 1 else ''}"
    if octets < 1_000_000:
        return f"{round(octets / 1000)}{INSECABLE}ko"
    return f"{octets / 1_000_000:.1f}{INSECABLE}Mo".replace(".", ",")


@register.filter
def instant_humain(instant: datetime) -> str:
    """« aujourd'hui à 14 h 05 », « hier à 8 h », « 3 mars 2021 à 14 h 05 »."""
    return _sans_coupure(formater_instant(instant, maintenant=timezone.now()))


@register.filter
def jour_et_heure(instant: datetime) -> str:
    """« 3 mars 2027 à 14 h 05 », whatever the day."""
    return _sans_coupure(formater_instant(instant))


@register.filter
def jour_a_paris(instant: datetime) -> str:
    """« 3 mars 2027 », the day of an instant on the clocks of Paris."""
    return formater_jour(timezone.localdate(instant))


@register.filter
def heure_humaine(instant: datetime) -> str:
    """« 14 h 05 »."""
    return _sans_coupure(formater_heure(instant))


@register.filter
def jour_humain(instant: datetime) -> str:
    """« vendredi 20 novembre 2026 », after « aujourd'hui, » or « hier, » when it is so."""
    jour = timezone.localdate(instant)
    ecart = (timezone.localdate() - jour).days
    proche = {0: "aujourd'hui, ", 1: "hier, "}.get(ecart, "")
    return f"{proche}{_JOURS[jour.weekday()]} {formater_jour(jour)}"
