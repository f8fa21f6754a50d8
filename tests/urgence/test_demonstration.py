"""The demonstration has something to show of emergencies, once."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from demo.management.commands.peupler import Command
from habilitations.models import Role, RoleDeclare
from urgence.models import ReferentStructure, RevueAcces

pytestmark = pytest.mark.django_db


def test_la_demonstration_a_un_medecin_traitant_un_referent_et_une_urgence_passee():
    for _ in range(2):
        call_command(Command())
        revue = RevueAcces.objects.select_related("ouverture").get()
        assert revue.ouverture.fermee_le is not None
        assert revue.est_justifiee
        assert RoleDeclare.objects.get(role=Role.MEDECIN_TRAITANT).espace_id == revue.espace_id
        referent = ReferentStructure.objects.get()
        assert referent.structure_id == revue.structure_id
        assert referent.professionnel_id != revue.professionnel_id
