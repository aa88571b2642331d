"""How often two ideas behind one link get a winner: where they are equal, and where one is fifteen points better.

python -m benchmarks.ab_test [--times 1000]
"""

import argparse
from random import Random

from protokit.analytics.ab_test import compare_visitors

_QUESTIONS = (1, 3, 6, 12)
_SPREAD = (0.0, 0.15)
"""The standard deviation between what visitors think of the same idea."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=1_000)
    times = parser.parse_args().times
    print("visitors  questions each  spread  equal: a winner  15 points: found  wrong winner")
    for visitors in (200, 400):
        for questions in _QUESTIONS:
            for spread in _SPREAD:
                equal = [verdict(seed, visitors, questions, spread, 0.0) for seed in range(times)]
                better = [verdict(seed, visitors, questions, spread, 0.15) for seed in range(times)]
                won = sum("better" in each for each in equal) / times
                right, wrong = better.count("A is better") / times, better.count("B is better") / times
                print(
                    f"{visitors:>8}  {questions:>14}  {spread:>6.2f}  {won:>15.1%}  {right:>16.1%}  {wrong:>12.1%}"
                )


def verdict(seed: int, visitors: int, questions: int, spread: float, difference: float) -> str:
    """Of one comparison in which `visitors` in all ask `questions` on average and accept 60% of B's answers."""
    chance = Random(seed)
    arms: tuple[list[float], list[float]] = ([], [])
    for _ in range(visitors):
        arm = chance.randrange(2)
        share = min(max(0.6 + (difference if arm == 0 else 0) + chance.gauss(0, spread), 0.0), 1.0)
        asked = chance.randint(1, 2 * questions - 1)
        arms[arm].append(sum(chance.random() < share for _ in range(asked)) / asked)
    return compare_visitors(*arms).verdict


if __name__ == "__main__":
    main()
