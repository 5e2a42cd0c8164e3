/// How a command line says that a query and a document become a text.
internal import TareCore
internal import TareScoring
internal import TareServing

package enum PairSettings: Sendable, Hashable {
  /// One after the other, as vLLM, SGLang and Infinity join them.
  case joined
  /// As a user's message and its response in the model's chat template.
  case chat
  /// By a template in a file, which gets messages of the roles `query` and `document`.
  case template(String)

  /// - Throws: `TareError.badData` for a template that cannot be read.
  func opened(for settings: ScoringSettings) throws(TareError) -> ServedTexts.Pairs {
    switch self {
    case .joined: return .joined
    case .chat: return .chat
    case .template(let path):
      var settings = settings
      settings.template = path
      return .template(try settings.textAlone())
    }
  }
}
