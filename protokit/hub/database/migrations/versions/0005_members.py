"""Members with roles, their invitations, and comments on answers. The passcode there was is the founder's."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_FOUNDER = "founder"


def upgrade() -> None:
    members = op.create_table(
        "members",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("passcode", sa.Text, nullable=False, server_default=""),
        sa.Column("subject", sa.Text, nullable=False, server_default=""),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        sa.Column("created", sa.Float, nullable=False),
    )
    by_subject = sa.text("subject <> ''")
    op.create_index(
        "members_by_subject",
        "members",
        ["subject"],
        unique=True,
        sqlite_where=by_subject,
        postgresql_where=by_subject,
    )
    owner = sa.table("owner", sa.column("name"), sa.column("value"))
    passcode = op.get_bind().scalar(sa.select(owner.c.value).where(owner.c.name == "passcode")) or ""
    founder = {"id": _FOUNDER, "name": "Owner", "key": "owner", "role": "owner"}
    op.bulk_insert(members, [{**founder, "passcode": passcode, "created": time.time()}])
    op.execute(sa.delete(owner).where(owner.c.name == "passcode"))
    _sessions()
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False, server_default=""),
        _member("inviter", nullable=False),
        _member("member", nullable=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "slug", sa.String(60), sa.ForeignKey("prototypes.slug", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("answer", sa.Integer, nullable=False),
        sa.Column("answered", sa.Float, nullable=False),
        sa.Column("member", sa.String(32), sa.ForeignKey("members.id", ondelete="SET NULL")),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("time", sa.Float, nullable=False),
    )
    op.create_index("comments_by_answer", "comments", ["slug", "answer"])
    op.add_column("activity", sa.Column("name", sa.Text, nullable=False, server_default=""))


def _member(name: str, *, nullable: bool) -> sa.Column[str]:
    member = sa.ForeignKey("members.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(32), member, nullable=nullable)


def _sessions() -> None:
    """The same sessions, each with its member: SQLite adds no column that refers to another table."""
    op.rename_table("sessions", "sessions_before")
    columns = [sa.Column(name, sa.Float, nullable=False) for name in ("began", "seen", "expires")]
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        _member("member", nullable=False),
        *columns,
        sa.Column("device", sa.Text, nullable=False),
    )
    op.execute(
        "INSERT INTO sessions (id, member, began, seen, expires, device)"
        f" SELECT id, '{_FOUNDER}', began, seen, expires, device FROM sessions_before"
    )
    op.drop_table("sessions_before")


def downgrade() -> None:
    op.execute(
        "INSERT INTO owner (name, value, changed)"
        f" SELECT 'passcode', passcode, created FROM members WHERE id = '{_FOUNDER}' AND passcode <> ''"
    )
    op.drop_column("activity", "name")
    for table in ("comments", "invitations", "sessions"):
        op.drop_table(table)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(64), primary_key=True),
        *(sa.Column(name, sa.Float, nullable=False) for name in ("began", "seen", "expires")),
        sa.Column("device", sa.Text, nullable=False),
    )
    op.drop_table("members")
