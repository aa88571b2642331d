"""Looks for secrets in what is about to leave: the values of .env, and whatever has the shape of a key."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from dotenv import dotenv_values

from protokit.errors import FolderProblem

_SHAPES: dict[str, bytes] = {
    "a private key": rb"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:\\[nr]|\s|[A-Za-z-]+: [^\n]*\n)*"
    rb"[A-Za-z0-9+/=]{16}",
    "an Anthropic key": rb"sk-ant-[A-Za-z0-9_-]{20,}",
    "an OpenAI key": rb"sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}",
    "a Hugging Face token": rb"hf_[A-Za-z0-9]{30,}",
    "a GitHub token": rb"gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}",
    "a GitLab token": rb"gl(?:pat|dt|ptt|rt|cbt|oas|soat|agent|ffct|imt|ft)-[A-Za-z0-9_.-]{20,}",
    "a Stripe key": rb"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,}",
    "an AWS key": rb"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])"
    rb"|(?i:aws[\w.-]{0,20}(?:secret|key)[\w.-]{0,20})[\"']?\s*[:=]\s*[\"']?[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])",
    "an Azure key": rb"(?i:accountkey|sharedaccesskey)=[A-Za-z0-9+/]{40,}={0,2}"
    rb"|sv=\d{4}-[^\s\"']{0,300}&sig=[A-Za-z0-9%+/]{30,}|[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34}",
    "a Google key": rb"AIza[0-9A-Za-z_-]{35}|GOCSPX-[A-Za-z0-9_-]{28}|ya29\.[A-Za-z0-9_-]{30,}",
    "a Slack token": rb"xox[abeoprs]-[0-9A-Za-z-]{20,}|xapp-\d-[0-9A-Za-z-]{20,}"
    rb"|hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/]{24,}",
    "a signed token (JWT)": rb"eyJ[A-Za-z0-9_-]{14,}\.eyJ[A-Za-z0-9_-]{14,}\.[A-Za-z0-9_-]{20,}",
    "an address with a password": rb"[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'<>{}$]{0,80}:[^\s:/@\"'<>{}$]{5,200}"
    rb"@[A-Za-z0-9.\[-]",
}
_SHAPE = re.compile(
    b"|".join(
        b"(?P<s%d>%s)" % (n, b"(?<![A-Za-z0-9_])(?:%s)" % shape if n else shape)
        for n, shape in enumerate(_SHAPES.values())
    )
)
_PLACEHOLDER = re.compile(
    rb"(?i)example|x{6}|0{8}|\*{3}|\.{3}|changeme|placeholder|your[-_]?|:(?:pass(?:word|wd)?|secret)@"
)
"""What documents write where a key would stand."""
_SECRET_NAME = re.compile(
    r"KEY|TOKEN|SECRET|PASS|PWD|CREDENTIAL|AUTH|DSN|WEBHOOK|SIGNATURE|^SIG$|COOKIE|SALT", re.I
)
_SETTING_NAME = re.compile(
    r"(?:^|_)(?:MODEL|URL|URI|HOST(?:NAME)?|PORT|REGION|NAME|VERSION|LEVEL|LANG(?:UAGE)?|ENV(?:IRONMENT)?|MODE|PATH|DIR"
    r"|FOLDER|ZONE|TZ|ENDPOINT|BASE|TIMEOUT|DATABASE|COLLECTION|TENANT|EMAIL|USER(?:NAME)?|PROVIDER|ORIGINS?)$",
    re.I,
)
_RANDOM = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[\w+/=.~-]{20,}|[0-9a-fA-F-]{24,}")
_SHORTEST, _SHORTEST_PASSWORD = 8, 6
"""Characters from which on a value of .env, and a password in an address, counts as a secret."""


def refuse_secrets(home: Path, files: Iterable[Path], done: str, *, env: Path | None = None) -> None:
    """Raise FolderProblem, with file and line but never the secret, where one of `files` (paths inside `home`)
    holds one. The values of the file `env` (default: `home`'s .env) are known. `done` is what was not done:
    "exported".
    """
    secrets = _known(env or home / ".env")
    for inside in files:
        if hit := _secret_in((home / inside).read_bytes(), secrets):
            what, line = hit
            raise FolderProblem(
                f"holds what looks like {what}, so nothing was {done}",
                where=f"{inside.as_posix()}, line {line}",
                fix="Move it to .env, which never leaves, and read it from the environment.",
            )


def files_in(folder: Path) -> list[Path]:
    """Every file below `folder`, as a path inside it, sorted."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _secret_in(content: bytes, secrets: dict[bytes, str]) -> tuple[str, int] | None:
    """What kind of secret stands in `content`, and in which line."""
    hits = [
        (content.index(value), f"a key: the value of {name} in .env")
        for value, name in secrets.items()
        if value in content
    ]
    for shape in _SHAPE.finditer(content):
        if not _PLACEHOLDER.search(shape[0]):
            assert shape.lastgroup is not None
            hits.append((shape.start(), f"a key: {list(_SHAPES)[int(shape.lastgroup[1:])]}"))
            break
    if not hits:
        return None
    at, what = min(hits)
    return what, content.count(b"\n", 0, at) + 1


def _known(path: Path) -> dict[bytes, str]:
    """The values of an .env file that are worth hiding, each with the name of its line."""
    values = dotenv_values(path) if path.is_file() else {}
    return {
        secret.encode("utf-8", "surrogateescape"): name
        for name, value in values.items()
        for secret in _secrets(name, value or "")
    }


def _secrets(name: str, value: str) -> Iterator[str]:
    """What of a line of .env is secret: all of it, but of an address or a setting only what lets somebody in."""
    yield from _address(value)
    plain = "://" in value or _SETTING_NAME.search(name)
    hidden = _SECRET_NAME.search(name) or not plain or _RANDOM.fullmatch(value)
    if hidden and len(value) >= _SHORTEST:
        yield value


def _address(value: str) -> set[str]:
    """The passwords in an address: before its host, and in its query."""
    try:
        parts = urlsplit(value)
        password = parts.password or ""
    except ValueError:
        return set()
    passwords = {password, unquote(password)} if parts.scheme else set()
    passwords |= {text for name, text in parse_qsl(parts.query) if _SECRET_NAME.search(name)}
    return {text for text in passwords if len(text) >= _SHORTEST_PASSWORD}
