#!/usr/bin/env python3
"""Makes days of temperature and energy use whose least use is at exactly 16.5 °C.

  python3 make.py --seed 1 >energy.csv

Everything is made up. The rule, in the order of the code:
- Temperature: a cosine over the year about 11.5 °C, 9 °C to either side, coldest in the middle of January; and weather, which
  stays from day to day (AR(1) of 0.75, standard deviation 3 °C). It is told to a tenth of a degree.
- Use, kWh a person and day: 10, and heating and cooling. A home heats with 0.6 for each degree below its own limit, and cools
  with 0.3 for each degree above another. The limits differ from home to home, logistically with a scale of 2 °C, so that the
  mean of all homes is smooth. The mean heating limit is 14 °C; that of cooling, 16.94 °C, is where 16.5 °C has the least use.
- Noise: Student's t with 3 degrees of freedom, times 1.2. One day in 40 is off by more than 5 kWh.
"""
import argparse
import csv
import datetime
import math
import random
import sys
from typing import Iterator, TextIO, Tuple

LOWEST = 16.5
HEATING, COOLING = 0.6, 0.3
HEATING_LIMIT, SPREAD = 14, 2
FIRST_DAY = datetime.date(2021, 1, 1)


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# At LOWEST a degree more must save as much heating as it costs cooling.
BALANCE = HEATING * logistic((HEATING_LIMIT - LOWEST) / SPREAD) / COOLING
COOLING_LIMIT = LOWEST - SPREAD * math.log(BALANCE / (1 - BALANCE))


def beyond(limit: float) -> float:
    """Degrees beyond a limit, 0 on this side of it, on average over homes."""
    return SPREAD * math.log1p(math.exp(limit / SPREAD))


def use(temperature: float) -> float:
    """What is used at a temperature on average, kWh a person and day."""
    heating = HEATING * beyond(HEATING_LIMIT - temperature)
    return 10 + heating + COOLING * beyond(temperature - COOLING_LIMIT)


def student(rng: random.Random, freedom: int) -> float:
    """A draw from Student's t: a normal one over the root of a mean of squares of others."""
    squares = sum(rng.gauss(0, 1) ** 2 for _ in range(freedom))
    return rng.gauss(0, 1) / math.sqrt(squares / freedom)


def days(seed: int, years: int = 4) -> Iterator[Tuple[datetime.date, float, float]]:
    """Date, temperature and use, a day each."""
    rng = random.Random(seed)
    end = FIRST_DAY.replace(year=FIRST_DAY.year + years)
    weather = rng.gauss(0, 3)
    for number in range((end - FIRST_DAY).days):
        season = -9 * math.cos(2 * math.pi * (number - 15) / 365.25)
        temperature = round(11.5 + season + weather, 1)
        yield FIRST_DAY + datetime.timedelta(number), temperature, use(temperature) + 1.2 * student(rng, 3)
        weather = 0.75 * weather + rng.gauss(0, 3 * math.sqrt(1 - 0.75 ** 2))


def write(file: TextIO, seed: int, years: int = 4) -> None:
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["date", "temperature", "energy"])
    for date, temperature, energy in days(seed, years):
        table.writerow([date.isoformat(), temperature, f"{energy:.3f}"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--years", type=int, default=4)
    options = parser.parse_args()
    write(sys.stdout, options.seed, options.years)
