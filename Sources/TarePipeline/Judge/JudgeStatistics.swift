/// The judge's own noise, its preference for a place, and where its orders disagree, with intervals from
/// resampled rows.
internal import TareCore
internal import TareEvaluation

/// A number with its 95% interval; nil where there is too little for one.
package struct JudgeEstimate: Sendable, Hashable {
  package let value: Double
  package let interval: ClosedRange<Double>?

  var json: JSONValue {
    var object: JSONObject = ["value": .double(value)]
    object["interval"] = interval.map { [.double($0.lowerBound), .double($0.upperBound)] }
    return .object(object)
  }
}

/// What all rows add up to.
struct JudgeStatistics: Sendable {
  /// Sums of a row.
  fileprivate struct Sums {
    var units = 0.0
    /// Samples of all units, the sums of their means and of those squared, weighted by samples.
    var samples = 0.0
    var means = 0.0
    var squares = 0.0
    /// Squared distances of samples from their unit's mean, and degrees of freedom.
    var within = 0.0
    var freedom = 0.0
    /// By place: the probability above that of chance, and how many.
    var excess: [Double] = []
    var shown: [Double] = []

    /// Room for so many places. Before a loop over them: within it, the optimizer of Swift 6.3.1 takes
    /// the arrays' first length for their last.
    mutating func makePlaces(_ count: Int) {
      while shown.count < count {
        excess.append(0)
        shown.append(0)
      }
    }

    static func += (sums: inout Sums, other: Sums) {
      sums.units += other.units
      sums.samples += other.samples
      sums.means += other.means
      sums.squares += other.squares
      sums.within += other.within
      sums.freedom += other.freedom
      sums.makePlaces(other.shown.count)
      for place in other.shown.indices {
        sums.excess[place] += other.excess[place]
        sums.shown[place] += other.shown[place]
      }
    }
  }

  private var rows: [Sums] = []
  /// Groups of orders of the same responses, those that prefer different ones, and rows that have any.
  private(set) var compared = 0
  private(set) var disagreeing = 0
  private var comparedRows = 0

  private static let resamples = 1_000

  /// - Parameter form: of the questions; places are compared in those of several responses.
  mutating func add(_ row: JudgedRow, form: JudgeForm) {
    var sums = Sums()
    for judged in row.questions {
      // Of two probabilities that add up to 1, the second says nothing more.
      let places = form == .best ? judged.question.order.indices : 0..<1
      for place in places { sums.add(judged.values(place)) }
    }
    if form != .rating { addPlaces(of: row, to: &sums) }
    rows.append(sums)
  }

  private mutating func addPlaces(of row: JudgedRow, to sums: inout Sums) {
    var groups: [[Int]: [JudgedQuestion]] = [:]
    for judged in row.questions {
      groups[judged.question.order.sorted(), default: []].append(judged)
    }
    var hasCompared = false
    // In a fixed order, so that sums have the same bits in every process.
    for (_, group) in groups.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let means = group.map { judged in
        judged.question.order.indices.compactMap { judged.mean($0) }
      }
      // With an order missing, what the responses are worth would be taken for the place.
      guard zip(group, means).allSatisfy({ $0.question.order.count == $1.count }) else { continue }
      for values in means {
        sums.makePlaces(values.count)
        for (place, value) in values.enumerated() {
          sums.excess[place] += value - 1 / Double(values.count)
          sums.shown[place] += 1
        }
      }
      guard group.count > 1 else { continue }
      let preferred = zip(group, means).compactMap { judged, values -> Int? in
        guard let most = values.max(), values.count(where: { $0 == most }) == 1,
          let place = values.firstIndex(of: most)
        else { return nil }
        return judged.question.order[place]
      }
      compared += 1
      hasCompared = true
      if Set(preferred).count > 1 { disagreeing += 1 }
    }
    if hasCompared { comparedRows += 1 }
  }

  /// The share of comparisons in which the order decides; nil where nothing was shown in two orders.
  var disagreement: JudgeEstimate? {
    guard compared > 0 else { return nil }
    let share = Double(disagreeing) / Double(compared)
    return JudgeEstimate(
      value: share,
      interval: Proportion.wilson(share: share, trials: compared, clusters: comparedRows))
  }

  /// By place, the mean probability above chance of the response shown there.
  var preferences: [JudgeEstimate] {
    let places = rows.map(\.shown.count).max() ?? 0
    return estimates(
      (0..<places).map { place in
        { sums in
          sums.shown.indices.contains(place) && sums.shown[place] > 0
            ? sums.excess[place] / sums.shown[place] : nil
        }
      }
    ).compactMap(\.self)
  }

  /// The standard deviation of one sample about its question's mean; nil without repeats.
  var noise: JudgeEstimate? {
    estimates([{ $0.freedom > 0 ? ($0.within / $0.freedom).squareRoot() : nil }])[0]
  }

  /// The share of the variance of one sample that is the question's, the intraclass correlation of one
  /// sample in a one-way random model (Shrout and Fleiss 1979, ICC(1,1)).
  var reliability: JudgeEstimate? { estimates([{ $0.reliability }])[0] }

  private func estimates(
    _ formulas: [@Sendable (Sums) -> Double?]
  ) -> [JudgeEstimate?] {
    let whole = rows.reduce(into: Sums()) { $0 += $1 }
    var samples = formulas.map { _ in [Double]() }
    var random = Xoshiro256(seed: 1)
    if rows.count > 1 {
      for _ in 0..<Self.resamples {
        var sums = Sums()
        for _ in rows.indices { sums += rows[random.next(below: rows.count)] }
        for (index, formula) in formulas.enumerated() {
          if let value = formula(sums) { samples[index].append(value) }
        }
      }
    }
    return formulas.enumerated().map { index, formula in
      formula(whole).map { value in
        let sorted = samples[index].sorted()
        return JudgeEstimate(
          value: value,
          interval: sorted.count < Self.resamples / 2
            ? nil : sorted.quantile(0.025)...sorted.quantile(0.975))
      }
    }
  }
}

extension JudgeStatistics.Sums {
  /// A unit's samples.
  fileprivate mutating func add(_ values: [Double]) {
    guard let mean = values.meanIfAny else { return }
    let count = Double(values.count)
    units += 1
    samples += count
    means += count * mean
    squares += count * mean * mean
    within += values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    freedom += count - 1
  }

  fileprivate var reliability: Double? {
    guard freedom > 0, units > 1, samples > 0 else { return nil }
    let inner = within / freedom
    let between = max(squares - means * means / samples, 0) / (units - 1)
    let repeats = samples / units
    let whole = between + (repeats - 1) * inner
    return whole > 0 ? (between - inner) / whole : nil
  }
}
