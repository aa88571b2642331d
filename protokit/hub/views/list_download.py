"""Every list of the Hub as a file: CSV and Excel, in which no cell is taken for a formula."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from protokit.errors import ProtokitError
from protokit.runtime.safe_csv import safe_csv
from protokit.runtime.safe_xlsx import safe_xlsx

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def list_download(
    request: Request, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """The rows as the kind of file that the address ends in (`{kind}`), named `name` and today. Raises
    HTTPException 404 for another kind, ProtokitError for what Excel cannot hold."""
    kind = request.path_params["kind"]
    if kind not in _TYPES:
        raise HTTPException(404)
    content: str | bytes
    if kind == "xlsx":
        try:
            content = safe_xlsx(columns, rows)
        except ValueError as problem:
            raise ProtokitError(str(problem), fix="Download them as CSV.") from None
    else:  # with the mark by which Excel knows that it is UTF-8
        content = safe_csv(columns, rows, line_end="\r\n").encode("utf-8-sig", "replace")
    file = f"{name}-{datetime.now(UTC):%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
    return Response(content, media_type=_TYPES[kind], headers=headers)


def when(moment: float | None) -> str:
    """Seconds since 1970 as ISO 8601 (UTC); "" for a time that has not come."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds") if moment is not None else ""
