"""Somebody at their browser, for tests: goes through the screens of Pro Santé Connect over HTTP.

Free of Django: it only knows the addresses and the forms, as any browser would.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

_JETON_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_DEMANDE = re.compile(r'name="demande" value="([^"]+)"')
_MOBILE = re.compile(r'href="(/psc/mobile/[^"]+)"')
_CODE = re.compile(r'<p class="code">(\d\d)</p>')
_PREUVE = 'id="preuve"'
CODE_PORTEUR = "1234"
"""Of every card of the demonstration."""
DELAI = 10
"""Seconds before an unanswered request is a failure."""


class EcranInattendu(Exception):
    """The page is not the one that the journey should have reached."""


def _lire(motif: re.Pattern[str], page: requests.Response) -> str:
    trouve = motif.search(page.text)
    if trouve is None:
        raise EcranInattendu(f"{page.url} ({page.status_code}) : {page.text}")
    return trouve[1]


class Pilote:
    """One browser. `derniere` is the last page shown by the federation."""

    def __init__(self) -> None:
        self.navigateur = requests.Session()
        self.derniere: requests.Response | None = None

    def aller(self, adresse: str, methode: str = "GET", **options: Any) -> str | None:
        """Follows redirects as long as they stay at the federation.

        Returns the address of the service where the browser is sent back, which is not fetched;
        None when the journey ends on a page of the federation (see `derniere`).
        """
        chez = urlsplit(adresse).netloc
        while True:
            page = self.navigateur.request(
                methode, adresse, allow_redirects=False, timeout=DELAI, **options
            )
            self.derniere = page
            if not page.is_redirect:
                return None
            suite = urljoin(adresse, page.headers["Location"])
            if urlsplit(suite).netloc != chez:
                return suite
            adresse, methode, options = suite, "GET", {}

    def soumettre(self, page: requests.Response, **champs: str) -> str | None:
        """Sends the form of the page, to its own address, with these fields."""
        adresse = page.url.partition("?")[0]
        donnees = {"csrfmiddlewaretoken": _lire(_JETON_CSRF, page), **champs}
        return self.aller(adresse, "POST", data=donnees)

    @property
    def page(self) -> requests.Response:
        if self.derniere is None:
            raise EcranInattendu("aucune page n'a encore été demandée")
        return self.derniere

    def choisir(self, personne: str, moyen: str) -> str | None:
        """On the login screen: this professional (RPPS), by `carte`, `ecps` or `fido`.

        The card's PIN is typed and the key is touched when they are asked for.
        """
        retour = self.designer(personne, moyen)
        return self.prouver() if retour is None and _PREUVE in self.page.text else retour

    def designer(self, personne: str, moyen: str) -> str | None:
        """The same, stopping where the proof is asked for."""
        return self.soumettre(self.page, personne=personne, moyen=moyen, action="continuer")

    def prouver(self, code_porteur: str = CODE_PORTEUR) -> str | None:
        """On the page of the card or of the key."""
        return self.soumettre(self.page, code_porteur=code_porteur, action="continuer")

    def annuler(self) -> str | None:
        """On the login screen or while waiting for the phone."""
        trouvee = _DEMANDE.search(self.page.text)
        champs = {"demande": trouvee[1]} if trouvee else {}
        return self.soumettre(self.page, action="annuler", **champs)

    @property
    def code(self) -> str:
        """The two digits shown while waiting for the phone."""
        return _lire(_CODE, self.page)

    def repondre_sur_mobile(self, action: str, attente: requests.Response | None = None) -> str:
        """Takes the phone and answers `approuver` or `refuser`; returns the text of its screen."""
        attente = attente or self.page
        telephone = Pilote()
        telephone.aller(urljoin(attente.url, _lire(_MOBILE, attente)))
        if _lire(_CODE, telephone.page) != _lire(_CODE, attente):
            raise EcranInattendu("le mobile montre un autre code que l'écran")
        telephone.soumettre(telephone.page, action=action)
        return telephone.page.text

    def continuer(self, action: str = "continuer") -> str | None:
        """Back from the phone: `continuer`, or `recommencer` after it expired."""
        return self.soumettre(self.page, action=action, demande=_lire(_DEMANDE, self.page))

    def se_connecter(self, adresse: str, personne: str, moyen: str = "carte") -> str:
        """From the authorization address to the service's own, identified as `personne`."""
        retour = self.aller(adresse)
        if retour is None:
            retour = self.choisir(personne, moyen)
        if retour is None and moyen == "ecps":
            self.repondre_sur_mobile("approuver")
            retour = self.continuer()
        if retour is None:
            raise EcranInattendu(f"{self.page.url} ({self.page.status_code}) : {self.page.text}")
        return retour
