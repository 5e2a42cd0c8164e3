/// What estimates are made of: scores of a policy's responses, some with labels.
internal import TareCore

/// The scored responses of one policy, or model.
package struct PolicySample: Sendable {
  package let name: String
  /// [row]
  package let scores: [Double]
  /// nil where a response has none, [row].
  package let labels: [Double?]
  /// [row]; responses of several policies to one prompt have one id.
  package let prompts: [String]
  /// Further numbers that a label may depend on, [covariate][row].
  package let covariates: [[Double]]

  package init(
    name: String, scores: [Double], labels: [Double?], prompts: [String],
    covariates: [[Double]] = []
  ) {
    (self.name, self.scores, self.labels) = (name, scores, labels)
    (self.prompts, self.covariates) = (prompts, covariates)
  }

  var labelled: [Int] { labels.indices.filter { labels[$0] != nil } }
}

/// Numbers of the prompts of several samples.
struct SharedPrompts {
  /// The prompt of each row, [sample][row].
  let ofRow: [[Int]]
  let count: Int
  /// Whether any response to a prompt has a label, [prompt].
  let isLabelled: [Bool]
  private let ids: [String]

  init(_ samples: [PolicySample]) {
    var numbers: [ExactText: Int] = [:]
    var ids: [String] = []
    ofRow = samples.map { sample in
      sample.prompts.map { id in
        let key = ExactText(id)
        if let number = numbers[key] { return number }
        numbers[key] = ids.count
        ids.append(id)
        return ids.count - 1
      }
    }
    var isLabelled = [Bool](repeating: false, count: ids.count)
    for (sample, prompts) in zip(samples, ofRow) {
      for row in sample.labelled { isLabelled[prompts[row]] = true }
    }
    (self.ids, count, self.isLabelled) = (ids, ids.count, isLabelled)
  }

  /// Groups of prompts, labelled ones spread evenly, and what the order of the rows is does not matter.
  ///
  /// - Parameter salt: makes other groups.
  /// - Returns: the group of each prompt, from 0 to below `groups`, [prompt].
  func dealt(into groups: Int, salt: String) -> [Int] {
    let keys = ids.map { Folds.hash(of: salt + $0) }
    let order = ids.indices.sorted { first, second in
      guard isLabelled[first] == isLabelled[second] else { return isLabelled[first] }
      return (keys[first], ids[first]) < (keys[second], ids[second])
    }
    var group = [Int](repeating: 0, count: ids.count)
    for (place, prompt) in order.enumerated() { group[prompt] = place % groups }
    return group
  }
}
