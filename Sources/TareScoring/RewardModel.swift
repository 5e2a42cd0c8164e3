/// A language model with a value head: conversations in, scores out.
internal import Foundation
internal import Synchronization
package import TareCore
package import TareEngine

public final class RewardModel: Sendable {
  package let text: TextModel
  package let reading: Reading
  /// As the store keeps it.
  package var precision: String { text.precision }
  /// Whether what texts have in common at their starts is computed once.
  package var sharesPrefixes: Bool { text.sharesPrefixes }
  private let runner: LazyBody

  /// Keeps the keys and values of prefixes for later inputs, up to so many bytes; the scores have the same
  /// bits. Encoders, whose tokens depend on those after them, keep nothing.
  package func keepPrefixes(bytes: Int) {
    guard case .implicit(_, let reference, _) = reading else { return runner.keepPrefixes(bytes) }
    runner.keepPrefixes(bytes / 2)
    reference.keepPrefixes(bytes / 2)
  }

  /// What was computed and kept so far; nil before the weights are loaded, and for encoders.
  package var prefixCounts: PrefixCounts? {
    guard case .implicit(_, let reference, _) = reading else { return runner.prefixCounts }
    guard let own = runner.prefixCounts, let other = reference.prefixCounts else { return nil }
    var counts = own + other
    // Each model computes the same rows.
    counts.rows = own.rows
    return counts
  }

  /// How hidden states become a score.
  package enum Reading: Sendable {
    case head(LoadedHead, OutputChoice, ScoreFinish)
    /// DPO's implicit reward (Rafailov et al. 2023): beta · Σ (log π − log π_ref) over the tokens of
    /// the response, what the template writes after it included.
    case implicit(reference: ModelWeights, LazyBody, beta: Double)
  }

  /// - Throws: `TareError.usage` if the head has several outputs and none is chosen.
  package init(
    _ text: TextModel, head: LoadedHead, output: OutputChoice? = nil,
    finish: ScoreFinish = ScoreFinish(), threads: Int
  ) throws(TareError) {
    self.text = text
    let labels = text.reranker?.labels ?? []
    reading = .head(
      head, try (output ?? head.output).checked(head.head, labels: labels), finish)
    runner = LazyBody(text.weights, threads: threads)
  }

  /// An implicit reward.
  /// - Throws: `TareError.badData` if the two models do not have the same vocabulary.
  package init(
    policy: TextModel, reference: ModelWeights, beta: Double, threads: Int
  ) throws(TareError) {
    let vocabulary = try reference.size().vocabularySize
    guard policy.size.vocabularySize == vocabulary else {
      throw .badData(
        place: reference.url.path, found: "a vocabulary of \(vocabulary)",
        accepted: "the vocabulary of the policy, \(policy.size.vocabularySize)")
    }
    text = policy
    reading = .implicit(reference: reference, LazyBody(reference, threads: threads), beta: beta)
    runner = LazyBody(policy.weights, threads: threads)
  }

  /// SHA-256 of what reads the score, where it is not part of the model.
  package var headDigest: Digest? {
    switch reading {
    case .head(let head, _, _): head.digest
    case .implicit(let reference, _, let beta):
      Array("implicit \(reference.digest) \(beta)".utf8).withUnsafeBytes { Digest(of: $0) }
    }
  }

  /// The rule that the head calls for; nil where nothing says.
  package var readRule: ReadRule? {
    switch reading {
    case .head(let head, _, _): head.readRule
    case .implicit: .last
    }
  }

  /// The template variables that the head was trained with.
  package var variables: JSONObject {
    switch reading {
    case .head(let head, _, _): head.variables
    case .implicit: [:]
    }
  }

  /// Whether responses must be told apart from their prompts.
  package var needsResponseStart: Bool {
    if case .implicit = reading { true } else { false }
  }

  /// What decides the score besides model, head and tokens, as the store keeps it.
  package func rule(_ options: ScoringOptions) -> String {
    switch reading {
    case .head(let head, let output, let finish):
      let kind = head.head as? TokenHead
      let parts = [
        options.readRule.description, output.description, kind?.tokenNames ?? "",
        finish.description,
      ]
      return parts.filter { !$0.isEmpty }.joined(separator: ";")
    case .implicit: return "implicit"
    }
  }

  /// Scores in the order of the conversations, each the same bits whatever else is scored.
  ///
  /// - Parameter probe: is told of the pass; it changes no bit.
  /// - Throws: `TareError.badData` if a score is not finite; `TareError.usage` for a probe of a model
  ///   that is no single decoder.
  package func score(
    _ conversations: [TokenizedConversation], probe: PassProbe? = nil
  ) throws(TareError) -> [Score] {
    let steps: [[Float]]
    var outputs: [[[Float]]] = []
    var cached = conversations.map { _ in 0 }
    var deviations: [Float?] = conversations.map { _ in nil }
    switch reading {
    case .head(let head, let output, let finish):
      let found = try runner.knownStates(conversations, probe: probe)
      cached = found.known
      let all = zip(conversations, found.states).map { conversation, states in
        let outputs = states.map { head.head.outputs($0) }
        return conversation.takesMeanOutput ? [LazyBody.mean(outputs)] : outputs
      }
      steps = all.map { states in states.map { finish.applied(to: output.score($0)) } }
      if head.head.outputCount > 1 { outputs = all }
      deviations = zip(conversations, found.states).map { conversation, states in
        guard conversation.stepsToScore == nil, let state = states.first else { return nil }
        return head.head.deviation(state).flatMap { finish.applied(toDeviation: $0) }
      }
    case .implicit(_, let reference, let beta):
      guard probe == nil else {
        throw .usage("inspection: expected one model, found the two of an implicit reward")
      }
      let sums = try Self.sums(conversations, runner)
      let others = try Self.sums(conversations, reference)
      steps = zip(sums, others).map { [Float(beta * ($0 - $1))] }
    }
    try checkUnchanged()
    var scores: [Score] = []
    for (index, (conversation, values)) in zip(conversations, steps).enumerated() {
      var score = try Self.score(
        conversation, values, outputs: outputs.isEmpty ? [] : outputs[index])
      score.cached.tokens = cached[index]
      score.deviation = try Self.checked(deviations[index], of: conversation)
      scores.append(score)
    }
    return scores
  }

  private static func checked(
    _ deviation: Float?, of conversation: TokenizedConversation
  ) throws(TareError) -> Float? {
    guard let deviation, !deviation.isFinite else { return deviation }
    throw .badData(
      place: "the response that ends '\(conversation.text.suffix(60))'",
      found: "the standard deviation \(deviation)", accepted: "a finite number")
  }

  /// What was computed was computed with the weights that the digest is of.
  private func checkUnchanged() throws(TareError) {
    try text.weights.checkUnchanged()
    if case .implicit(let reference, _, _) = reading { try reference.checkUnchanged() }
  }

  private static func score(
    _ conversation: TokenizedConversation, _ values: [Float], outputs: [[Float]]
  ) throws(TareError) -> Score {
    var steps: [StepScore] = []
    var value = values.first ?? .nan
    if let rule = conversation.stepsToScore {
      steps = zip(conversation.positions, values).map { StepScore(position: $0, value: $1) }
      value = rule.score(values)
    }
    let all = [value] + values + outputs.flatMap(\.self)
    if let wrong = all.first(where: { !$0.isFinite }) {
      throw .badData(
        place: "the response that ends '\(conversation.text.suffix(60))'",
        found: "the score \(wrong)", accepted: "a finite score (are the model's weights finite?)")
    }
    return Score(
      value: value, tokens: conversation.ids.count, length: conversation.length,
      readAt: conversation.readAt, truncated: conversation.truncated, steps: steps,
      outputs: outputs)
  }

  /// Σ log p of the response's tokens for each conversation.
  private static func sums(
    _ conversations: [TokenizedConversation], _ runner: LazyBody
  ) throws(TareError) -> [Double] {
    guard let decoder = try runner.body() as? Decoder else {
      throw .usage("an implicit reward requires two language models")
    }
    return try decoder.logProbabilities(
      conversations.map(\.ids), from: conversations.map { $0.responseStart ?? 0 }
    ).map { $0.reduce(0) { $0 + Double($1) } }
  }
}

/// A model's features for training a head: the hidden states at the read positions.
package final class FeatureExtractor: Sendable {
  package let text: TextModel
  /// As the store keeps it.
  package var precision: String { text.precision }
  /// Whether what texts have in common at their starts is computed once.
  package var sharesPrefixes: Bool { text.sharesPrefixes }
  private let runner: LazyBody

  package init(_ text: TextModel, threads: Int) {
    self.text = text
    runner = LazyBody(text.weights, threads: threads)
  }

  /// [hiddenSize] for each conversation, in order.
  /// - Parameter probe: is told of the pass; it changes no bit.
  package func features(
    _ conversations: [TokenizedConversation], probe: PassProbe? = nil
  ) throws(TareError) -> [[Float]] {
    let states = try runner.states(conversations, probe: probe)
    try text.weights.checkUnchanged()
    return zip(conversations, states).map { conversation, states in
      conversation.takesMeanOutput ? LazyBody.mean(states) : states[states.count - 1]
    }
  }
}

extension FeatureExtractor {
  /// The residual stream as it enters a layer, of every token, [conversation][token, hiddenSize].
  /// - Throws: `TareError.usage` for an encoder, and for a layer that there is not.
  package func states(
    below layer: Int, _ conversations: [TokenizedConversation]
  ) throws(TareError) -> [[Float]] {
    let states = try runner.states(below: layer, conversations)
    try text.weights.checkUnchanged()
    return states
  }
}

/// Loads the weights when the first text needs them: a run that has all its scores never does.
package final class LazyBody: Sendable {
  private let weights: ModelWeights
  private let threads: Int
  private let loaded = Mutex<(any Body)?>(nil)
  /// Bytes for keys and values that are kept from pass to pass.
  private let prefixBytes = Mutex(0)

  init(_ weights: ModelWeights, threads: Int) {
    self.weights = weights
    self.threads = threads
  }

  func body() throws(TareError) -> any Body {
    try loaded.withLock { (loaded) throws(TareError) in
      if let body = loaded { return body }
      let body = try weights.body(threads: threads)
      let bytes = prefixBytes.withLock { $0 }
      if bytes > 0 { (body as? Decoder)?.keepPrefixes(bytes: bytes) }
      loaded = body
      return body
    }
  }

  /// From now on, or from when the weights are loaded on.
  func keepPrefixes(_ bytes: Int) {
    prefixBytes.withLock { $0 = bytes }
    loaded.withLock { ($0 as? Decoder)?.keepPrefixes(bytes: bytes) }
  }

  func states(
    below layer: Int, _ conversations: [TokenizedConversation]
  ) throws(TareError) -> [[Float]] {
    guard let decoder = try body() as? Decoder else {
      throw .usage("states of single layers: expected a decoder, found an encoder")
    }
    return try decoder.states(below: layer, of: conversations.map(\.ids))
  }

  /// nil before the weights are loaded, and for encoders.
  var prefixCounts: PrefixCounts? { loaded.withLock { ($0 as? Decoder)?.prefixCounts } }

  /// The states that are read of each conversation; the mean of all where the rule is the mean.
  func states(
    _ conversations: [TokenizedConversation], probe: PassProbe? = nil
  ) throws(TareError) -> [[[Float]]] {
    try knownStates(conversations, probe: probe).states
  }

  /// The same, and how many tokens of each conversation were known from others before.
  func knownStates(
    _ conversations: [TokenizedConversation], probe: PassProbe? = nil
  ) throws(TareError) -> (states: [[[Float]]], known: [Int]) {
    let body = try body()
    let ids = conversations.map(\.ids)
    let positions = conversations.map(\.positions)
    var found: (states: [[[Float]]], known: [Int])
    if let decoder = body as? Decoder {
      found = try decoder.knownStates(ids, at: positions, probe: probe)
    } else {
      guard probe == nil else {
        throw .usage("inspection: expected a decoder, found an encoder")
      }
      found.states = try body.hiddenStates(ids, types: conversations.map(\.types), at: positions)
      found.known = conversations.map { _ in 0 }
    }
    found.states = zip(conversations, found.states).map { conversation, states in
      if conversation.joinsStates { return [Array(states.joined())] }
      return conversation.takesMean ? [Self.mean(states)] : states
    }
    return found
  }

  fileprivate static func mean(_ states: [[Float]]) -> [Float] {
    var sums = [Double](repeating: 0, count: states[0].count)
    for state in states {
      for i in sums.indices { sums[i] += Double(state[i]) }
    }
    return sums.map { Float($0 / Double(states.count)) }
  }
}
