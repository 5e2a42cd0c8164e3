"""Makes days.csv: two made years of daily temperature and emissions, for `tare smooth`.

Nothing in it was measured. Emissions are lowest at 17 °C by construction:
    emissions = 60 + 0.1 (temperature - 17)^2 + noise of standard deviation 6, tonnes
Usage: python3 datasets/make_days.py >datasets/days.csv
"""

import math
import random

generator = random.Random(17)  # the same numbers in every Python from 3.2 on
print("day,temperature,emissions")
for day in range(1, 731):
    season = 14 - 9 * math.cos(2 * math.pi * (day - 20) / 365)
    temperature = round(season + generator.gauss(0, 4), 1)
    emissions = 60 + 0.1 * (temperature - 17) ** 2 + generator.gauss(0, 6)
    print(f"{day},{temperature},{emissions:.1f}")
