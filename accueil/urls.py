"""The patient's door."""

from django.conf import settings
from django.urls import include, path

from accueil.views import acces as acces_accueil
from accueil.views import galerie, historique, notifications, reglages, tableau
from dossier.views import mesures, patient
from dossier.views.simulation import simulation
from habilitations.views import code, demandes, que_voit, recherche
from habilitations.views import patient as acces

app_name = "accueil"

urlpatterns = [
    path("", tableau.bienvenue, name="bienvenue"),
    path("", include("accueil.urls_connexion")),
    path("accueil/", tableau.tableau, name="tableau"),
    path("documents/", patient.liste, name="documents"),
    path("documents/ajouter/", patient.ajouter, name="document_ajouter"),
    path("documents/confidentialite/", patient.tout_masquer, name="documents_confidentialite"),
    path("documents/<uuid:document_id>/", patient.document, name="document"),
    path("documents/<uuid:document_id>/contenu/", patient.contenu, name="document_contenu"),
    path(
        "documents/<uuid:document_id>/avant-telechargement/",
        patient.avertissement_telechargement,
        name="document_avant_telechargement",
    ),
    path(
        "documents/<uuid:document_id>/telecharger/",
        patient.telecharger,
        name="document_telecharger",
    ),
    path("documents/<uuid:document_id>/qui-peut-voir/", patient.qui, name="document_qui"),
    path(
        "documents/<uuid:document_id>/confidentialite/",
        patient.confidentialite,
        name="document_confidentialite",
    ),
    path(
        "documents/<uuid:document_id>/montrer-a-mes-proches/",
        patient.montrer_aux_proches,
        name="document_montrer_aux_proches",
    ),
    path("documents/<uuid:document_id>/epingler/", patient.epingler, name="document_epingler"),
    path("documents/<uuid:document_id>/supprimer/", patient.supprimer, name="document_supprimer"),
    path("mesures/", mesures.mesures, name="mesures"),
    path("mesures/organiser/", mesures.organiser, name="mesures_organiser"),
    path("mesures/exporter/", mesures.avertissement_export, name="mesures_exporter"),
    path("mesures/exporter/fichier/", mesures.exporter, name="mesures_fichier"),
    path("mesures/type/<slug:slug>/", mesures.historique, name="mesure_historique"),
    path("mesures/type/<slug:slug>/ajouter/", mesures.ajouter, name="mesure_ajouter"),
    path("mesures/type/<slug:slug>/objectif/", mesures.objectif, name="mesure_objectif"),
    path("mesures/<uuid:mesure_id>/modifier/", mesures.modifier, name="mesure_modifier"),
    path("mesures/<uuid:mesure_id>/supprimer/", mesures.supprimer, name="mesure_supprimer"),
    path("mesures/<uuid:mesure_id>/retablir/", mesures.retablir, name="mesure_retablir"),
    path("historique/", historique.historique, name="historique"),
    path("historique/telecharger/", historique.telecharger, name="historique_telecharger"),
    path("verifier-un-historique/", historique.verifier, name="verifier_historique"),
    path(
        "verifier-un-historique/cle-publique.txt",
        historique.cle_publique,
        name="verifier_historique_cle",
    ),
    path(
        "verifier-un-historique/verifier_historique.py",
        historique.fichier_public,
        {"nom": "verifier_historique.py"},
        name="verifier_historique_programme",
    ),
    path(
        "verifier-un-historique/historique_telecharge.md",
        historique.fichier_public,
        {"nom": "historique_telecharge.md"},
        name="verifier_historique_format",
    ),
    path("notifications/", notifications.liste, name="notifications"),
    path("notifications/tout-lire/", notifications.tout_lire, name="notifications_tout_lire"),
    path(
        "notifications/<uuid:notification_id>/lue/",
        notifications.basculer,
        name="notification_basculer",
    ),
    path(
        "notifications/<uuid:notification_id>/supprimer/",
        notifications.supprimer,
        name="notification_supprimer",
    ),
    path("reglages/", reglages.reglages, name="reglages"),
    path("acces/", acces.tableau, name="acces"),
    path("acces/urgence/", acces.urgence, name="acces_urgence"),
    path("acces/chercher/", recherche.professionnels, name="acces_chercher"),
    path("acces/chercher-structure/", recherche.structures, name="acces_chercher_structure"),
    path("acces/code/", code.code, name="acces_code"),
    path("acces/code/annuler/", code.annuler, name="acces_code_annuler"),
    path("acces/simulation/", simulation, name="acces_simulation"),
    path("acces/demandes/", demandes.liste, name="acces_demandes"),
    path(
        "acces/alertes/<uuid:abonnement_id>/arreter/",
        acces.arreter_alerte,
        name="acces_alerte_arreter",
    ),
    path(
        "acces/professionnels/<uuid:professionnel_id>/",
        acces_accueil.professionnel,
        name="acces_professionnel",
    ),
    path(
        "acces/professionnels/<uuid:professionnel_id>/demander/",
        demandes.demander,
        {"genre": "explication"},
        name="acces_demander",
    ),
    path(
        "acces/professionnels/<uuid:professionnel_id>/signaler/",
        demandes.demander,
        {"genre": "signalement"},
        name="acces_signaler",
    ),
    path(
        "acces/professionnels/<uuid:professionnel_id>/<slug:geste>/",
        acces.geste_personne,
        name="acces_professionnel_geste",
    ),
    path("acces/structures/<uuid:structure_id>/", acces.structure, name="acces_structure"),
    path(
        "acces/structures/<uuid:structure_id>/<slug:geste>/",
        acces.geste_structure,
        name="acces_structure_geste",
    ),
    path("que-voit-un-professionnel/", que_voit.matrice, name="matrice"),
    path("que-voit-un-professionnel/pdf/", que_voit.matrice_pdf, name="matrice_pdf"),
]

if settings.MES_ENVIRONNEMENT != "production":
    # The components in all their states: for whoever makes pages, and for axe.
    urlpatterns.append(path("galerie/", galerie.galerie, name="galerie"))
