/// Rows that have others of their prompt beside them.
internal import TareCore
internal import TareNumerics

/// What within-prompt statistics are of: prompts with several responses.
struct PromptClusters {
  /// The rows, prompt by prompt, [place].
  let rows: [Int32]
  /// Where each prompt's rows begin in `rows`, and where the last end, [prompt + 1].
  let starts: [Int]

  init(_ prompts: PromptGroups) {
    let members = prompts.members
    var rows: [Int32] = []
    var starts = [0]
    for group in 0..<prompts.count where members[group].count > 1 {
      rows += members[group]
      starts.append(rows.count)
    }
    (self.rows, self.starts) = (rows, starts)
  }

  var count: Int { starts.count - 1 }

  func range(_ cluster: Int) -> Range<Int> { starts[cluster]..<starts[cluster + 1] }

  /// A column less its mean in each prompt, [place].
  func centred(_ column: [Double]) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(rows.count)
    let unit = column.decimalUnit
    for cluster in 0..<count { result.append(rows[range(cluster)], ofCentred: column, unit) }
    return result
  }

  /// The standard error of a mean over all places whose influences are these, prompts being independent:
  /// √(G / (G − 1) · Σ (sum over a prompt)²) / n. nil with fewer than two prompts.
  ///
  /// - Parameter influences: [place].
  func standardError(_ influences: [Double]) -> Double? {
    guard count > 1 else { return nil }
    var squares = 0.0
    for cluster in 0..<count {
      let sum = influences[range(cluster)].reduce(0, +)
      squares += sum * sum
    }
    let correction = Double(count) / Double(count - 1)
    return (correction * squares).squareRoot() / Double(rows.count)
  }
}
