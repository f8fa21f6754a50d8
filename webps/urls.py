"""The professionals' door (Web PS)."""

from django.urls import include, path
from django.views.generic import RedirectView

from dossier.views import gestes_ps, ps, rubriques_ps
from habilitations.views import ps as demandes
from urgence.views import ps as urgence
from webps.views import alertes, ecrit, gestes, historique, patients, structure

app_name = "webps"

urlpatterns = [
    path(
        "",
        RedirectView.as_view(pattern_name="webps:recherche", http_method_names=["get", "head"]),
        name="accueil",
    ),
    path("", include("webps.urls_connexion")),
    path("patients/", patients.recherche, name="recherche"),
    path("patients/vitale/", patients.lire_vitale, name="vitale"),
    path("patients/mes-patients/", patients.mes_patients, name="mes_patients"),
    path("patients/code/", patients.code, name="code"),
    path("patients/ecrit/", ecrit.ecrit, name="ecrit"),
    path("patients/declaration/", patients.declaration, name="declaration"),
    path("patients/refus/", patients.refus, name="refus"),
    path("dossier/fermer/", patients.fermer, name="fermer"),
    path("dossier/historique/", historique.historique, name="historique"),
    path("dossier/historique/tous/", historique.tous, name="historique_tous"),
    path("dossier/administration/", gestes.administration, name="administration"),
    path("dossier/blocage/", gestes.blocage, name="blocage"),
    path("dossier/confrere/", gestes.confrere, name="confrere"),
    path("dossier/", ps.recapitulatif, name="recapitulatif"),
    path("dossier/alertes/", alertes.alertes, name="alertes"),
    path("dossier/documents/", ps.liste, name="documents"),
    path("dossier/documents/<uuid:document_id>/", ps.document, name="document"),
    path("dossier/documents/<uuid:document_id>/contenu/", ps.contenu, name="document_contenu"),
    path(
        "dossier/documents/<uuid:document_id>/telecharger/",
        ps.telecharger,
        name="document_telecharger",
    ),
    path(
        "dossier/documents/<uuid:document_id>/confidentialite/",
        ps.confidentialite,
        name="document_confidentialite",
    ),
    path(
        "dossier/documents/<uuid:document_id>/supprimer/", ps.supprimer, name="document_supprimer"
    ),
    path(
        "dossier/documents/<uuid:document_id>/montrer-au-patient/",
        gestes_ps.visible_patient,
        name="document_visible_patient",
    ),
    path(
        "dossier/documents/<uuid:document_id>/montrer-aux-representants/",
        gestes_ps.visible_representants,
        name="document_visible_representants",
    ),
    path(
        "dossier/documents/<uuid:document_id>/archiver/",
        gestes_ps.archiver,
        name="document_archiver",
    ),
    path(
        "dossier/documents/<uuid:document_id>/desarchiver/",
        gestes_ps.desarchiver,
        name="document_desarchiver",
    ),
    path(
        "dossier/documents/<uuid:document_id>/mauvais-patient/",
        gestes_ps.ecarter,
        name="document_ecarter",
    ),
    path(
        "dossier/documents/<uuid:document_id>/remplacer/",
        gestes_ps.remplacer,
        name="document_remplacer",
    ),
    path("dossier/mauvais-patient/", gestes_ps.mis_a_l_ecart, name="mis_a_l_ecart"),
    path("dossier/vaccinations/", rubriques_ps.vaccinations, name="vaccinations"),
    path("dossier/volontes/", rubriques_ps.volontes, name="volontes"),
    path("dossier/carnet-enfant/", rubriques_ps.carnet, name="carnet"),
    path("dossier/histoire-de-soins/", rubriques_ps.histoire, name="histoire"),
    path("avis/", gestes_ps.avis, name="avis"),
    path("urgence/", urgence.bris_de_glace, name="urgence"),
    path("urgence/samu/", urgence.samu, name="urgence_samu"),
    path("urgence/dossier/", urgence.dossier, name="urgence_dossier"),
    path("urgences/", urgence.urgences, name="urgences"),
    path("structure/urgences/", urgence.urgences_de_la_structure, name="urgences_structure"),
    path("depot/", ps.deposer, name="deposer"),
    path("depot/accuse/", ps.accuse, name="accuse"),
    path("depot/refus/", structure.refus_d_alimentation, name="refus_alimentation"),
    path("depot/information/", structure.information, name="information"),
    path("depot/recus/", structure.recus, name="recus"),
    path("structure/", structure.reglages, name="structure"),
    path("structure/retirer/", structure.retirer_regle, name="structure_retirer"),
    path("demandes/", demandes.demandes, name="demandes"),
    path("demandes/<uuid:demande_id>/", demandes.demande, name="demande"),
]
