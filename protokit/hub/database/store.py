"""The Hub's own state in one object: prototypes, share links, visits, members, what happened."""

from protokit.hub.database.audit_log import Activity
from protokit.hub.database.comments import Comments
from protokit.hub.database.comparisons import Comparisons
from protokit.hub.database.disk_room import keep_room
from protokit.hub.database.engine import open_database
from protokit.hub.database.members import Members
from protokit.hub.database.prototypes import Records
from protokit.hub.database.retention import RetentionRules
from protokit.hub.database.sessions import Session, Sessions
from protokit.hub.database.share_links import Visit
from protokit.hub.hub_settings import HubSettings


class Store(Records, Comparisons, Members, Comments, Sessions, Activity, RetentionRules):
    """Rows in SQLite or Postgres; folders lie in the Hub's home. Every method may be called from any thread."""

    @classmethod
    def open(cls, settings: HubSettings) -> "Store":
        """The state of the Hub in `settings.home`, made or brought up to date. Raises ProtokitError."""
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (settings.prototypes, settings.trash):
            folder.mkdir(parents=True, exist_ok=True)
        return cls(settings, open_database(settings))

    def touch(self, visitor: Session | Visit) -> None:
        """Note that a member or a guest is there now."""
        if isinstance(visitor, Session):
            self.touch_session(visitor)
        else:
            self.touch_visit(visitor)

    def keep_room(self) -> None:
        """Have room in the database for what must be stored on a full disk too."""
        keep_room(self._engine)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()
