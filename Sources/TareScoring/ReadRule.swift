/// Which position's hidden state is the reward read from.
package import TareCore

package enum ReadRule: Sendable, Hashable {
  /// The rightmost token that is not padding, as transformers' sequence classifiers do.
  case huggingFace
  /// The last token.
  case last
  /// The last token with this id.
  case token(Int32)

  /// Reads "hf", "last" or "token:ID".
  package init(parsing text: String) throws(TareError) {
    switch text {
    case "hf": self = .huggingFace
    case "last": self = .last
    default:
      guard text.hasPrefix("token:"), let id = Int32(text.dropFirst(6)), id >= 0 else {
        throw .usage("unknown read rule '\(text)'; accepted: hf, last, token:ID")
      }
      self = .token(id)
    }
  }

  /// The position in `ids` that is read.
  /// - Throws: `TareError.badData` if the rule's token is not in the text.
  func position(in ids: [Int32], padID: Int32?) throws(TareError) -> Int {
    switch self {
    case .last: return ids.count - 1
    case .huggingFace:
      // A text of nothing but padding is read at its start, as transformers reads it.
      return ids.lastIndex { $0 != padID } ?? 0
    case .token(let id):
      guard let position = ids.lastIndex(of: id) else {
        throw .badData(
          place: "", found: "no token \(id) in the text", accepted: "a text that holds it")
      }
      return position
    }
  }
}

extension ReadRule: CustomStringConvertible {
  package var description: String {
    switch self {
    case .huggingFace: "hf"
    case .last: "last"
    case .token(let id): "token:\(id)"
    }
  }
}
