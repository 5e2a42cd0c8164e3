/// The responses that `RoutingPrediction` is made from.
internal import TareCore

/// The experts' shares in the responses of some prompts, so many that memory is bounded.
///
/// Prompts are told apart by section, subset and id. They are kept in the order of a hash of these and of
/// the seed, as many as have no more than `limit` responses together: which ones does not depend on the
/// order of the texts. Of a prompt with more than `promptLimit` responses the first of them count, so that
/// a few prompts with very many responses do not stand for all. Responses without tokens are left out.
struct ResponseSample: Sendable {
  static let promptLimit = 32

  struct Response: Sendable {
    /// Share of the response's tokens whose top-k holds the expert, [layers · experts].
    let shares: [Float]
    /// Nil where there is none, or it is not finite.
    let score: Double?
    let length: Double
  }

  private let limit: Int
  private let seed: UInt64
  private var kept: [PromptKey: Kept] = [:]
  private var count = 0
  /// Prompts whose hash is not below this one are left out.
  private var bound = UInt64.max

  private struct Kept {
    let hash: UInt64
    var responses: [Response]
  }

  init(limit: Int, seed: UInt64) {
    self.limit = limit
    self.seed = seed
  }

  /// The responses of each prompt, in the order of the hash.
  var prompts: [[Response]] {
    kept.values.sorted { $0.hash < $1.hash }.map(\.responses)
  }

  mutating func add(_ text: TextRouting) {
    guard text.responseTokens > 0 else { return }
    let key = PromptKey(section: text.section, subset: text.subset, id: text.prompt)
    let hash = kept[key]?.hash ?? hash(key)
    guard hash < bound, kept[key].map({ $0.responses.count < Self.promptLimit }) ?? true else {
      return
    }
    kept[key, default: Kept(hash: hash, responses: [])].responses.append(Response(text))
    count += 1
    while count > limit { removeLast() }
  }

  private mutating func removeLast() {
    guard let last = kept.max(by: { $0.value.hash < $1.value.hash }) else { return }
    bound = last.value.hash
    count -= last.value.responses.count
    kept[last.key] = nil
  }

  /// The first eight bytes of a SHA-256: the same on every machine.
  private func hash(_ key: PromptKey) -> UInt64 {
    let parts = ["\(seed)", key.section ?? "", key.subset ?? "", key.id]
    let digest = Digest(of: parts.joined(separator: "\u{0}"))
    return (0..<8).reduce(0) { $0 << 8 | UInt64(digest.bytes[$1]) }
  }
}

extension ResponseSample.Response {
  fileprivate init(_ text: TextRouting) {
    let tokens = Double(text.responseTokens)
    shares = text.responseCounts.flatMap { $0.map { Float($0 / tokens) } }
    score = text.score.flatMap { $0.isFinite ? $0 : nil }
    length = text.length
  }
}
