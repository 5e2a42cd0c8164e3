/// Scores of the responses of several policies to the same prompts.
internal import TareCore

package struct PolicyScores: Sendable {
  /// One policy's sums by prompt.
  package struct Policy: Sendable {
    package let name: String
    /// The numbers of its prompts, [entry].
    package fileprivate(set) var prompts: [Int]
    /// Responses to each of them, [entry].
    fileprivate(set) var counts: [Double]
    /// Their scores added up, [entry].
    fileprivate(set) var raw: [Double]
    /// The same calibrated, [entry]; nil where there are none.
    fileprivate(set) var calibrated: [Double]?
  }

  /// A policy's responses as they come, columns by row.
  package struct Rows: Sendable {
    package let name: String
    package let prompts: [String]
    package let raw: [Double]
    /// nil where there are none.
    package let calibrated: [Double]?

    package init(name: String, prompts: [String], raw: [Double], calibrated: [Double]?) {
      self.name = name
      self.prompts = prompts
      self.raw = raw
      self.calibrated = calibrated
    }
  }

  package private(set) var policies: [Policy]
  /// How many prompts there are, those of any policy.
  package let prompts: Int

  /// Prompts are numbered by their bytes, so that the order of the rows changes no draw.
  package init(_ all: [Rows]) {
    let ids = Set(all.flatMap { $0.prompts.map { ExactText($0) } }).sorted {
      $0.text.utf8.lexicographicallyPrecedes($1.text.utf8)
    }
    prompts = ids.count
    let numbers = Dictionary(uniqueKeysWithValues: zip(ids, ids.indices))
    policies = all.map { rows in
      let places = rows.prompts.map { numbers[ExactText($0)] ?? 0 }
      var policy = Policy(
        name: rows.name, prompts: Set(places).sorted(), counts: [], raw: [], calibrated: nil)
      let entries = Dictionary(
        uniqueKeysWithValues: zip(policy.prompts, policy.prompts.indices))
      let ofRow = places.map { entries[$0] ?? 0 }
      func sums(_ values: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: policy.prompts.count)
        for (row, value) in values.enumerated() { sums[ofRow[row]] += value }
        return sums
      }
      policy.counts = sums([Double](repeating: 1, count: places.count))
      policy.raw = sums(rows.raw)
      policy.calibrated = rows.calibrated.map(sums)
      return policy
    }
  }

  /// Only these policies, in this order; prompts keep their numbers.
  package func taking(_ places: [Int]) -> PolicyScores {
    var taken = self
    taken.policies = places.map { policies[$0] }
    return taken
  }

  package var areCalibrated: Bool { policies.allSatisfy { $0.calibrated != nil } }

  /// Mean score of each policy, raw and calibrated, [policy]; calibrated ones are empty where a policy
  /// has none.
  ///
  /// - Parameter weights: how often each prompt counts, [prompt]; nil for once.
  /// - Returns: nil where a policy has no response to a prompt that counts.
  func means(_ weights: [Double]? = nil) -> (raw: [Double], calibrated: [Double])? {
    var means: (raw: [Double], calibrated: [Double]) = ([], [])
    for policy in policies {
      var (count, raw, calibrated) = (0.0, 0.0, 0.0)
      for (entry, prompt) in policy.prompts.enumerated() {
        let weight = weights?[prompt] ?? 1
        count += weight * policy.counts[entry]
        raw += weight * policy.raw[entry]
        if let sums = policy.calibrated { calibrated += weight * sums[entry] }
      }
      guard count > 0 else { return nil }
      means.raw.append(raw / count)
      if areCalibrated { means.calibrated.append(calibrated / count) }
    }
    return means
  }
}
