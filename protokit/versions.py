"""Which versions a blueprint asks for, because what it builds on moves on without it."""

from protokit.errors import SpecProblem


def fits(version: str, wanted: str, *, where: str = "") -> bool:
    """Whether `version` lies in `wanted`; everything lies in "".

    `wanted` is a version, which a later one with the same first number serves as well ("1.2" is 1.2.0 and all above
    it below 2), or a range as Python packages write it, ">=1.1,<1.3". Raises SpecProblem when it is neither.
    """
    if not wanted:
        return True
    if all(part.isdigit() for part in wanted.split(".")):
        least, there = ([int(part) for part in text.split(".")] for text in (wanted, version))
        return there[0] == least[0] and there >= least
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(wanted).contains(version, prereleases=True)
    except InvalidSpecifier:
        raise SpecProblem(
            f'"{wanted}" is no range of versions', where=where, fix='Write for example "1" or ">=1.2,<2".'
        ) from None
