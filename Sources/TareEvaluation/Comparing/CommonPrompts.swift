/// What two score columns have in common.
package import TareCore

/// The prompts of which both have the same responses with the same labels, matched by section, subset
/// and id, never by row.
package struct CommonPrompts: Sendable {
  /// Prompts that only one side has, and prompts with other responses or labels on the two sides.
  package struct LeftOut: Sendable, Hashable {
    package var a = 0
    package var b = 0
    package var different = 0

    package init(a: Int = 0, b: Int = 0, different: Int = 0) {
      self.a = a
      self.b = b
      self.different = different
    }

    package var isEmpty: Bool { a == 0 && b == 0 && different == 0 }

    package var json: JSONValue {
      ["only_a": .int(a), "only_b": .int(b), "other_responses": .int(different)]
    }
  }

  package let a: ScoredResponses
  package let b: ScoredResponses
  package let leftOut: LeftOut

  /// - Throws: `TareError.badData` where nothing is common.
  package init(_ a: ScoredResponses, _ b: ScoredResponses) throws(TareError) {
    if a.areSame(as: b) {
      (self.a, self.b, leftOut) = (a, b, LeftOut())
      return
    }
    let b = a.arePlacedByRow && b.arePlacedByRow ? Self.placed(b, as: a) : b
    let (first, second) = (Self.signatures(a), Self.signatures(b))
    var common: Set<PromptKey> = []
    var leftOut = LeftOut()
    for (key, own) in first {
      if let other = second[key] {
        if own == other { common.insert(key) } else { leftOut.different += 1 }
      } else {
        leftOut.a += 1
      }
    }
    leftOut.b = second.keys.count { first[$0] == nil }
    self.leftOut = leftOut
    func kept(_ side: ScoredResponses) -> ScoredResponses {
      leftOut.isEmpty ? side : ScoredResponses(side.filter { common.contains(PromptKey($0)) })
    }
    (self.a, self.b) = (kept(a), kept(b))
    guard !common.isEmpty || (a.isEmpty && b.isEmpty) else {
      throw .badData(
        place: "comparison",
        found: Self.nothingCommon(a, b, leftOut),
        accepted: "prompts that both have, with the same ids, subsets, responses and labels")
    }
  }

  /// What a response of a prompt is, but for its scores.
  private struct Signature: Hashable {
    let index: Int
    let pair: Int?
    let grade: Double?
  }

  private static func signatures(
    _ responses: ScoredResponses
  ) -> [PromptKey: Set<Signature>] {
    var signatures: [PromptKey: Set<Signature>] = [:]
    for response in responses {
      signatures[PromptKey(response), default: []].insert(
        Signature(index: response.index, pair: response.pair, grade: response.grade))
    }
    return signatures
  }

  /// The second side with the places of the first, at prompts whose responses stand in another order but
  /// are told apart by their labels: the chosen one and the rejected one, say.
  private static func placed(_ b: ScoredResponses, as a: ScoredResponses) -> ScoredResponses {
    let (first, second) = (grades(a), grades(b))
    var positions = b.positions
    for (key, rows) in second {
      guard let own = first[key], own.keys == rows.keys else { continue }
      for (grade, row) in rows { positions[row] = a.positions[own[grade] ?? 0] }
    }
    return b.placed(positions)
  }

  /// The row of each label of a prompt, where no two of its responses have the same, nor one none.
  private static func grades(_ responses: ScoredResponses) -> [PromptKey: [Double: Int]] {
    var grades: [PromptKey: [Double: Int]] = [:]
    var unclear: Set<PromptKey> = []
    for (row, response) in responses.enumerated() {
      let key = PromptKey(response)
      guard let grade = response.grade, response.pair == nil,
        grades[key, default: [:]].updateValue(row, forKey: grade) == nil
      else {
        unclear.insert(key)
        continue
      }
    }
    for key in unclear { grades[key] = nil }
    return grades
  }

  private static func nothingCommon(
    _ a: ScoredResponses, _ b: ScoredResponses, _ leftOut: LeftOut
  ) -> String {
    if leftOut.different > 0 {
      return "no prompt with the same responses and labels on both sides "
        + "(\(counted(leftOut.different, "prompt")) with others)"
    }
    let examples = [a, b].map { side in side.first.map { "'\(PromptKey($0).described)'" } ?? "none"
    }
    return "no prompt on both sides (the first of each: \(examples.joined(separator: " and ")))"
  }
}

extension PromptKey {
  fileprivate var described: String {
    [section, subset, id].compactMap(\.self).joined(separator: " / ")
  }
}

extension ScoredResponse {
  /// Where it stands, whatever its row: comparable and unique.
  var place: ResponsePlace {
    ResponsePlace(section: section ?? "", subset: subset ?? "", prompt: promptID, index: index)
  }
}

extension ScoredResponses {
  /// The rows in the order of their places.
  var inPlace: [Int] {
    let places = map(\.place)
    return indices.sorted { places[$0] < places[$1] }
  }
}

struct ResponsePlace: Hashable, Comparable {
  let section: String
  let subset: String
  let prompt: String
  let index: Int

  var names: [String] { [section, subset, prompt] }

  static func < (a: ResponsePlace, b: ResponsePlace) -> Bool {
    (a.section, a.subset, a.prompt, a.index) < (b.section, b.subset, b.prompt, b.index)
  }
}
