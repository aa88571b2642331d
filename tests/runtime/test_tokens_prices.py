"""Tokens and money: counted without a network, and never guessed as nothing."""

import subprocess
import sys

import pytest

from protokit.runtime.prompting import tokens
from protokit.runtime.usage import prices

TEXT = "Parental leave is sixteen weeks, and it can be split into two blocks."


def test_tokens_are_counted_with_the_models_own_vocabulary() -> None:
    assert tokens.vocabulary("openai:gpt-4o-mini") == "o200k_base"
    assert tokens.vocabulary("gpt-4-turbo") == "cl100k_base"
    assert tokens.vocabulary("ollama:qwen3:8b") == "qwen3"
    assert tokens.vocabulary("llama3.2:1b") == "llama3"
    assert tokens.count("hello world", "gpt-4o") == 2


def test_text_that_looks_like_a_control_token_is_counted_as_text() -> None:
    assert tokens.count("<|endoftext|>", "gpt-4o") > 1


def test_an_empty_text_has_no_tokens() -> None:
    assert tokens.count("") == 0


def test_without_the_tokenizer_the_estimate_is_close_and_rather_high() -> None:
    # A process of its own, in which the package cannot be imported, as on a machine without it.
    code = (
        "import sys; sys.modules['splintr'] = None\n"
        "from protokit.runtime.prompting import tokens\n"
        f"found = tokens.count({TEXT * 20!r})\n"
        "print(found)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    exact = tokens.count(TEXT * 20)
    assert exact < int(run.stdout) <= exact * 1.5


def test_neither_module_loads_its_heavy_package_on_import() -> None:
    code = (
        "import sys; from protokit.runtime.prompting import tokens; from protokit.runtime.usage import prices\n"
        "prices.cost('offline', 1, 1)\n"
        "print([m for m in ('splintr', 'genai_prices', 'pydantic') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("model", ["gpt-4o-mini", "openai:gpt-4o-mini"])
def test_a_known_model_costs_what_the_table_says(model: str) -> None:
    found = prices.cost(model, 1_000_000, 1_000_000)
    assert found.dollars == pytest.approx(0.75)
    assert "openai gpt-4o-mini" in found.source


@pytest.mark.parametrize("model", ["gpt-99", "my-own-model", "openai:nonsense", "wrongprovider:gpt-4o"])
def test_an_unknown_models_cost_is_unknown_and_never_nothing(model: str) -> None:
    found = prices.cost(model, 1000, 500)
    assert found.dollars is None
    assert "prototype.yaml" in found.source


def test_prices_of_ones_own_go_before_the_table() -> None:
    own = {"openai:gpt-4o-mini": (1.0, 2.0), "my-own-model": (3.0, 0.0)}
    assert prices.cost("openai:gpt-4o-mini", 1_000_000, 500_000, own).dollars == pytest.approx(2.0)
    assert prices.cost("acme:my-own-model", 1_000_000, 5, own).dollars == pytest.approx(3.0)


def test_a_price_of_ones_own_may_be_nothing() -> None:
    assert prices.cost("gpt-4o", 10, 10, {"gpt-4o": (0.0, 0.0)}).dollars == 0


@pytest.mark.parametrize(
    "base_url",
    [
        "http://localhost:11434/v1",
        "http://127.0.0.1:8000",
        "http://[::1]:80",
    ],
)
def test_a_server_on_this_machine_is_free(base_url: str) -> None:
    assert prices.cost("openai:llama3.2", 1000, 1000, base_url=base_url).dollars == 0


@pytest.mark.parametrize(
    "base_url",
    [
        "http://192.168.1.20/v1",
        "http://10.0.0.7:4000",
        "http://vllm:8000/v1",
        "http://gateway.internal/v1",
        "http://host.docker.internal:4000",
        "http://localhost.example.com/v1",
    ],
)
def test_a_server_of_a_private_name_is_free_only_where_its_owner_says_so(base_url: str) -> None:
    assert prices.cost("openai:llama3.2", 1000, 1000, base_url=base_url).dollars is None
    assert prices.cost("openai:llama3.2", 1, 1, {"llama3.2": (0.0, 0.0)}, base_url=base_url).dollars == 0


@pytest.mark.parametrize("model", ["openai:gpt-4o-mini", "openai:o3-mini"])
def test_a_gateway_on_this_machine_to_a_maker_costs_what_the_maker_asks(model: str) -> None:
    there = prices.cost(model, 1_000_000, 1_000_000).dollars
    assert there
    assert prices.cost(model, 1_000_000, 1_000_000, base_url="http://localhost:4000/v1").dollars == there


def test_a_model_of_ollama_is_free_unless_it_runs_elsewhere() -> None:
    assert prices.cost("ollama:llama3.2", 1000, 1000).dollars == 0
    assert prices.cost("ollama:llama3.2", 1000, 1000, base_url="127.0.0.1:11434").dollars == 0
    assert prices.cost("ollama:llama3.2", 1000, 1000, base_url="http://gpu.internal:11434").dollars is None


def test_the_offline_engine_is_free_and_the_same_tokens_can_be_priced_elsewhere() -> None:
    assert prices.cost("offline", 1000, 1000).dollars == 0
    there = prices.elsewhere("openai:gpt-4o-mini", 1_000_000, 0)
    assert there
    assert there.dollars == pytest.approx(0.15)


def test_a_known_model_on_an_unknown_public_server_is_unknown() -> None:
    found = prices.cost("openai:gpt-4o", 1000, 500, base_url="https://llm.example.com/v1")
    assert found.dollars is None
    assert "llm.example.com" in found.source
