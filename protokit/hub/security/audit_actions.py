"""Says what a request of a member did, so that each one that changed something stands in the audit log."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

_ACTIONS = {
    "edit": "edited",
    "change": "change asked for",
    "change/apply": "changed by a line",
    "change/discard": "change put away",
    "change/undo": "change undone",
    "versions/undo": "change undone",
    "story": "story saved",
    "documents": "document added",
    "documents/remove": "document removed",
    "documents/restore": "document restored",
    "links": "link made",
    "links/revoke": "link revoked",
    "links/uploads": "link changed: guests' uploads",
    "archive": "archived",
    "unarchive": "unarchived",
    "duplicate": "duplicated",
    "delete": "deleted",
    "undelete": "restored",
    "start": "started",
    "restart": "restarted",
    "stop": "stopped",
    "damage": "damaged records put away",
    "questions/mark": "answer judged",
    "decision/compare": "comparison made",
    "decision/end": "comparison ended",
    "decision/case": "assumptions kept",
    "questions/keep": "question added to the tests",
}
_PEOPLE = {
    "members/invite": "member invited",
    "members/withdraw": "invitation withdrawn",
    "members/role": "role changed",
    "members/remove": "member removed",
    "members/signout": "member signed out",
    "members/passcode": "member invited",
    "account/name": "name changed",
    "account/passcode": "passcode changed",
    "account/device": "device signed out",
    "account/oidc": "sign-in linked",
    "account/end": "signed out everywhere",
}


def tell(request: "Request", detail: str) -> None:
    """Name what a request is about (a link, a document) for the log; it also says that something was done."""
    request.state.audit = detail


def action_of(path: str) -> tuple[str, str]:
    """The action and the prototype of a member's POST to `path`; one nobody named yet is "changed"."""
    parts = path.strip("/").split("/")
    if parts[0] == "prototypes" and len(parts) > 2:
        _, slug, *rest = parts
        key = "/".join(rest)
        if rest[0] == "questions" and "comments" in rest:
            return ("comment removed" if rest[-1] == "remove" else "commented"), slug
        if len(rest) > 2:  # links/ID/revoke
            key = f"{rest[0]}/{rest[-1]}"
        fallback = "link changed" if rest[0] == "links" else "changed"
        return _ACTIONS.get(key, fallback), slug
    if parts[0] in ("new", "jobs"):
        return "prototype requested", ""
    if parts[0] in ("members", "account"):
        one = parts[1:2] == ["sessions"] and len(parts) == 4
        return _PEOPLE.get("account/device" if one else f"{parts[0]}/{parts[-1]}", "changed"), ""
    if parts[0] == "signout":
        return "signed out", ""
    return ("settings changed" if parts[0] == "activity" else "changed"), ""
