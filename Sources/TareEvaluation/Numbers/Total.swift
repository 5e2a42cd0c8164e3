/// A benchmark's total in a form by which many models are compared without their scores.
package import TareCore

package struct Total: Sendable {
  package let value: Double
  /// In each resample of the bootstrap; models on the same prompts have the same resamples.
  package let resamples: [Double]
  /// What each prompt adds, prompts by subset and id, [prompt]; they sum to the value.
  package let contributions: [Double]
  /// Which prompts these are.
  package let prompts: Digest

  package init(value: Double, resamples: [Double], contributions: [Double], prompts: Digest) {
    self.value = value
    self.resamples = resamples
    self.contributions = contributions
    self.prompts = prompts
  }

  init(_ formula: Formula, of sheet: TrialSheet, _ sums: ColumnSums, resamples: [Double]) {
    let all = sheet.contributions(to: formula, sums)
    let order = sheet.sortedStrata.flatMap { sheet.strata[$0].prompts }
    self.init(
      value: formula.value(sums), resamples: resamples, contributions: order.map { all[$0] },
      prompts: sheet.digestOfPrompts)
  }
}

extension TrialSheet {
  /// What each prompt adds to a number, [prompt].
  ///
  /// They sum to it, by Euler's theorem also where it is not linear in the sums but homogeneous, as a
  /// harmonic mean and a maximum are; a mean square they give twice.
  func contributions(to formula: Formula, _ sums: ColumnSums) -> [Double] {
    let slopes = formula.slopes(sums)
    var contributions = [Double](repeating: 0, count: ids.count)
    for (stratum, members) in strata.enumerated() {
      for prompt in members.prompts {
        for trial in trialRange(prompt) {
          contributions[prompt] +=
            slopes[stratum * columns.count + Int(trials.columns[trial])] * trials.weight(trial)
            * trials.values[trial]
        }
      }
    }
    return contributions
  }

  fileprivate var digestOfPrompts: Digest {
    var hash = SHA256()
    var bytes: [UInt8] = []
    for stratum in sortedStrata {
      let names = strata[stratum]
      let key = [names.section, names.subset, names.kind].map { ($0 ?? "") + "\u{1F}" }.joined()
      for prompt in names.prompts {
        bytes += key.utf8
        bytes += ids[prompt].utf8
        bytes.append(0x1E)
        guard bytes.count > 1 << 16 else { continue }
        bytes.withUnsafeBytes { hash.update($0) }
        bytes.removeAll(keepingCapacity: true)
      }
    }
    bytes.withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }
}

extension Formula {
  /// The derivative by the sum of each column in each stratum, [stratum, column].
  fileprivate func slopes(_ sums: ColumnSums) -> [Double] {
    var slopes = [Double](repeating: 0, count: sums.values.count / 2)
    addSlopes(times: 1, sums, to: &slopes)
    return slopes
  }

  private func addSlopes(times factor: Double, _ sums: ColumnSums, to slopes: inout [Double]) {
    switch self {
    case .mean(let column, let strata):
      let places = strata.map { $0 * sums.columns + column }
      let count = places.reduce(0) { $0 + sums.values[2 * $1 + 1] }
      guard count > 0 else { return }
      for place in places { slopes[place] += factor / count }
    case .weightedSum(let parts):
      for part in parts { part.of.addSlopes(times: factor * part.weight, sums, to: &slopes) }
    case .harmonicMean(let a, let b):
      let (x, y) = (a.value(sums), b.value(sums))
      guard x + y > 0 else { return }
      let squared = (x + y) * (x + y)
      a.addSlopes(times: factor * 2 * y * y / squared, sums, to: &slopes)
      b.addSlopes(times: factor * 2 * x * x / squared, sums, to: &slopes)
    case .maximum(let parts):
      let values = parts.map { $0.value(sums) }
      guard let largest = values.max(), let place = values.firstIndex(of: largest) else { return }
      parts[place].addSlopes(times: factor, sums, to: &slopes)
    case .meanSquare(let parts):
      for part in parts {
        part.addSlopes(
          times: factor * 2 * part.value(sums) / Double(parts.count), sums, to: &slopes)
      }
    }
  }
}
