"""One professional as the patient sees him: what she decided, his last acts, his documents (R-TRA-07)."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dossier import selection
from dossier.models import EtatDocument, GenreAuteur
from habilitations.actions.choix import exiger_de_gerer
from habilitations.gestes import DES_PERSONNES, gestes_possibles
from habilitations.panneau import lieux, personne, roles_possibles
from habilitations.politique import Acteur, Action
from habilitations.portes import acces_usager
from journal.faits import Fait, GenreActeur
from journal.lecture import FiltreHistorique, en_francais, lignes
from professionnels.models import Exercice, Professionnel

DERNIERES_ACTIONS = 3
_DU_SOIN = (GenreActeur.PROFESSIONNEL, GenreActeur.PERSONNEL)


@require_safe
def professionnel(request: HttpRequest, professionnel_id: UUID) -> HttpResponse:
    """Opened as the history is: what he did may be in the titulaire's réservée chain."""
    acces = acces_usager(request, Action.VOIR_HISTORIQUE_COMPLET)
    exiger_de_gerer(acces)
    trouve = Professionnel.objects.filter(pk=professionnel_id).first()
    if trouve is None:
        raise Http404
    est_titulaire = acces.acteur.genre is Acteur.TITULAIRE
    actions = lignes(
        acces.espace_id,
        FiltreHistorique(),
        reservee=est_titulaire,
        objets_caches=selection.caches_au_patient(acces) if est_titulaire else (),
    ).filter(acteur_genre__in=_DU_SOIN, acteur_id=professionnel_id)
    documents = selection.visibles_par(acces).filter(
        etat=EtatDocument.COURANT,
        auteur_genre=GenreAuteur.PROFESSIONNEL,
        auteur_id=professionnel_id,
    )
    ici = personne(acces, trouve)
    exercices = Exercice.objects.actifs().filter(professionnel=trouve)
    acces.noter(Fait.HISTORIQUE_CONSULTE)
    return TemplateResponse(
        request,
        "patient/acces/professionnel.html",
        {
            "personne": ici,
            "lieux": lieux([professionnel_id]).get(professionnel_id, []),
            "actions": [
                en_francais(ligne, acces.cle_journal) for ligne in actions[:DERNIERES_ACTIONS]
            ],
            "nombre_documents": documents.count(),
            "gestes": [(nom, DES_PERSONNES[nom]) for nom in gestes_possibles(ici)],
            "peut_avoir_un_role": bool(roles_possibles(exercices)) and ici.blocage is None,
        },
    )
