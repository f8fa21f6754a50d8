"""Every change of an account, of its second factor or of what Pro Santé Connect gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from comptes import psc
from comptes.models import Compte, DispositifCode, JetonsPSC, Population, index_identifiant
from journal.faits import FaitSecurite
from journal.inscription import inscrire_securite
from mes.socle.identifiants import masquer_courriel, masquer_telephone
from mes.socle.uuid7 import uuid7
from notifications.actions import envoyer
from notifications.courriels import composer
from notifications.models import Canal

# --- Accounts ----------------------------------------------------------------------------------


class IdentifiantPris(Exception):
    """Another account of the same population has this identifiant."""


def creer_compte(
    *,
    population: Population,
    identifiant: str,
    mot_de_passe: str | None,
    prenom: str = "",
    nom: str = "",
    courriel: str = "",
    mobile: str = "",
    role: str = "",
) -> Compte:
    """Makes an account; no password (None) for those who never type one. Raises IdentifiantPris."""
    compte = Compte(
        id=uuid7(),
        population=population,
        identifiant_index=index_identifiant(population, identifiant),
        role=role,
    )
    compte.poser_fiche(
        {
            "identifiant": identifiant,
            "prenom": prenom,
            "nom": nom,
            "courriel": courriel,
            "mobile": mobile,
        }
    )
    compte.set_password(mot_de_passe)
    try:
        with transaction.atomic():
            compte.save(force_insert=True)
    except IntegrityError as erreur:
        raise IdentifiantPris from erreur
    return compte


def compte_du_professionnel(*, id_national: str, prenom: str, nom: str) -> Compte:
    """The account of a professional known by Pro Santé Connect, made at the first log-in."""
    existant = Compte.objects.par_identifiant(Population.PROFESSIONNEL, id_national)
    if existant is not None:
        return existant
    try:
        return creer_compte(
            population=Population.PROFESSIONNEL,
            identifiant=id_national,
            mot_de_passe=None,
            prenom=prenom,
            nom=nom,
        )
    except IdentifiantPris:  # the other tab was faster
        return Compte.objects.get(
            identifiant_index=index_identifiant(Population.PROFESSIONNEL, id_national)
        )


# --- The code of the second step (R-AUT-01…04) ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a code may be sent; only `masquee` is ever shown (R-AUT-03)."""

    canal: Canal
    adresse: str
    masquee: str


class RefusCode(StrEnum):
    """Why a code is not accepted; the words of the security journal."""

    FAUX = "CODE_FAUX"
    EXPIRE = "CODE_EXPIRE"
    BLOQUE = "CODE_BLOQUE"
    ABSENT = "CODE_ABSENT"
    """No code is waiting: already used, or none was sent."""


@dataclass(frozen=True, slots=True)
class VerdictCode:
    """`refus` None: accepted, `dispositif` is what proves it. `attente`: left to wait, if blocked."""

    dispositif: DispositifCode
    refus: RefusCode | None = None
    essais_restants: int = 0
    attente: timedelta | None = None


class EnvoiTropTot(Exception):
    """Another code may only be sent after `attente` (R-AUT-04)."""

    def __init__(self, attente: timedelta, *, bloque: bool) -> None:
        super().__init__("envoi refusé avant la fin de l'attente")
        self.attente = attente
        self.bloque = bloque


def destinations(compte: Compte) -> tuple[Destination, ...]:
    """The channels that the account may receive a code by, in the order to offer them."""
    fiche = compte.fiche()
    trouvees = []
    if courriel := fiche.get("courriel"):
        trouvees.append(Destination(Canal.COURRIEL, courriel, masquer_courriel(courriel)))
    if (mobile := fiche.get("mobile")) and settings.MES_SMS_URL:
        trouvees.append(Destination(Canal.SMS, mobile, masquer_telephone(mobile)))
    return tuple(trouvees)


def _dispositif_verrouille(compte_id: UUID) -> DispositifCode:
    DispositifCode.objects.get_or_create(
        user_id=compte_id, defaults={"name": "code à usage unique", "canal": Canal.COURRIEL}
    )
    dispositif: DispositifCode = DispositifCode.objects.select_for_update().get(user_id=compte_id)
    return dispositif


@transaction.atomic
def envoyer_code(
    *, compte: Compte, destination: Destination, liaison: str, adresse_page: str
) -> DispositifCode:
    """Sends a new code, which makes the former one worthless. Raises EnvoiTropTot.

    `liaison`: secret of the browser session that passed the password step. `adresse_page`: public
    address of the page where the code is typed; the e-mail links to it with the code after a « # »,
    which no server ever sees.
    """
    dispositif = _dispositif_verrouille(compte.pk)
    attente = dispositif.attente_avant_envoi()
    if attente is not None:
        raise EnvoiTropTot(attente, bloque=dispositif.est_bloque())
    code = dispositif.poser_code(canal=destination.canal, liaison=liaison)
    if destination.canal is Canal.SMS:
        envoyer(canal=Canal.SMS, adresse=destination.adresse, sujet="", texte=_sms(code))
    else:
        courriel = composer(
            "code",
            {
                "prenom": compte.fiche().get("prenom", ""),
                "code": code,
                "duree": str(settings.MES_CODE_DUREE_MINUTES),
                "lien": f"{adresse_page}#{code}",
            },
        )
        envoyer(
            canal=Canal.COURRIEL,
            adresse=destination.adresse,
            sujet=courriel.sujet,
            texte=courriel.texte,
            html=courriel.html,
        )
    return dispositif


def _sms(code: str) -> str:
    hote = settings.MES_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    # The last line lets a telephone offer the code on our site and on no other.
    return (
        f"{code} est votre code {settings.MES_NOM}, valable {settings.MES_CODE_DUREE_MINUTES} "
        f"minutes. Ne le donnez à personne.\n\n@{hote} #{code}"
    )


@transaction.atomic
def verifier_code(*, compte_id: UUID, liaison: str, code: str) -> VerdictCode:
    """Checks a code, once; the counters are written whatever the answer.

    The caller commits: these counters must survive the refusal (R-AUT-04).
    """
    dispositif = _dispositif_verrouille(compte_id)
    if dispositif.est_bloque():
        return VerdictCode(dispositif, RefusCode.BLOQUE, attente=dispositif.blocage_restant())
    if dispositif.empreinte is None:
        return VerdictCode(dispositif, RefusCode.ABSENT)
    if dispositif.est_expire():
        return VerdictCode(dispositif, RefusCode.EXPIRE)
    if dispositif.verify_token(f"{liaison}:{code}"):
        return VerdictCode(dispositif)
    if dispositif.est_bloque():
        return VerdictCode(dispositif, RefusCode.BLOQUE, attente=dispositif.blocage_restant())
    return VerdictCode(dispositif, RefusCode.FAUX, essais_restants=dispositif.essais_restants())


# --- Pro Santé Connect (R-SEC-05) ----------------------------------------------------------------

REPRISE_APRES_PANNE = timedelta(seconds=30)


def garder_jetons(*, jetons: psc.Jetons, maintenant: datetime) -> JetonsPSC:
    """Keeps the tokens, sealed, for the session that will name them."""
    gardes = JetonsPSC(id=uuid7())
    _poser_jetons(gardes, jetons, maintenant)
    gardes.save(force_insert=True)
    return gardes


def _poser_jetons(gardes: JetonsPSC, jetons: psc.Jetons, maintenant: datetime) -> None:
    contenu: dict[str, Any] = {
        "acces": jetons.acces,
        "rafraichissement": jetons.rafraichissement,
        "identite": jetons.identite,
        "sub": jetons.sub,
        "nonce": jetons.nonce,
    }
    gardes.poser_contenu(contenu)
    gardes.a_rafraichir_le = maintenant + timedelta(seconds=jetons.duree_acces)
    gardes.fin_le = maintenant + timedelta(seconds=jetons.duree_rafraichissement)


def jetons_gardes(jetons_id: UUID) -> psc.Jetons | None:
    """The tokens as they were last received, None once they are no longer kept."""
    gardes = JetonsPSC.objects.filter(pk=jetons_id).first()
    return None if gardes is None else _jetons(gardes)


def _jetons(gardes: JetonsPSC) -> psc.Jetons:
    return psc.Jetons(**gardes.contenu(), duree_acces=0, duree_rafraichissement=0)


def rafraichir_jetons(*, jetons_id: UUID, maintenant: datetime) -> datetime | None:
    """Asks Pro Santé Connect for new tokens if it is time; None: the session is over (R-SEC-05).

    Otherwise returns when to ask again. A refusal ends the session; a federation that doesn't
    answer is asked again half a minute later, as long as its refresh token may still live.
    """
    with transaction.atomic():
        gardes = JetonsPSC.objects.select_for_update(skip_locked=True).filter(pk=jetons_id).first()
        if gardes is None:
            # Another request of the same session is asking right now, or the row is gone.
            presents = JetonsPSC.objects.filter(pk=jetons_id).exists()
            return maintenant + timedelta(seconds=5) if presents else None
        if gardes.a_rafraichir_le > maintenant:
            return gardes.a_rafraichir_le
        if gardes.fin_le <= maintenant:
            _finir(gardes, psc.MotifPSC.RAFRAICHISSEMENT_REFUSE)
            return None
        try:
            nouveaux = psc.client().rafraichir(_jetons(gardes))
        except psc.FederationIndisponible:
            gardes.a_rafraichir_le = min(maintenant + REPRISE_APRES_PANNE, gardes.fin_le)
            gardes.save(update_fields=["a_rafraichir_le"])
            return gardes.a_rafraichir_le
        except psc.FederationRefusee as refus:
            _finir(gardes, refus.motif)
            return None
        _poser_jetons(gardes, nouveaux, maintenant)
        gardes.save()
        return gardes.a_rafraichir_le


def _finir(gardes: JetonsPSC, motif: psc.MotifPSC) -> None:
    inscrire_securite(
        FaitSecurite.FEDERATION_REFUSEE, motif=str(motif), details={"regle": "R-SEC-05"}
    )
    gardes.delete()


def oublier_jetons(*, jetons_id: UUID) -> None:
    JetonsPSC.objects.filter(pk=jetons_id).delete()


# --- What time has made useless ------------------------------------------------------------------


def purger(*, maintenant: datetime | None = None) -> int:
    """Deletes ended sessions and dead tokens; returns how many rows. May run twice."""
    from django.contrib.sessions.models import Session

    instant = maintenant or timezone.now()
    sessions, _ = Session.objects.filter(expire_date__lt=instant).delete()
    jetons, _ = JetonsPSC.objects.filter(fin_le__lt=instant).delete()
    return sessions + jetons
