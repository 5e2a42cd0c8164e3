/// The kinds of post-processor of tokenizer.json, and what each must do.
package import TareCore

/// Puts special tokens around a text, or around two.
package protocol PostProcessor: FilePart, Sendable {
  /// - Throws: `TareError.badData` that names the place in the file.
  init(_ part: Part) throws(TareError)

  /// What stands around one text and around two; nil if the post-processor adds no tokens.
  var template: TokenTemplate? { get }
}

/// The order in which special tokens and texts follow each other.
package struct TokenTemplate: Sendable, Equatable {
  package enum Item: Sendable, Equatable {
    case special(ids: [Int32], typeID: Int32)
    /// The first text, the second.
    case first(typeID: Int32)
    case second(typeID: Int32)
  }

  var single: [Item]
  var pair: [Item]

  /// The texts alone.
  static let plain = TokenTemplate(
    single: [.first(typeID: 0)], pair: [.first(typeID: 0), .second(typeID: 1)])

  /// The special tokens before a single text and after it.
  var around: (before: [Int32], after: [Int32]) {
    var around: (before: [Int32], after: [Int32]) = ([], [])
    var isAfter = false
    for item in single {
      switch item {
      case .first, .second: isAfter = true
      case .special(let ids, _):
        if isAfter { around.after += ids } else { around.before += ids }
      }
    }
    return around
  }
}

package enum PostProcessors {
  package static let registry = Registry<any PostProcessor.Type>(
    "post-processor",
    [
      TemplateProcessing.self,
      ByteLevelProcessing.self,
      BertProcessing.self,
      RobertaProcessing.self,
      PostProcessorSequence.self,
    ]
  ) { $0 }

  package static func make(_ part: Part) throws(TareError) -> any PostProcessor {
    try part.entry(of: registry) { $0.typeName }.init(part)
  }
}
