"""Ridge logistic regression against statsmodels; AUC against counting pairs."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.stats.logistic import auc, fit_logistic


@pytest.fixture(scope="module")
def cases() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(300, 3)) * [1.0, 5.0, 0.1] + [0.0, 10.0, -1.0]
    eta = -1 + 0.8 * x[:, 0] + 0.2 * (x[:, 1] - 10)
    return x, (rng.random(300) < 1 / (1 + np.exp(-eta))).astype(float)


def test_without_penalty_as_statsmodels(cases: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = cases
    fit = fit_logistic(x, y, penalty=0.0)
    other = sm.Logit(y, sm.add_constant(x)).fit(disp=0)
    np.testing.assert_allclose(fit.probability(x), other.predict(), atol=1e-7)
    np.testing.assert_allclose(fit.coefficients, other.params[1:] * x.std(axis=0), rtol=1e-5)


def test_with_penalty_as_statsmodels(cases: tuple[np.ndarray, np.ndarray]) -> None:
    """Its ridge divides the log-likelihood by the number of cases."""
    x, y = cases
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    fit = fit_logistic(x, y, penalty=20.0)
    alpha = np.array([0.0, 20.0, 20.0, 20.0]) / len(y)
    model = sm.GLM(y, sm.add_constant(z), family=sm.families.Binomial())
    other = model.fit_regularized(alpha=alpha, L1_wt=0.0)
    np.testing.assert_allclose([fit.intercept, *fit.coefficients], other.params, atol=2e-4)
    assert np.abs(fit.coefficients[0]) < np.abs(fit_logistic(x, y).coefficients[0])


def test_probabilities_add_up_to_the_events(cases: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = cases
    fit = fit_logistic(x, y, penalty=50.0)
    assert fit.probability(x).sum() == pytest.approx(y.sum(), rel=1e-6)
    assert (fit.cases, fit.events) == (300, int(y.sum()))


def test_contributions_make_the_probability(cases: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = cases
    fit = fit_logistic(x, y)
    total = fit.intercept + fit.contributions(x).sum(axis=1)
    np.testing.assert_allclose(1 / (1 + np.exp(-total)), fit.probability(x))


def test_missing_and_constant_predictors_say_nothing() -> None:
    x = np.array([[0.0, 3.0], [1.0, 3.0], [2.0, 3.0], [np.nan, 3.0], [3.0, 3.0], [0.5, 3.0]])
    fit = fit_logistic(x, [0, 0, 1, 1, 1, 1])
    assert fit.coefficients[1] == 0
    assert fit.contributions([[np.nan, 9.0]]).tolist() == [[0.0, 0.0]]


def test_cases_told_apart_need_a_penalty() -> None:
    x = np.arange(40.0)[:, None]
    y = (x[:, 0] > 20).astype(float)
    fit = fit_logistic(x, y, penalty=1.0)
    assert fit.probability([[0.0], [39.0]]) == pytest.approx([0, 1], abs=0.05)
    with pytest.raises(ValueError, match="одинаковы"):
        fit_logistic(x, np.ones(40))


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=40))
def test_auc_counts_pairs(rows: list[tuple[int, bool]]) -> None:
    yes = [p for p, happened in rows if happened]
    no = [p for p, happened in rows if not happened]
    found = auc([p for p, _ in rows], [int(happened) for _, happened in rows])
    if not yes or not no:
        assert np.isnan(found)
        return
    pairs = [1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no]
    assert found == pytest.approx(np.mean(pairs))
