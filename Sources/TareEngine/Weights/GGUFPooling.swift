/// How llama.cpp makes one vector of a text's states, by gguf-py's numbers (`PoolingType`).
internal import TareCore

package enum GGUFPooling: Int, Sendable {
  case none = 0
  case mean = 1
  case first = 2
  case last = 3
  /// A reranker's: the head reads the last token.
  case rank = 4

  /// config.json's word for it; nil where nothing is said of the position.
  /// - Throws: `TareError.badData` for what a decoder cannot be read by.
  func word(_ key: String) throws(TareError) -> JSONValue? {
    switch self {
    case .none: return nil
    case .mean: return "mean"
    case .last, .rank: return "last"
    case .first:
      throw .badData(
        place: "metadata '\(key)'",
        found: "2 (the first token, which attends to no other in a decoder)",
        accepted: "0 (none), 1 (mean), 3 (last), 4 (rank)")
    }
  }
}
