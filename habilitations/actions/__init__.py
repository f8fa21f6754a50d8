"""Every change of who may see what: openings, agreements, the patient's choices."""

from habilitations import effets  # noqa: F401 - registers the jobs that actions plan
