"""Child exams, dental exams, check-ups and organised screenings (R-AGE-07, R-AGE-08, R-PRO-14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from calendrier.durees import Duree, premier, veille
from calendrier.echeances import ActeEcarte, Echeance, Etat
from calendrier.personnes import Fait, Nature, Personne
from calendrier.regles import RegleExamen, Repere, Tables, raison_du_sexe
from calendrier.saisons import grossesses_commencees
from calendrier.series import DATE_IMPRECISE
from mes.socle.dates import formater_jour

RIEN_D_ENREGISTRE = "Aucun examen de ce genre n'est enregistré ici : il a pu être fait ailleurs."


def _echeance(regle: RegleExamen, numero: int, etat: Etat, raison: str) -> Echeance:
    return Echeance(
        nature=Nature.EXAMEN,
        regle=regle.id,
        libelle=regle.libelle,
        maladie="",
        numero=numero,
        etat=etat,
        portee=regle.portee,
        raison=raison,
        certificat=regle.certificat,
        confiance=regle.confiance,
        lecture=regle.lecture,
        source=regle.source,
    )


def _faite(regle: RegleExamen, numero: int, fait: Fait, *, est_sur: bool) -> Echeance:
    prefixe = "Fait le" if fait.acte.quand.est_precise else "Fait en"
    return replace(
        _echeance(regle, numero, Etat.FAIT, f"{prefixe} {fait.acte.quand}."),
        fait_le=fait.acte.quand,
        reserves=() if est_sur else (DATE_IMPRECISE,),
        a_verifier=not est_sur,
    )


class Examens:
    """The exams of one person on one day."""

    def __init__(
        self, personne: Personne, faits: Sequence[Fait], jour: date, tables: Tables
    ) -> None:
        self.personne, self.jour, self.tables = personne, jour, tables
        self._genres = {
            code: regle.acte
            for regle in tables.examens
            for code in (regle.id, regle.code_nos, regle.acte)
            if code
        }
        self.connus = [f for f in faits if f.acte.code in self._genres]
        self.inconnus = [f for f in faits if f.acte.code not in self._genres]
        self._comptes: set[Fait] = set()

    def _du_genre(self, genre: str) -> list[Fait]:
        return [f for f in self.connus if self._genres[f.acte.code] == genre]

    def sans_emploi(self) -> list[Fait]:
        """Once `echeances` is exhausted, the acts that fall in no rule's time."""
        return [f for f in self.connus if f not in self._comptes]

    def echeances(self) -> Iterator[Echeance]:
        """What every rule says."""
        for regle in self.tables.examens:
            if raison := raison_du_sexe(regle.sexe, self.personne):
                rendue = _echeance(regle, 1, Etat.NON_CONCERNE, raison[0])
                yield replace(rendue, a_verifier=raison[1])
            elif regle.repere is not Repere.NAISSANCE:
                yield from self._de_grossesse(regle)
            elif regle.chaque is not None:
                yield from self._periodique(regle, regle.chaque)
            else:
                yield from self._de_l_age(regle)

    def _fenetre(self, regle: RegleExamen, base: date) -> tuple[date, date] | None:
        """The ages of the rule on the days when it is in force; the last day is excluded."""
        debut = regle.debut.apres(base)
        fin = regle.fin.apres(base) if regle.fin is not None else date.max
        if regle.validite.du is not None:
            debut = max(debut, regle.validite.du)
        if regle.validite.au is not None:
            fin = min(fin, regle.validite.au + timedelta(days=1))
        return (debut, fin) if debut < fin else None

    def _decalee(
        self, regle: RegleExamen, fenetre: tuple[date, date], *, avant: date | None
    ) -> tuple[date, date]:
        """The window, moved when the act that comes before was done late."""
        if not regle.apres or regle.apres_delai is None:
            return fenetre
        precedents = [
            f for f in self._du_genre(regle.apres) if avant is None or f.au_plus_tard < avant
        ]
        if not precedents:
            return fenetre
        pret = regle.apres_delai.apres(max(f.au_plus_tard for f in precedents))
        if pret <= fenetre[0]:
            return fenetre
        ecart = pret - fenetre[0]
        return pret, (fenetre[1] + ecart if date.max - fenetre[1] > ecart else date.max)

    def _ouverture_suivante(self, regle: RegleExamen) -> date | None:
        """When the next exam of the family begins for this person."""
        ici = regle.debut.apres(self.personne.naissance)
        ouvertures = [
            fenetre[0]
            for autre in self.tables.examens
            if autre.famille == regle.famille
            and autre.repere is Repere.NAISSANCE
            and autre.debut.apres(self.personne.naissance) > ici
            and (fenetre := self._fenetre(autre, self.personne.naissance)) is not None
        ]
        return premier(*ouvertures)

    def _de_l_age(self, regle: RegleExamen) -> Iterator[Echeance]:
        """An exam of a given age: done, open, late until the next one begins, or over."""
        ages = self._fenetre(regle, self.personne.naissance)
        if ages is None:
            yield _echeance(
                regle, 1, Etat.NON_CONCERNE, f"Examen en vigueur {regle.validite}, pas à cet âge."
            )
            return
        debut, fin = self._decalee(regle, ages, avant=ages[0])
        if regle.tolerance is not None:
            fin = regle.tolerance.apres(fin)
        reste = self._ouverture_suivante(regle) if regle.reste_du else None
        limite = max(fin, reste or fin)
        nommes = {regle.id, regle.code_nos}
        faits = [
            f
            for f in self._du_genre(regle.acte)
            if f.au_plus_tard >= debut and (f.acte.code in nommes or f.au_plus_tot < limite)
        ]
        self._comptes.update(faits)
        if faits:
            yield _faite(regle, 1, faits[0], est_sur=faits[0].au_plus_tot >= debut)
            return
        prevu = f"Prévu du {formater_jour(debut)} au {formater_jour(fin - timedelta(days=1))}."
        rendue = replace(_echeance(regle, 1, Etat.A_VENIR, prevu), debut=debut, fin=veille(fin))
        if self.jour < debut:
            yield rendue
        elif self.jour < fin:
            yield replace(rendue, etat=Etat.A_FAIRE)
        elif self.jour < limite:
            raison = f"{prevu} Il reste dû jusqu'à l'examen suivant."
            yield replace(rendue, etat=Etat.EN_RETARD, raison=raison, reserves=(RIEN_D_ENREGISTRE,))
        else:
            yield replace(
                rendue,
                etat=Etat.NON_CONCERNE,
                raison=f"{prevu} Cette période est passée et rien n'est enregistré.",
                debut=None,
                fin=None,
            )

    def _periodique(self, regle: RegleExamen, chaque: Duree) -> Iterator[Echeance]:
        """An exam that comes back: the last one done, and the next."""
        ages = self._fenetre(regle, self.personne.naissance)
        age_minimal = regle.debut.apres(self.personne.naissance)
        if ages is None:
            yield _echeance(
                regle, 1, Etat.NON_CONCERNE, f"Examen en vigueur {regle.validite}, pas à cet âge."
            )
            return
        faits = [f for f in self._du_genre(regle.acte) if f.au_plus_tard >= age_minimal]
        self._comptes.update(faits)
        if faits:
            yield _faite(regle, len(faits), faits[-1], est_sur=faits[-1].au_plus_tot >= age_minimal)
        debut, fin = ages
        if faits:
            debut = max(debut, chaque.apres(faits[-1].au_plus_tard))
        debut, _ = self._decalee(regle, (debut, fin), avant=None)
        if self.jour >= fin or debut >= fin:
            if not faits:
                yield _echeance(regle, 1, Etat.NON_CONCERNE, "L'âge prévu est dépassé.")
            return
        retard = (regle.tolerance or chaque).apres(debut)
        flou = bool(faits) and not faits[-1].est_precis
        rendue = replace(
            _echeance(
                regle, len(faits) + 1, Etat.A_VENIR, f"À faire tous les {_en_clair(chaque)}."
            ),
            debut=debut,
            fin=veille(premier(retard, fin)),
            reserves=(DATE_IMPRECISE,) if flou else (),
            a_verifier=flou,
        )
        if self.jour >= debut:
            rendue = replace(rendue, etat=Etat.EN_RETARD if self.jour >= retard else Etat.A_FAIRE)
            if not faits:
                rendue = replace(rendue, reserves=(RIEN_D_ENREGISTRE,), a_verifier=True)
        yield rendue

    def _de_grossesse(self, regle: RegleExamen) -> Iterator[Echeance]:
        """The exams of the pregnancy under way, or of the time that follows the birth."""
        rendues: list[Echeance] = []
        numero = 0
        for grossesse in grossesses_commencees(self.personne, self.jour):
            est_apres = regle.repere is Repere.ACCOUCHEMENT
            if est_apres and (grossesse.fin is None or grossesse.fin > self.jour):
                continue
            base = grossesse.fin if est_apres and grossesse.fin else grossesse.debut
            fenetre = self._fenetre(regle, base)
            if fenetre is None:
                numero += regle.nombre
                continue
            debut, fin = fenetre
            faits = [
                f
                for f in self._du_genre(regle.acte)
                if f.au_plus_tard >= debut and f.au_plus_tot < fin
            ][: regle.nombre]
            self._comptes.update(faits)
            for rang in range(regle.nombre):
                numero += 1
                if rang < len(faits):
                    rendues.append(
                        _faite(regle, numero, faits[rang], est_sur=faits[rang].est_precis)
                    )
                elif self.jour < fin:
                    est_ouvert = rang == len(faits) and self.jour >= debut
                    dernier = formater_jour(fin - timedelta(days=1))
                    rendues.append(
                        replace(
                            _echeance(
                                regle,
                                numero,
                                Etat.A_FAIRE if est_ouvert else Etat.A_VENIR,
                                f"À faire du {formater_jour(debut)} au {dernier}.",
                            ),
                            debut=debut,
                            fin=veille(fin),
                        )
                    )
        yield from rendues
        if not rendues:
            raison = "Concerne une grossesse, à une période qui n'est pas celle de ce jour."
            yield _echeance(regle, 1, Etat.NON_CONCERNE, raison)


def _en_clair(duree: Duree) -> str:
    if duree.mois == 12:
        return "ans"
    if duree.mois % 12 == 0 and not duree.jours:
        return f"{duree.mois // 12} ans"
    return str(duree)


def examens(
    personne: Personne, faits: Sequence[Fait], jour: date, tables: Tables
) -> tuple[list[Echeance], list[ActeEcarte]]:
    """What every exam rule says, and the acts that no rule knows."""
    propres = Examens(personne, [f for f in faits if f.acte.nature is Nature.EXAMEN], jour, tables)
    rendues = list(propres.echeances())
    ecartes = [
        ActeEcarte(f.acte, "", "Cet examen n'est pas dans la table.") for f in propres.inconnus
    ]
    ecartes += [
        ActeEcarte(f.acte, "", "Cet examen ne correspond à aucune période prévue à cette date.")
        for f in propres.sans_emploi()
    ]
    return rendues, ecartes
