"""Says of each sentence of an answer whether the passages it was given carry it, offline and in milliseconds.

    found = check(answer, passages)
    for sentence in found.sentences:
        print(sentence.verdict, answer[sentence.start : sentence.end], sentence.why)

Numbers, dates, times, units, names and negations are compared exactly after normalising; how words, names
and facts lie in the passages is weighed for a sentence, and otherwise for an answer of several, by weights
fitted by `benchmarks/fit_grounding.py`.
"""

from protokit.runtime.grounding.grounding_rate import Rate, rate, wilson
from protokit.runtime.grounding.quotations import quotation_checks
from protokit.runtime.grounding.verify import Grounding, SentenceCheck, check, weighed_claims

__all__ = [
    "Grounding",
    "Rate",
    "SentenceCheck",
    "check",
    "quotation_checks",
    "rate",
    "weighed_claims",
    "wilson",
]
