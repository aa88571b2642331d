"""What an error of an OpenAI-compatible server means: for the owner, for the visitor, and for trying again."""

import re
from collections.abc import Iterable

from protokit.runtime.models.openai_server import likely_url
from protokit.runtime.page_texts import page_texts
from protokit.runtime.runtime_errors import ModelProblem

_LONGEST_PAUSE = 20.0
"""Seconds; a server that wants more is reported instead of waited for."""
_FULL = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:length|window|size)|maximum context|too many tokens"
    r"|prompt is too long|(?:input|prompt)[^.]{0,40}(?:longer than|exceeds)[^.]{0,40}(?:length|context|tokens)",
    re.IGNORECASE,
)
_FILTERED = re.compile(
    r"content_filter|content_policy|content management policy|invalid_prompt|safety system", re.IGNORECASE
)
LONGEST = ("max_tokens", "max_completion_tokens")
"""The two names of one field: older servers know the first alone, OpenAI's reasoning models the second."""
_FIELDS = {
    "stream_options": re.compile(r"stream_options|include_usage", re.IGNORECASE),
    "response_format": re.compile(r"response_format|json_schema|structured output", re.IGNORECASE),
    "temperature": re.compile(r"temperature", re.IGNORECASE),
    **dict.fromkeys(LONGEST, re.compile("|".join(LONGEST), re.IGNORECASE)),
}


def explained(error: Exception, model: str, broken: bool) -> ModelProblem:
    """What an error of the openai package means; `broken` when a part of the answer had come already.

    Nothing of the server's own words is repeated: some put the key into them.
    """
    import openai

    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return problem(model, "the server refused the key. Check OPENAI_API_KEY")
    if isinstance(error, openai.NotFoundError):
        if meant := likely_url():
            return problem(model, f"the server knows no such address. Did you mean OPENAI_BASE_URL={meant}")
        return problem(
            model, f'the server does not know the model "{model}". Check the name and OPENAI_BASE_URL'
        )
    if isinstance(error, openai.RateLimitError):
        return problem(
            model, "the server says too many requests or no credit left. Wait, or check the account"
        )
    if isinstance(error, openai.APITimeoutError):
        return problem(model, "the server did not answer in time. Try again, or a smaller model")
    if isinstance(error, openai.APIConnectionError):
        cause = "no connection to the server. Check the network and OPENAI_BASE_URL"
        return problem(model, "the answer broke off. Try again" if broken else cause)
    message = _words(error)
    if _FULL.search(message):
        cause = "the request does not fit into its context window. Lower context_tokens in prototype.yaml"
        return problem(model, cause, friendly=page_texts().too_long_for_model)
    if _FILTERED.search(message):
        return problem(
            model,
            "the server declined this request by its content rules",
            friendly=page_texts().model_declined,
        )
    return problem(model, f"the server answered with an error ({type(error).__name__})")


def problem(model: str, cause: str, **details: str) -> ModelProblem:
    """A ModelProblem of the model `openai:model`; `details` may hold the visitor's line, `friendly`."""
    return ModelProblem(f"model openai:{model}: {cause}.", **details)


def pause(error: Exception, attempt: int) -> float | None:
    """Seconds to wait before asking again after the `attempt`th failure (from 0); None where it would not help."""
    import openai

    backoff = 0.5 * 2**attempt
    if isinstance(error, openai.APITimeoutError):
        return None  # the visitor has waited long enough
    if isinstance(error, openai.APIConnectionError):
        return backoff if attempt == 0 else None
    if not isinstance(error, openai.APIStatusError) or not _passing(error.status_code, _words(error)):
        return None
    wait = _retry_after(error.response.headers.get("retry-after"))
    wait = backoff if wait is None else wait
    return wait if wait <= _LONGEST_PAUSE else None


def stumbled_over(error: Exception, fields: Iterable[str]) -> str:
    """Which of the optional `fields` of a request a server or its model does not take; "" where it is none of them."""
    import openai

    if not isinstance(error, openai.APIStatusError) or error.status_code not in (400, 422):
        return ""
    message = _words(error)
    if _FULL.search(message):
        return ""  # it may name the field, but means its value
    return next((name for name in fields if name in _FIELDS and _FIELDS[name].search(message)), "")


def _passing(status: int, message: str) -> bool:
    """Whether an error passes by itself; an account without credit does not."""
    return (status == 429 and "insufficient_quota" not in message) or status in (408, 409) or status >= 500


def _retry_after(header: str | None) -> float | None:
    """Seconds, from a number or an HTTP date (RFC 9110); None where there is neither."""
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    if not header:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", header.strip()):
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _words(error: Exception) -> str:
    """All that a server said, for recognising what it means, never for showing."""
    return f"{getattr(error, 'code', '')} {getattr(error, 'body', '')} {error}"
