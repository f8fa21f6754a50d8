"""The patient's documents: list, page, content, deposit, confidentiality."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossier import actions, selection, suites
from dossier.forms import FormulaireDepotUsager, FormulaireListe
from dossier.presentation import PageDocument
from dossier.qui_peut_voir import qui_peut_voir
from dossier.regard import laissez_passer
from dossier.views import communs
from habilitations.politique import Action
from habilitations.portes import acces_usager
from journal.faits import Fait
from journal.lecture import lectures_par_des_professionnels
from mes.socle.nomenclatures import categories, types_documents

PROFIL_MEDICAL = "DOCPAT08"
"""The synthesis of the medical profile, which the product writes itself."""


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """My documents: categories with counts, sort, filter, search, paging (R-DOC-16, 17)."""
    acces = acces_usager(request, Action.LISTER)
    formulaire = FormulaireListe(request.GET)
    criteres = formulaire.criteres()
    releve = communs.releve_sans_choix(acces, criteres)
    page = selection.page(
        acces, criteres, formulaire.numero(), total=communs.total(releve, criteres)
    )
    acces.noter(Fait.LISTE_CONSULTEE)
    return TemplateResponse(
        request,
        "patient/documents/liste.html",
        {
            "page": page,
            "criteres": criteres,
            "categories": communs.cartes_categories(releve, criteres.categorie),
            "categorie_choisie": categories().get(criteres.categorie, ""),
            "formulaire": formulaire,
            "total_general": sum(compte.nombre for compte in releve),
            "lectures": lectures_par_des_professionnels(acces.espace_id, acces.cle_journal),
            "masquer_par_defaut": acces.masquer_par_defaut,
        },
    )


def _page(request: HttpRequest, document_id: UUID) -> PageDocument:
    acces = acces_usager(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id)
    return PageDocument(acces, selection.apercu(acces, document), document.fiche(acces.coffre))


@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document: what it says, who added it, who has read it, what I can do with it."""
    page = _page(request, document_id)
    actions.noter_lecture(acces=page.acces, documents=[page.document], fait=Fait.DOCUMENT_CONSULTE)
    return TemplateResponse(
        request,
        "patient/documents/document.html",
        {
            "page": page,
            "document": page.document,
            "regard": laissez_passer(document_id, page.acces.acteur.compte_id, timezone.now()),
            "lectures": lectures_par_des_professionnels(
                page.acces.espace_id, page.acces.cle_journal, objet_id=document_id, combien=10
            ),
        },
    )


@require_safe
def contenu(request: HttpRequest, document_id: UUID) -> HttpResponse:
    acces = acces_usager(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id)
    return communs.contenu(acces, document, telecharger=False, regard=request.GET.get("regard", ""))


@require_safe
def avertissement_telechargement(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """What leaving the espace means, before the file leaves it (R-DOC-20)."""
    return TemplateResponse(
        request, "patient/documents/telecharger.html", {"page": _page(request, document_id)}
    )


@require_safe
def telecharger(request: HttpRequest, document_id: UUID) -> HttpResponse:
    acces = acces_usager(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id)
    return communs.contenu(acces, document, telecharger=True)


@require_safe
def qui(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """« Qui peut voir ce document ? »"""
    page = _page(request, document_id)
    page.acces.noter(Fait.QUI_PEUT_VOIR, objet_id=document_id, details={"titre": page.apercu.titre})
    return TemplateResponse(
        request,
        "patient/documents/qui.html",
        {"page": page, "reponse": qui_peut_voir(page.acces, page.document, page.apercu.auteur)},
    )


def _types_proposes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Types that a patient adds: first one by category, in its name, then every precise one.

    Those that the table reserves to somebody else, and the synthesis that we write, are absent.
    """
    simples: list[tuple[str, str]] = []
    precis: dict[str, list[tuple[str, str]]] = {}
    for code, type_document in types_documents().items():
        if type_document.deposant == "patient" and code != PROFIL_MEDICAL:
            simples.append((code, type_document.libelle_categorie))
        elif "ps" in type_document.deposant.split("|"):
            groupe = type_document.libelle_categorie or "Autres documents"
            precis.setdefault(groupe, []).append((code, type_document.libelle))
    groupes = ((f"Type précis : {groupe}", types) for groupe, types in precis.items())
    return [("Catégorie", simples), *groupes]


@require_http_methods(["GET", "HEAD", "POST"])
def ajouter(request: HttpRequest) -> HttpResponse:
    """« J'ajoute un document » (R-DOC-02…05)."""
    acces = acces_usager(request, Action.DEPOSER)
    donnees = (request.POST, request.FILES) if request.method == "POST" else ()
    initial = {"confidentialite": "masque" if acces.masquer_par_defaut else "visible"}
    formulaire = FormulaireDepotUsager(*donnees, types=_types_proposes(), initial=initial)
    if request.method == "POST" and formulaire.is_valid():
        resultat = communs.deposer(acces, formulaire)
        if resultat is not None:
            messages.success(
                request,
                "Ce document est déjà dans votre espace."
                if resultat.deja_present
                else "Le document est ajouté. Il s'affiche dès que son analyse est terminée.",
            )
            return redirect("accueil:document", resultat.document_id)
    statut = 422 if formulaire.is_bound else 200
    return TemplateResponse(
        request, "patient/documents/ajouter.html", {"formulaire": formulaire}, status=statut
    )


@require_POST
def confidentialite(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """One document, visible by or hidden from professionals (R-MAS-02)."""
    if request.POST.get("confidentialite") == "masque":
        acces = acces_usager(request, Action.MASQUER, objet_id=document_id)
        actions.masquer_document(acces=acces, document_id=document_id)
        messages.success(
            request,
            "Le document est masqué aux professionnels de santé. Vous et la personne qui l'a "
            "ajouté le voyez toujours.",
        )
    else:
        acces = acces_usager(request, Action.DEMASQUER, objet_id=document_id)
        actions.demasquer_document(acces=acces, document_id=document_id)
        messages.success(
            request, "Le document est visible par les professionnels de santé que vous autorisez."
        )
    return redirect("accueil:document", document_id)


@require_http_methods(["GET", "HEAD", "POST"])
def montrer_aux_proches(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Once adult, the titulaire ends the secret towards those who manage her espace (R-PRO-11).

    Asks first: it can't be undone.
    """
    action = Action.RENDRE_VISIBLE_REPRESENTANTS
    if request.method == "POST":
        acces = acces_usager(request, action, objet_id=document_id)
        suites.rendre_visible_representants(acces=acces, document_id=document_id)
        messages.success(request, "Les personnes qui gèrent votre espace voient ce document.")
        return redirect("accueil:document", document_id)
    acces = acces_usager(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id, action)
    return TemplateResponse(
        request,
        "patient/documents/montrer.html",
        {"apercu": selection.apercu(acces, document)},
    )


@require_POST
def epingler(request: HttpRequest, document_id: UUID) -> HttpResponse:
    acces = acces_usager(request, Action.LIRE, objet_id=document_id)
    epingle = request.POST.get("epingle") == "oui"
    actions.epingler_document(acces=acces, document_id=document_id, epingle=epingle)
    messages.success(
        request,
        "Le document est épinglé à l'accueil." if epingle else "Le document n'est plus épinglé.",
    )
    return redirect("accueil:document", document_id)


@require_http_methods(["GET", "HEAD", "POST"])
def supprimer(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Asks before deleting; only what comes from the patient's side (R-DOC-07, 08)."""
    if request.method == "POST":
        acces = acces_usager(request, Action.SUPPRIMER, objet_id=document_id)
        actions.supprimer_document(acces=acces, document_id=document_id)
        messages.success(request, "Le document est supprimé.")
        return redirect("accueil:documents")
    acces = acces_usager(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id, Action.SUPPRIMER)
    page = PageDocument(acces, selection.apercu(acces, document), document.fiche(acces.coffre))
    return TemplateResponse(request, "patient/documents/supprimer.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def tout_masquer(request: HttpRequest) -> HttpResponse:
    """Everything at once, present and to come (R-MAS-03), after saying what it means."""
    acces = acces_usager(request, Action.LISTER if request.method == "GET" else Action.MASQUER)
    if request.method == "POST":
        masquer = request.POST.get("choix") == "masquer"
        nombre = actions.masquer_tout(acces=acces, masquer=masquer)
        etat = "masqués aux" if masquer else "visibles par les"
        messages.success(
            request,
            f"Vos documents sont {etat} professionnels de santé, ceux à venir aussi "
            f"({nombre} changés).",
        )
        return redirect("accueil:documents")
    return TemplateResponse(
        request,
        "patient/documents/tout_masquer.html",
        {"masquer_par_defaut": acces.masquer_par_defaut},
    )
