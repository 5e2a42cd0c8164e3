"""Four steps of Adam by its definition (Kingma and Ba 2015, algorithm 1), in float64: adam.json.

Made with Python 3 alone: python3 adam.py > adam.json
The second element's gradient is 0 from the second step on: its moments still move it.
"""

import json
import math

RATE, BETA1, BETA2, EPSILON = 0.01, 0.9, 0.999, 1e-8
START = [0.5, -0.25, 2.0]
GRADIENTS = [[1.0, -3.0, 1e-9], [0.5, 0.0, -2e-9], [-2.0, 0.0, 0.0], [0.25, 0.0, 40.0]]

values, first, second, steps = list(START), [0.0] * 3, [0.0] * 3, []
for t, gradient in enumerate(GRADIENTS, 1):
    for i, g in enumerate(gradient):
        first[i] = BETA1 * first[i] + (1 - BETA1) * g
        second[i] = BETA2 * second[i] + (1 - BETA2) * g * g
        first_hat = first[i] / (1 - BETA1**t)
        second_hat = second[i] / (1 - BETA2**t)
        values[i] -= RATE * first_hat / (math.sqrt(second_hat) + EPSILON)
    steps.append(list(values))
print(json.dumps({"rate": RATE, "start": START, "gradients": GRADIENTS, "steps": steps}, indent=1))
