/// An example of where two models disagree, with its texts where they are known.
internal import TareCore
internal import TareEvaluation
internal import TareFormats
internal import TareReport
internal import TareStore

struct DisagreementExample: Sendable {
  let disagreement: Disagreement
  /// Where the responses stand among all.
  let rows: [Int]
  let prompt: String?
  /// Of the right and the wrong response, or of those that the trial is about.
  let responses: [String]

  /// Of so many characters of a text one line is made.
  private static let shown = 200

  /// - Parameter texts: prompt and response of each row, [row].
  static func examples(
    _ disagreements: some Sequence<Disagreement>, _ responses: ScoredResponses,
    _ texts: Conversations?
  ) -> [DisagreementExample] {
    let disagreements = Array(disagreements)
    guard !disagreements.isEmpty else { return [] }
    let prompts = Set(disagreements.map(\.promptID))
    var rows: [Place: Int] = [:]
    let isWanted = responses.prompts.names.map(prompts.contains)
    for row in responses.indices where isWanted[Int(responses.prompts.codes[row])] {
      rows[Place(responses[row])] = row
    }
    return disagreements.map { disagreement in
      let own = disagreement.place.compactMap { index in
        rows[Place(subset: disagreement.subset, prompt: disagreement.promptID, index: index)]
      }
      let texts = texts.map { texts in own.map { texts[$0] } } ?? []
      return DisagreementExample(
        disagreement: disagreement, rows: own,
        prompt: texts.first?.messages.last { $0.role == "user" }?.content,
        responses: texts.map(\.response))
    }
  }

  private struct Place: Hashable {
    let subset: String?
    let prompt: String
    let index: Int

    init(subset: String?, prompt: String, index: Int) {
      self.subset = subset
      self.prompt = prompt
      self.index = index
    }

    init(_ response: ScoredResponse) {
      self.init(subset: response.subset, prompt: response.promptID, index: response.index)
    }
  }

  var json: JSONValue {
    var object = disagreement.json.object ?? [:]
    object["prompt"] = prompt.map { .string($0) }
    if !responses.isEmpty { object["texts"] = .array(responses.map { .string($0) }) }
    return .object(object)
  }

  /// The beginnings of the texts.
  var lines: [String] {
    let names = responses.count == 2 ? ["right", "wrong"] : responses.map { _ in "response" }
    return (prompt.map { ["prompt: " + $0.excerpt(Self.shown)] } ?? [])
      + zip(names, responses).map { "\($0): " + $1.excerpt(Self.shown) }
  }
}

extension ScorePart {
  /// Prompt and response of each row; nil where they are not known.
  func texts(in store: Store?) throws(TareError) -> Conversations? {
    switch origin {
    case .table(let table): return try table.conversations()
    case .run(let run, let items):
      if let file = try store?.source(of: run) {
        return try ScoreTable(try file.table()).conversations()
      }
      let known = try store?.items(of: run, withTexts: true).compactMap(\.conversation) ?? []
      return known.count == items.count ? Conversations(known) : nil
    }
  }
}
