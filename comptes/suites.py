"""Where to go after a log-in: the page that was asked for, if it is ours and of the same portal."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

CHAMP = "next"
LONGUEUR_MAXIMALE = 2000


def suite_demandee(request: HttpRequest, *, prefixe: str) -> str:
    """The `next` parameter when it is a path of this site under `prefixe`, else "".

    An open redirection would lend our name to another site.
    """
    demandee = request.POST.get(CHAMP) or request.GET.get(CHAMP) or ""
    sure = (
        len(demandee) <= LONGUEUR_MAXIMALE
        and demandee.startswith(prefixe)
        and url_has_allowed_host_and_scheme(demandee, allowed_hosts=None)
    )
    return demandee if sure else ""
