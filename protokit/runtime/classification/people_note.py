"""Whether labels are about people, so that a page can say what that asks of who uses them."""

import re
from collections.abc import Sequence

from protokit.runtime.prototype_fields import Label

_PEOPLE = re.compile(
    r"\b(?:cvs?|r[eé]sum[eé]s?|candidates?|applicants?|applications? for|job seekers?|employees?|students?|"
    r"pupils?|patients?|tenants?|borrowers?|suspects?|hiring|recruit\w*|bewerb\w*|lebensl[aä]uf\w*|mitarbeitende\w*|"
    r"schüler\w*|candidat[oae]s?|alumnos?|empleados?|étudiants?|salariés?|candidati|studenti|dipendenti)\b"
    r"|简历|候选人|履歴書|応募者",
    re.IGNORECASE,
)


def is_about_people(labels: Sequence[Label], about: str) -> bool:
    """Whether the labels or what is asked of the texts judge people, and not only what they wrote."""
    return bool(_PEOPLE.search(" ".join([about, *(f"{each.name} {each.description}" for each in labels)])))
