"""What models and simulations say in monitorings 1 and 2 of the demonstration, recomputed anew.

Counts come from the workbooks (openpyxl). The spread of true shares over schools is fitted here by
maximum likelihood with scipy; subjects of one school are put together by numerical integration over
a factor of the school; places of the rating are drawn anew, and the tolerances follow from the
number of draws. No method of the library is called.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pytest
from scipy import optimize, stats
from scipy.special import logsumexp

from tests.report import test_numbers_dynamics as second
from tests.report import test_numbers_identification as first
from tests.report.executed import Page, close, number

data, statuses, shown = first.data, first.statuses, first.shown  # fixtures
changes, shown_second = second.data, second.shown

YEAR = 2026
FEWEST = 10  # schools a fit needs, and participants a share needs
DRAWS, OWN = 1000, 20_000  # of the product behind every interval of a place, and here
LISTED = first.LISTED
WORDS = ("уверенно", "вероятно", "на границе")
Unit = tuple[str, str]
Counts = dict[str, tuple[int, int]]


class Prior(NamedTuple):
    """Beta distribution of true shares over schools."""

    a: float
    b: float
    schools: int = 0

    def given(self, low: int, n: int) -> Any:
        return stats.beta(self.a + low, self.b + n - low)


def fit(counts: Counts) -> Prior | None:
    """Largest likelihood; half ln ρ is added where it grows all the way down to ρ = 0."""
    low, n = np.array(list(counts.values())).T
    mean = low.sum() / n.sum()
    if (n >= 2).sum() < FEWEST or mean in (0, 1):
        return None

    def best(penalty: float) -> Any:
        def loss(point: Any) -> float:
            a, b = np.exp(np.clip(point, -9, 25))
            return penalty * np.log(a + b + 1) - stats.betabinom.logpmf(low, n, a, b).sum()

        start, stop = np.log([20 * mean, 20 - 20 * mean]), {"xatol": 1e-7, "fatol": 1e-10}
        return optimize.minimize(loss, start, method="Nelder-Mead", options=stop)

    found = best(0.0)
    if -found.fun - stats.binom.logpmf(low, n, mean).sum() <= 1e-5:
        found = best(0.5)
    return Prior(*np.exp(found.x), len(n))


class Model(NamedTuple):
    """Counts of the year alone and of both years of the rule, and what is fitted to them."""

    data: first.Data
    status: dict[int, dict[str, str]]
    units: dict[tuple[Any, ...], Any]
    alone: dict[Unit, Counts]
    both: dict[Unit, Counts]
    prior_alone: dict[Unit, Prior]
    prior: dict[Unit, Prior]

    def of(self, school: str, unit: Unit) -> list[Any]:
        return [self.units.get((school, unit[0], year, unit[1])) for year in (YEAR - 1, YEAR)]

    def clean(self, school: str, unit: Unit) -> bool:
        """No high results in both years: a fact, not a sample."""
        return all(each.high == 0 for each in self.of(school, unit))

    def beyond(self, school: str, unit: Unit) -> float:
        prior = self.prior.get(unit, Prior(0.5, 0.5))
        return float(prior.given(*self.both[unit][school]).sf(first.LIMIT[unit[0]]))

    def met(self, school: str, procedure: str) -> list[Unit]:
        reading = first.Reading()
        found = first.by_results(self.data, self.units, school, procedure, YEAR, reading)
        return [(procedure, subject) for (subject,) in found[1]]


@pytest.fixture(scope="module")
def model(data: first.Data, statuses: dict[int, dict[str, str]]) -> Model:
    units = data.units(first.Reading())
    alone: dict[Unit, Counts] = defaultdict(dict)
    both: dict[Unit, Counts] = defaultdict(dict)
    for (school, procedure, year, subject), own in units.items():
        if year == YEAR:
            alone[procedure, subject][school] = (own.low, own.n)
            if old := units.get((school, procedure, YEAR - 1, subject)):
                both[procedure, subject][school] = (old.low + own.low, old.n + own.n)
    fits = [{u: found for u, own in each.items() if (found := fit(own))} for each in (alone, both)]
    return Model(data, statuses, units, alone, both, *fits)


NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
FACTOR = np.linspace(-6, 6, 121)


def given(model: Model, school: str, unit: Unit) -> tuple[Any, ...]:
    """One share on the scale of normal scores: nodes either side of the threshold, likelihood."""
    over = stats.beta(model.prior[unit].a, model.prior[unit].b)
    middle = float(stats.norm.ppf(over.cdf(first.LIMIT[unit[0]])))
    sides = [(middle + 8) / 2, (8 - middle) / 2]
    z = np.concatenate([middle + sides[0] * (NODES - 1), middle + sides[1] * (NODES + 1)])
    p = np.where(z > 0, over.isf(stats.norm.sf(z)), over.ppf(stats.norm.cdf(z)))
    log = stats.binom.logpmf(*model.both[unit][school], np.clip(p, 1e-300, 1 - 1e-15))
    return z, np.exp(log - log.max()) * np.outer(sides, WEIGHTS).ravel(), model.clean(school, unit)


@pytest.fixture(scope="module")
def together(model: Model) -> dict[str, float]:
    """Probability of every school to be truly beyond a threshold in at least one subject.

    Normal scores of the subjects of a school share one factor; ln r(1 − r) keeps r inside.
    """
    schools = {
        school: [given(model, school, u) for u in model.prior if school in model.both[u]]
        for school in model.data.schools
    }

    def parts(share: tuple[Any, ...], r: float) -> tuple[Any, Any]:
        z, mass, _ = share
        away = (z[:, None] - np.sqrt(r) * FACTOR) ** 2 / (1 - r)
        density = mass[:, None] * np.exp(-away / 2) / np.sqrt(1 - r)
        whole = np.maximum(density.sum(axis=0), 1e-300)
        return np.log(whole), density[: len(NODES)].sum(axis=0) / whole

    def factor(shares: list[tuple[Any, ...]], r: float) -> Any:
        return sum((parts(share, r)[0] for share in shares), -(FACTOR**2) / 2)

    def loss(r: float) -> float:
        several = [shares for shares in schools.values() if len(shares) >= 2]
        return -sum(logsumexp(factor(each, r)) for each in several) - np.log(r * (1 - r))

    r = optimize.minimize_scalar(loss, bounds=(0.01, 0.9), method="bounded").x
    found = {}
    for school, shares in schools.items():
        weight = np.exp(factor(shares, r) - logsumexp(factor(shares, r)))
        none = [parts(each, r)[1] for each in shares if each[2]]
        found[school] = 1 - float((weight * np.prod(none, axis=0)).sum())
    return found


def sure(probability: float) -> str:
    return WORDS[0 if probability >= 0.95 else 1 if probability >= 0.75 else 2]


@pytest.fixture(scope="module")
def confidence(model: Model, together: dict[str, float]) -> dict[str, str]:
    """Word of every school, by what its status rests on."""
    found = {}
    for school, status in model.status[YEAR].items():
        zone, apart = [0.0], [0.0]  # ЕГЭ: too few schools to be put together with the rest
        for unit, counts in model.alone.items():
            before, now = model.of(school, unit)
            if now and now.n >= FEWEST and now.high == 0 and first.flagged(now, unit[0], "and"):
                own = model.prior_alone.get(unit, Prior(0.5, 0.5)).given(*counts[school])
                zone.append(float(own.sf(first.LIMIT[unit[0]])))
            if unit[0] == "ЕГЭ" and before and now and min(before.n, now.n) >= FEWEST:
                apart.append(model.clean(school, unit) * model.beyond(school, unit))
        exact = {"ШНОР": together[school], "ШССУ": 1.0, "зона риска": max(zone)}
        exact["нет признаков"] = 1 - max(together[school], *apart)
        found[school] = sure(exact[status]) if status in exact else status
    return found


def parts_of(words: Iterable[str]) -> str:
    own = Counter(words)
    return ", ".join(f"{each} — {own[each]}" for each in WORDS if own[each])


def near(text: str, exact: float, digits: int = 1) -> bool:
    """As shown, or one off in the last digit, where optimisers stop elsewhere."""
    return abs(number(text) - exact) <= 1.5 * 10**-digits


def chance(text: str, exact: float, room: float = 0.01) -> bool:
    """«34 %»; «более 99 %» and «менее 1 %» are open on one side."""
    away = exact - number(re.sub("[а-я]+ ", "", text)) / 100
    if text.startswith(("более", "менее")):
        return away > -room if text.startswith("более") else away < room
    return abs(away) <= 0.005 + room


def test_usual_shares(shown: Page, model: Model) -> None:
    rows = {tuple(row[0].split(", ", 1)): row[1:] for row in shown.rows("say.priors_table(")}
    assert set(rows) == set(model.prior)
    for unit, (years, schools, mean, spread, worth) in rows.items():
        prior = model.prior[unit]
        mu, size = prior.a / (prior.a + prior.b), prior.a + prior.b
        assert (years, int(schools)) == ("2024/25, 2025/26", prior.schools), unit
        assert near(mean, 100 * mu) and near(worth, size), unit
        assert near(spread, 100 * np.sqrt(mu * (1 - mu) / (size + 1))), unit
    asked = {
        unit
        for unit, counts in model.alone.items()
        for school, (low, n) in counts.items()
        if n >= FEWEST
        and (model.of(school, unit)[1].high is not None or low < first.LIMIT[unit[0]] * n)
    }
    assert f"ещё {len(asked) - len(rows)} предметов" in shown.text("say.priors_table(")
    n = sum(prior.schools for prior in model.prior_alone.values())
    assert f"{n} долей ({len(model.prior_alone)} предметов" in shown.text("say.model_text(")


def test_confidence_of_every_status(shown: Page, model: Model, confidence: dict[str, str]) -> None:
    now, names = model.status[YEAR], model.data.schools
    columns = [head.lower() for head in shown.heading("say.confidence_table(")[1:-1]]
    for status, *cells in shown.rows("say.confidence_table("):
        own = Counter(confidence[school] for school in now if now[school] == status)
        assert [int(cell) for cell in cells[:-1]] == [own[each] for each in columns], status
    steps = shown.text("say.next_steps(").splitlines()
    listed = [school for school in now if now[school] in LISTED]
    for school in listed:
        name, told = names[school], confidence[school]
        assert f"{name} — {now[school]}, {told}." in shown.text("say.reasons_list(")
        step = "Сначала проверить" if told == WORDS[2] else "Назначить куратора"
        assert any(step in line and name in line for line in steps)
        assert (name in shown.text("say.confidence_text(")) == (told != WORDS[1])
    control = shown.text("NBVAL_CHECK_OUTPUT").split("по надёжности: ")[1]
    codes = {"borderline": WORDS[2], "certain": WORDS[0], "likely": WORDS[1]}
    for code, each in codes.items():
        assert f"'{code}': {list(confidence.values()).count(each)}" in control
    told = parts_of(confidence[school] for school in listed)
    assert f"Насколько это надёжно: {told}." in shown.text("say.main_points(found")
    zone = {row[0]: row[2] for row in shown.rows("say.risk_zone_table(")}
    assert zone == {names[s]: confidence[s] for s in now if now[s] == "зона риска"}


def test_statuses_chance_may_have_given(
    shown: Page, model: Model, together: dict[str, float]
) -> None:
    listed = [school for school, each in model.status[YEAR].items() if each in ("ШНОР", "оба")]
    total = sum(together[school] for school in listed)
    text = shown.text("say.chance_text(")
    said, rest = re.search(r"Сумма вероятностей — ([\d,]+): .*остальное, ([\d,]+),", text).groups()
    assert near(said, total) and near(rest, len(listed) - total)
    exact = re.search(r"ожидается истинных: ([\d.]+)", shown.text("NBVAL_CHECK_OUTPUT")).group(1)
    assert abs(float(exact) - total) <= 0.015
    assert parts_of(sure(together[school]) for school in listed) + ". " in text
    border = sum(together[school] < 0.75 for school in listed)
    assert f"(на границе) — {border} из {len(listed)}**" in text
    probable = {
        school
        for unit in model.prior
        for school in model.both[unit]
        if model.clean(school, unit) and model.beyond(school, unit) >= 0.75
    }
    assert probable <= set(listed) and "Таких школ нет" in shown.text("say.unlisted_table(")


def test_corrected_shares(shown: Page, model: Model, together: dict[str, float]) -> None:
    codes = {name: code for code, name in model.data.schools.items()}
    chart = " ".join(shown.text("say.shrinkage_chart(").split())
    for name, _, basis, _, corrected, words in shown.rows("say.side_by_side("):
        school = codes[name]
        met = [unit for procedure in first.PROCEDURES for unit in model.met(school, procedure)]
        unit = max(met, key=lambda each: model.beyond(school, each))  # noqa: B023
        assert basis == ", ".join(unit)
        word, said = re.fullmatch(r"(.+) \((.+)\)", words).groups()
        assert word == sure(together[school]) and chance(said, together[school])
        if unit not in model.prior:
            assert corrected == "—"
            continue
        mean, low, high = re.fullmatch(r"(.+ %) \(от (\d+) до (\d+) %\)", corrected).groups()
        prior, counts = model.prior[unit], model.both[unit][school]
        assert near(mean, 100 * prior.given(*counts).mean()), name
        ends = zip((low, high), prior.given(*counts).interval(0.95), strict=True)
        assert all(near(end, 100 * exact, 0) for end, exact in ends), name
        assert f"с поправкой {corrected}" in chart and f"с поправкой {mean}" in chart


def test_funnel(shown: Page, model: Model) -> None:
    text = shown.text("say.funnel_view(")
    unit = re.match(r"(ВПР|ОГЭ|ЕГЭ), ([^,]+), 2025/26", text).groups()
    counts, prior = model.alone[unit], model.prior_alone[unit]
    low, n = np.array(list(counts.values()), dtype=float).T
    common, share = low.sum() / n.sum(), low / n
    error = np.sqrt(common * (1 - common) / n)
    z = (share - common) / error
    z = np.clip(z, *np.quantile(z, [0.1, 0.9]))  # Spiegelhalter 2005
    weight = error**-2
    bottom = weight.sum() - (weight**2).sum() / weight.sum()
    between = max(0.0, ((z**2).sum() - (len(z) - 1)) / bottom)
    wide = common + 1.959963984540054 * np.sqrt(error**2 + between)
    top = stats.binom.ppf(0.975, n, common)
    part = (stats.binom.cdf(top, n, common) - 0.975) / stats.binom.pmf(top, n, common)
    assert f"одна случайность, — {(share > (top - part) / n).sum()};" in text
    assert f"различий между школами — {(share > wide).sum()}." in text
    told = re.findall(r"\((\d+) из (\d+)\), с поправкой на численность: ([\d,]+) %", text)
    assert {(int(x), int(of)) for x, of, _ in told} == set(counts.values())
    for x, of, corrected in told:
        assert near(corrected, 100 * prior.given(int(x), int(of)).mean())
    heads = shown.heading("say.funnel_view(")
    for row in shown.rows("say.funnel_view("):
        (at,) = [i for i in range(1, len(row)) if row[i] != "—"]
        school = next(s for s, name in model.data.schools.items() if name in " ".join(row))
        met = unit in model.met(school, unit[0])
        wanted = f"выполнено: {sure(model.beyond(school, unit))}" if met else "не выполнено"
        assert heads[at].endswith(wanted), row


def test_places(shown: Page, data: first.Data) -> None:
    """Shares of results are drawn from Beta(½ + x, ½ + n − x), high ones among those not low."""
    rng = np.random.default_rng(1)
    scores = []
    for school in data.schools:
        got, most, lows = np.zeros(OWN), 0.0, {}
        for procedure, counted, subjects, way, weight, start, end in first.RATING:
            rows = [
                row
                for row in data.results
                if (row["school"], row["procedure"]) == (school, procedure)
                and row["year"] > YEAR - 3 and row[counted] is not None
                and (not subjects or row["subject"] in subjects)
            ]  # fmt: skip
            n, x = (sum(row[name] for row in rows) for name in ("n", counted))
            low, drawn_low = lows.get((procedure, n), (0, 0.0))
            share = rng.beta(x + 0.5, n - x - low + 0.5, OWN) * (1 - drawn_low)
            if counted == "low":
                lows[procedure, n] = (x, share)
            if n >= FEWEST:
                part = np.clip((share - start) / (end - start), 0, 1)
                got, most = got + weight * (part if way == 1 else 1 - part), most + weight
        scores.append(got / most)
    ranks = stats.rankdata(-np.array(scores), axis=0)
    error = 4 * np.sqrt(0.025 * 0.975 * (1 / DRAWS + 1 / OWN))
    rows = {row[0]: row for row in shown.rows("say.rating_table(")}
    widths = []
    for rank, name in zip(ranks, data.schools.values(), strict=True):
        _, place, _, quarter = rows[name]
        at, low, high = map(int, re.fullmatch(r"(\d+) \(от (\d+) до (\d+)\)", place).groups())
        widths.append(high - low + 1)
        # The interval is opened to hold the place itself.
        assert low == at or (rank <= low).mean() >= 0.025 - error, name
        assert (rank < low).mean() < 0.025 + error, name
        assert high == at or (rank >= high).mean() >= 0.025 - error, name
        assert (rank > high).mean() < 0.025 + error, name
        lowest = (rank > 0.75 * len(ranks)).mean()
        room = 4 * np.sqrt(lowest * (1 - lowest) * (1 / DRAWS + 1 / OWN)) + 0.001
        assert chance(quarter, lowest, room), name
    wide = re.search(r"интервал места — (\d+) ", shown.text("say.rating_text("))
    assert int(wide.group(1)) == round(np.median(widths))


def test_dynamics_of_this_years_list_and_three_years(
    shown_second: Page, changes: second.Data, statuses: dict[int, dict[str, str]]
) -> None:
    way, before = changes.verdicts(YEAR), changes.verdicts(YEAR - 1)
    listed = {
        year: {school for school, each in own.items() if each in LISTED and school in way}
        for year, own in statuses.items()
    }
    text = shown_second.text("say.support_text(")
    this = r"в списке в 2025/26 учебном году, — (\d+) из (\d+) \(([\d,]+) %"
    last = r"\*\*(\d+) из (\d+)\*\* \(([\d,]+) %"
    for year, pattern in ((YEAR, this), (YEAR - 1, last)):
        up = sum(way[school] == "положительная" for school in listed[year])
        part, whole, share = re.search(pattern, text).groups()
        assert (int(part), int(whole)) == (up, len(listed[year]))
        assert close(share, 100 * up / len(listed[year]))
    members = [
        {school for school in way if way[school] == before.get(school) == each}
        for each in ("положительная", "отрицательная")
    ]
    members.append(listed[YEAR] & listed[YEAR - 1] & listed[YEAR - 2])
    lines = shown_second.text("say.three_years_text(").splitlines()
    for line, own in zip(lines, members, strict=True):
        assert {s for s, name in changes.schools.items() if name in line} == own
        assert ("таких школ нет" if not own else f"— {len(own)} школ") in line
    urgent = {school for school in listed[YEAR] if way[school] == "отрицательная"}
    steps = shown_second.text("say.next_steps(").splitlines()[0]
    assert {s for s, name in changes.schools.items() if name in steps} == urgent
