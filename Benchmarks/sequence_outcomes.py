"""What `tare train-head --sequence --json` says, rounded and in lines: for sequences.py and tasks.py."""


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def points(number):
    low, high = number["interval"]
    return f"{100 * number['mean']:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def show(order, outcome):
    print(" → ".join(order))
    for update in outcome["updates"]:
        line = (f"  {update['update']:10} average {100 * update['average_accuracy']['mean']:.1f}"
                f"  forgetting {points(update['forgetting'])}  forward {points(update['forward_transfer'])}")
        if against := update.get("against_all"):
            line += (f"  against all: average {points(against['average_accuracy'])}"
                     f"  forgetting {points(against['forgetting'])}")
        print(line)
    print(f"  joint      average {100 * outcome['joint']['average_accuracy']['mean']:.1f}"
          f"  {[round(100 * task['mean'], 1) for task in outcome['joint']['accuracy']]}", flush=True)
