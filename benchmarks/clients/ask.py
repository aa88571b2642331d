"""Asks a running `protokit serve` (URL, KEY, MODEL) by each Python client; prints a line of JSON for each."""

# mypy: ignore-errors
import json
import os
from collections.abc import Callable

URL, KEY, MODEL, QUESTION = (os.environ[name] for name in ("URL", "KEY", "MODEL", "QUESTION"))
BASE = f"{URL}/v1"


def by_openai() -> str:
    import openai

    messages = [{"role": "user", "content": QUESTION}]
    with openai.OpenAI(base_url=BASE, api_key=KEY) as client:
        return client.chat.completions.create(model=MODEL, messages=messages).choices[0].message.content


def by_litellm() -> str:
    import litellm

    messages = [{"role": "user", "content": QUESTION}]
    answer = litellm.completion(model=f"openai/{MODEL}", api_base=BASE, api_key=KEY, messages=messages)
    return answer.choices[0].message.content


def by_langchain(**how: bool) -> str:
    from langchain_openai import ChatOpenAI

    return str(ChatOpenAI(model=MODEL, base_url=BASE, api_key=KEY, **how).invoke(QUESTION).text)


def by_langchain_embeddings() -> str:
    from langchain_openai import OpenAIEmbeddings

    how = {"check_embedding_ctx_length": False}
    vector = OpenAIEmbeddings(model=MODEL, base_url=BASE, api_key=KEY, **how).embed_query(QUESTION)
    return f"{len(vector)} numbers"


ASKING: dict[str, Callable[[], str]] = {
    "openai (Python)": by_openai,
    "litellm": by_litellm,
    "langchain-openai": by_langchain,
    "langchain-openai, responses": lambda: by_langchain(use_responses_api=True),
    "langchain-openai, embeddings": by_langchain_embeddings,
}

if __name__ == "__main__":
    for name, ask in ASKING.items():
        try:
            print(json.dumps({"client": name, "text": ask()}))
        except Exception as error:
            print(json.dumps({"client": name, "text": "", "error": str(error)[:300]}))
