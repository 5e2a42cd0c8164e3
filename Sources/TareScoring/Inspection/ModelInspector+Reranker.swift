/// What a reranker's files say: its roles, its tokens or labels, its activation.
internal import TareCore
internal import TareEngine

extension ModelInspector {
  mutating func describeReranker(_ weights: ModelWeights) {
    let found = result.attempt { () throws(TareError) in try RerankerReading(weights) }
    guard let reading = found.flatMap({ $0 }) else { return }
    reranker = reading
    var facts: [String] = []
    if reading.roles.areUsed {
      facts.append("prompt and response are \(reading.roles.prompt) and \(reading.roles.response)")
    }
    if !reading.tokens.isEmpty {
      let tokens = reading.tokens.map { "\($0)" }.joined(separator: " less ")
      facts.append("the score is the logit of token \(tokens)")
    }
    if !reading.labels.isEmpty {
      facts.append("outputs \(reading.labels.joined(separator: ", "))")
    }
    if let activation = reading.activation { facts.append("activation \(activation)") }
    result.add(
      "reranker",
      [
        "source": .string(reading.source.rawValue),
        "tokens": .array(reading.tokens.map { .int(Int($0)) }),
        "labels": .array(reading.labels.map { .string($0) }),
        "activation": reading.activation.map { .string($0) } ?? .null,
        "longest": reading.longest.map { .int($0) } ?? .null,
      ], "reranker", "\(reading.source.rawValue): \(facts.joined(separator: "; "))")
    if let unknown = reading.unknown {
      result.find(.error, "\(unknown) is not supported: only a Transformer and a LogitScore are")
    }
    if let activation = reading.activation, activation != "Identity" {
      result.find(
        .note,
        "scores are raw logits; its own tools apply \(activation), as --activation model does")
    }
  }
}
