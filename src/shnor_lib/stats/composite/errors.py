"""The error of a step that cannot be done.

No step falls back on another method in silence: what cannot be computed is an error that
names the step, the indicator and, where there is one, the unit.
"""

from __future__ import annotations


def shown(value: float, digits: int = 6) -> str:
    """A number as Russian readers write it."""
    return f"{value:.{digits}g}".replace(".", ",").replace("-", "−")


class StepError(ValueError):
    """A step of a composite index is impossible.

    Parameters
    ----------
    step
        Russian name of the step, e.g. «нормировка».
    problem
        Russian: what is impossible and what to do.
    indicator
        Code of the indicator or aggregate; empty when the whole step is meant.
    unit
        Code of the unit (and its time); empty when no single unit is meant.

    Attributes
    ----------
    step, problem, indicator, unit
        As given, so that a caller who knows better names can write its own sentence.

    Examples
    --------
    >>> print(StepError("нормировка", "у всех одно значение.", "x1"))
    Шаг «нормировка», показатель «x1»: у всех одно значение.
    """

    def __init__(self, step: str, problem: str, indicator: str = "", unit: str = "") -> None:
        self.step, self.problem, self.indicator, self.unit = step, problem, indicator, unit
        place = f"Шаг «{step}»"
        if indicator:
            place += f", показатель «{indicator}»"
        if unit:
            place += f", единица «{unit}»"
        super().__init__(f"{place}: {problem}")

    def __reduce__(self) -> tuple[type[StepError], tuple[str, str, str, str]]:
        return StepError, (self.step, self.problem, self.indicator, self.unit)
