"""OpenAI's embeddings: the vectors by which the prototype finds its passages."""

import base64
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from protokit.deploy.serving.request_fields import plain_fields
from protokit.errors import PromptProblem
from protokit.runtime.prompting.tokens import count
from vectorstore.embeddings.embedder_factory import NONE, embedder

if TYPE_CHECKING:
    from protokit.runtime.settings import Settings

_MOST_LETTERS = 400_000
"""Of all texts of a request together: some seconds of work."""


class EmbeddingsRequest(BaseModel):
    """Texts to vectors of unit length."""

    model_config = ConfigDict(extra="allow")

    model: str
    input: str | list[str] = Field(min_length=1, max_length=_MOST_LETTERS)
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None
    user: str = ""

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, fields: Any) -> Any:
        return plain_fields(fields)


def embeddings(request: EmbeddingsRequest, settings: "Settings") -> dict[str, Any]:
    """The response to `request`. Raises PromptProblem for what cannot be turned into vectors here."""
    texts = [request.input] if isinstance(request.input, str) else request.input
    if not all(text.strip() for text in texts) or sum(map(len, texts)) > _MOST_LETTERS or len(texts) > 2048:
        what = f"1 to 2,048 texts of {_MOST_LETTERS:,} characters together are taken, none of them empty"
        raise PromptProblem(what, where="input")
    if settings.embedding == NONE or ":" in settings.embedding:
        raise PromptProblem(
            f"the prototype makes none itself (embedding: {settings.embedding})", where="model"
        )
    model = embedder(settings.embedding)
    if request.dimensions not in (None, model.dimension):
        raise PromptProblem(
            f"its vectors have {model.dimension} numbers", where="dimensions", fix="Leave it out."
        )
    vectors = model.embed(texts)
    coded = request.encoding_format == "base64"
    data = [
        {
            "object": "embedding",
            "index": number,
            "embedding": base64.b64encode(vector.astype("<f4").tobytes()).decode()
            if coded
            else vector.tolist(),
        }
        for number, vector in enumerate(vectors)
    ]
    tokens = sum(count(text) for text in texts)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "model": request.model, "data": data, "usage": usage}
