/// Trials by columns: what they are worth in a few bytes each.

/// A collection of `Trial`, which are made as they are asked for.
struct TrialColumns: Sendable {
  /// Which of the benchmark's quantities each counts for, [trial].
  private(set) var columns: [Int32] = []
  /// [trial]
  private(set) var values: [Double] = []
  /// [trial]; nil where all are 1.
  private(set) var weights: [Double]?
  /// [trial]
  private(set) var ties: [Bool] = []
  /// NaN where a trial has none, [trial].
  private(set) var margins: [Double] = []
  /// Where each trial's place begins in `places`, and where the last ends, [trial + 1].
  private(set) var placeStarts: [Int32] = [0]
  private(set) var places: [Int] = []

  mutating func append(_ trial: Trial, column: Int) {
    if trial.weight != 1, weights == nil { weights = values.map { _ in 1 } }
    weights?.append(trial.weight)
    columns.append(Int32(column))
    values.append(trial.value)
    ties.append(trial.isTie)
    margins.append(trial.margin ?? .nan)
    places += trial.place
    placeStarts.append(Int32(places.count))
  }

  /// A pair's trial by RewardBench's rule: right only where the chosen response scores strictly higher.
  ///
  /// - Parameter place: the positions of the two; nil where nobody will ask for them.
  mutating func append(margin: Double, place: (chosen: Int, rejected: Int)?) {
    columns.append(0)
    values.append(margin > 0 ? 1 : 0)
    ties.append(margin == 0)
    margins.append(margin)
    if let place {
      places.append(place.chosen)
      places.append(place.rejected)
    }
    placeStarts.append(Int32(places.count))
  }

  /// Appends a trial of others.
  mutating func append(_ trial: Int, of others: TrialColumns, column: Int) {
    let weight = others.weight(trial)
    if weight != 1, weights == nil { weights = values.map { _ in 1 } }
    weights?.append(weight)
    columns.append(Int32(column))
    values.append(others.values[trial])
    ties.append(others.ties[trial])
    margins.append(others.margins[trial])
    places += others.place(trial)
    placeStarts.append(Int32(places.count))
  }

  mutating func reserve(_ count: Int, places width: Int) {
    columns.reserveCapacity(count)
    values.reserveCapacity(count)
    ties.reserveCapacity(count)
    margins.reserveCapacity(count)
    placeStarts.reserveCapacity(count + 1)
    places.reserveCapacity(count * width)
  }

  var count: Int { values.count }

  @inline(__always)
  func weight(_ trial: Int) -> Double { weights?[trial] ?? 1 }

  func place(_ trial: Int) -> ArraySlice<Int> {
    places[Int(placeStarts[trial])..<Int(placeStarts[trial + 1])]
  }

  subscript(trial: Int) -> Trial {
    Trial(
      values[trial], column: Int(columns[trial]), weight: weight(trial), isTie: ties[trial],
      place: Array(place(trial)), margin: margins[trial].isNaN ? nil : margins[trial])
  }

  /// Whether one comes before the other in an order that does not depend on that of the rows.
  func precedes(_ first: Int, _ second: Int) -> Bool {
    columns[first] == columns[second]
      ? place(first).lexicographicallyPrecedes(place(second)) : columns[first] < columns[second]
  }
}
