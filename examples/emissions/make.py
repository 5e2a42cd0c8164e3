#!/usr/bin/env python3
"""Makes days of temperature and emissions in four countries whose least emissions are at known temperatures.

  python3 make.py --seed 1 >emissions.csv

Everything is made up; only the four critical temperatures, 16.5, 18.7, 14.9 and 18.4 °C, are published ones (of daily
carbon emissions since 1970: the world, and three countries). The rule, in the order of the code:
- Each country has a climate: a mean temperature, a seasonal swing (a cosine over the year, coldest in the middle of
  January) and weather, which stays from day to day (AR(1) of 0.75, standard deviation 3 °C). Told to a tenth of a degree.
- Emissions, tonnes per person and year: a base, heating and cooling. Homes heat with 0.30 for each degree below a limit of
  their own and cool with 0.18 for each degree above another; the limits differ logistically (scale 2 °C), so that the mean
  is smooth. The cooling limit is such that the least is at the critical temperature.
- A trend: a part of the base per year, up or down, and a bend.
- Noise: Student's t with 3 degrees of freedom, times 0.5. One day in 40 is off by more than 2.
"""
import argparse
import csv
import datetime
import math
import random
import sys
from typing import Dict, Iterator, NamedTuple, TextIO, Tuple


class Country(NamedTuple):
    critical: float
    mean: float
    swing: float
    base: float
    trend: float


COUNTRIES: Dict[str, Country] = {
    "Alba": Country(16.5, 13.0, 9.0, 9.0, -0.20),
    "Boria": Country(18.7, 15.5, 10.0, 6.0, 0.35),
    "Corva": Country(14.9, 10.5, 9.0, 12.0, -0.45),
    "Delva": Country(18.4, 16.0, 8.5, 5.0, 0.15),
}
HEATING, COOLING, SPREAD = 0.30, 0.18, 2.0
FIRST_DAY, YEARS = datetime.date(2015, 1, 1), 4


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def beyond(limit: float) -> float:
    """Degrees beyond a limit, 0 on this side of it, on average over homes."""
    return SPREAD * math.log1p(math.exp(limit / SPREAD))


def least(critical: float) -> Tuple[float, float]:
    """Limits of heating and cooling: at the critical temperature a degree saves as much as it costs."""
    heating = critical - 2.5
    balance = HEATING * logistic((heating - critical) / SPREAD) / COOLING
    return heating, critical - SPREAD * math.log(balance / (1 - balance))


def use(country: Country, temperature: float) -> float:
    heating, cooling = least(country.critical)
    return country.base + HEATING * beyond(heating - temperature) + COOLING * beyond(temperature - cooling)


def student(rng: random.Random, freedom: int) -> float:
    squares = sum(rng.gauss(0, 1) ** 2 for _ in range(freedom))
    return rng.gauss(0, 1) / math.sqrt(squares / freedom)


def days(seed: int, name: str) -> Iterator[Tuple[datetime.date, float, float]]:
    """Date, temperature and emissions of one country, a day each."""
    rng = random.Random(f"{seed} {name}")
    country = COUNTRIES[name]
    weather = rng.gauss(0, 3)
    for number in range((FIRST_DAY.replace(year=FIRST_DAY.year + YEARS) - FIRST_DAY).days):
        season = -country.swing * math.cos(2 * math.pi * (number - 15) / 365.25)
        temperature = round(country.mean + season + weather, 1)
        years = number / 365.25
        trend = country.trend * (years + 0.15 * years * years)
        yield (FIRST_DAY + datetime.timedelta(number), temperature,
               use(country, temperature) + trend + 0.5 * student(rng, 3))
        weather = 0.75 * weather + rng.gauss(0, 3 * math.sqrt(1 - 0.75 ** 2))


def write(file: TextIO, seed: int, names: Tuple[str, ...] = tuple(COUNTRIES)) -> None:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["country", "date", "temperature", "co2"])
    for name in names:
        for date, temperature, co2 in days(seed, name):
            table.writerow([name, date.isoformat(), temperature, f"{co2:.3f}"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    write(sys.stdout, parser.parse_args().seed)
