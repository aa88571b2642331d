"""The tables of the Hub's own state; `migrations` brings a database to them step by step.

Times are seconds since 1970 (UTC); a time that has not come is NULL.
"""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    false,
)

METADATA = MetaData()

PROTOTYPES = Table(
    "prototypes",
    METADATA,
    Column("slug", String(60), primary_key=True),
    Column("title", Text, nullable=False),
    Column("pitch", Text, nullable=False),
    Column("blueprint", Text, nullable=False),
    Column("screen", Text, nullable=False),
    Column("emoji", Text, nullable=False),
    Column("accent", Text, nullable=False),
    Column("words", Text, nullable=False),  # title, pitch and the rest, case folded: searched and sorted by
    Column("created", Float, nullable=False),
    Column("archived", Float),
    Column("trashed", Float),
    Column("last_visit", Float),
    Column("questions", Integer, nullable=False, server_default="0"),
    Column("thumbs_up", Integer, nullable=False, server_default="0"),
    Column("thumbs_down", Integer, nullable=False, server_default="0"),
    Column("cost_today", Float, nullable=False, server_default="0"),
    Column("cost_day", String(10), nullable=False, server_default=""),  # the UTC day cost_today belongs to
    Column("tallied", Text, nullable=False, server_default=""),  # the state of events.db that was counted
)

LINKS = Table(
    "links",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("slug", String(60), ForeignKey("prototypes.slug", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("passcode", Text, nullable=False, server_default=""),  # an argon2 hash, empty for none
    Column("created", Float, nullable=False),
    Column("expires", Float),
    Column("max_visitors", Integer),
    Column("visitors", Integer, nullable=False, server_default="0"),
    Column("revoked", Float),
    Column("uploads", Boolean, nullable=False, server_default=false()),  # whether its guests may add files
)

COMPARISONS = Table(
    "comparisons",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("measure", String(20), nullable=False),
    Column("first", String(32), ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
    Column("second", String(32), ForeignKey("links.id", ondelete="CASCADE"), nullable=False),
    Column("created", Float, nullable=False),
)

VISITS = Table(
    "visits",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("link", String(32), ForeignKey("links.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("slug", String(60), nullable=False),
    Column("began", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Index("visits_by_slug", "slug", "seen"),
)

OWNER = Table(
    "owner",
    METADATA,
    Column("name", String(20), primary_key=True),  # "start" (a digest), "... days"
    Column("value", Text, nullable=False),
    Column("changed", Float, nullable=False),
)

MEMBERS = Table(
    "members",
    METADATA,
    Column("id", String(32), primary_key=True),  # "founder" for whoever started the Hub
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the name case folded
    Column("role", String(10), nullable=False),  # "owner", "editor" or "viewer"
    Column("passcode", Text, nullable=False, server_default=""),  # an argon2 hash, empty for none
    Column("subject", Text, nullable=False, server_default=""),  # issuer and subject of the sign-in service
    Column("email", Text, nullable=False, server_default=""),
    Column("created", Float, nullable=False),
)
_SIGNED_IN_ELSEWHERE = MEMBERS.c.subject != ""
Index(
    "members_by_subject",
    MEMBERS.c.subject,
    unique=True,
    sqlite_where=_SIGNED_IN_ELSEWHERE,
    postgresql_where=_SIGNED_IN_ELSEWHERE,
)


def _member(name: str, *, nullable: bool = False) -> Column[str]:
    member = ForeignKey("members.id", ondelete="CASCADE")
    return Column(name, String(32), member, nullable=nullable)


INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    _member("inviter"),
    _member("member", nullable=True),  # who is to choose a new passcode
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False),
)

COMMENTS = Table(
    "comments",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("slug", String(60), ForeignKey("prototypes.slug", ondelete="CASCADE"), nullable=False),
    Column("answer", Integer, nullable=False),  # the id of the event
    Column("answered", Float, nullable=False),  # its time: ids begin anew after a damaged file
    Column("member", String(32), ForeignKey("members.id", ondelete="SET NULL")),
    Column("name", Text, nullable=False),  # the member's, as it was
    Column("text", Text, nullable=False),
    Column("time", Float, nullable=False),
    Index("comments_by_answer", "slug", "answer"),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", String(64), primary_key=True),
    _member("member"),
    Column("began", Float, nullable=False),
    Column("seen", Float, nullable=False),
    Column("expires", Float, nullable=False),
    Column("device", Text, nullable=False),
)

ACTIVITY = Table(
    "activity",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("time", Float, nullable=False),
    Column("action", String(40), nullable=False, server_default=""),
    Column("who", String(20), nullable=False, server_default=""),  # a role, "guest", "nobody" or "server"
    Column("address", String(64), nullable=False, server_default=""),
    Column("slug", String(60), nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("name", Text, nullable=False, server_default=""),  # of the member
    Index("activity_by_time", "time"),
)
