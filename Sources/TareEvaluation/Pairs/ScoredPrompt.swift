/// A prompt with its scored responses, checked.
package import TareCore

package struct ScoredPrompt: Sendable {
  package let id: String
  package let section: String?
  package let subset: String?
  /// In the order of the input.
  package let responses: [ScoredResponse]
  /// The row of each response in the input, from 1.
  let rows: [Int]

  /// Prompts in the order of their first rows; prompts of two subsets are two, whatever their ids.
  ///
  /// - Throws: `TareError.badData` that names the row, for a score that is not finite and a response
  ///   that stands twice.
  package static func prompts(
    of responses: ScoredResponses
  ) throws(TareError) -> [ScoredPrompt] {
    try responses.requireFiniteScores()
    let groups = PromptGroups(of: responses)
    var prompts: [ScoredPrompt] = []
    prompts.reserveCapacity(groups.count)
    let members = groups.members
    for group in 0..<groups.count {
      let prompt = ScoredPrompt(members[group], of: responses)
      try prompt.requireOneEach()
      prompts.append(prompt)
    }
    return prompts
  }

  /// - Throws: the same as `prompts(of:)`, which are not made where all is well.
  static func check(_ responses: ScoredResponses) throws(TareError) {
    try responses.requireFiniteScores()
    let members = responses.groups.members
    for group in 0..<responses.groups.count
    where !ScoredPairs.areDistinct(members[group], responses.positions) {
      try ScoredPrompt(members[group], of: responses).requireOneEach()
    }
  }

  /// - Parameter rows: ascending, at least one.
  init(_ rows: some Collection<Int32>, of responses: ScoredResponses) {
    let own = rows.map { responses[Int($0)] }
    id = own[0].promptID
    section = own[0].section
    subset = own[0].subset
    self.responses = own
    self.rows = rows.map { Int($0) + 1 }
  }

  /// - Throws: what is wrong with the prompt's pairs.
  func requirePairs() throws(TareError) {
    if isTie { return }
    let (chosen, rejected) = try chosenAndRejected()
    let worse = Dictionary(grouping: rejected, by: \.pair)
    // Nobody compared the responses of different pairs.
    guard let lone = Set(chosen.map(\.pair)).symmetricDifference(worse.keys).first else { return }
    let position = responses.firstIndex { $0.pair == lone } ?? 0
    throw error(
      at: position,
      found: "a pair with \(worse[lone] == nil ? "no rejected" : "no chosen") response",
      accepted: "at least one chosen and one rejected response per pair")
  }

  private func requireOneEach() throws(TareError) {
    var seen: [Int: Double] = [:]
    for (position, response) in responses.enumerated() {
      guard let score = seen.updateValue(response.score, forKey: response.index) else { continue }
      let again = score == response.score ? "with the same score" : "with a different score"
      throw error(
        at: position, found: "response \(response.index) a second time, \(again)",
        accepted: "each response of a prompt once")
    }
  }

  /// - Parameter position: of the response among the prompt's.
  func error(at position: Int = 0, found: String, accepted: String) -> TareError {
    .badData(place: "row \(rows[position]) (prompt \(id))", found: found, accepted: accepted)
  }

  /// Whether it holds two responses of which whoever compared them preferred neither: both have no role,
  /// and the grade of a half.
  var isTie: Bool {
    responses.count == 2 && responses.allSatisfy { $0.role == .response && $0.label == 0.5 }
  }

  /// The chosen and the rejected responses. Where none has a role, those with the labels 1 and 0.
  ///
  /// - Throws: `TareError.badData` that names the row of a response that is neither, and for a prompt
  ///   that lacks one of them.
  func chosenAndRejected() throws(TareError) -> (
    chosen: [ScoredResponse], rejected: [ScoredResponse]
  ) {
    let sides = responses.map(\.side)
    if let position = sides.firstIndex(of: nil) {
      let label = responses[position].label
      throw error(
        at: position,
        found: label.map { "the label \($0) and no role" } ?? "a response without a label",
        accepted: "chosen, rejected")
    }
    let chosen = zip(responses, sides).filter { $0.1 == .chosen }.map(\.0)
    let rejected = zip(responses, sides).filter { $0.1 == .rejected }.map(\.0)
    guard !chosen.isEmpty, !rejected.isEmpty else {
      let other =
        responses.count == 1
        ? "for single right or wrong responses use the benchmark unpaired"
        : "for candidates of which none or all may be right use the benchmark bestofn"
      throw error(
        found: "\(chosen.count) chosen and \(rejected.count) rejected responses",
        accepted: "at least one of each for every prompt (\(other))")
    }
    return (chosen, rejected)
  }
}
