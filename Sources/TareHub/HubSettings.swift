/// Which hub, with which token, into which cache: the variables that Python's huggingface_hub reads.
internal import Foundation
package import TareCore

/// The names and their order of precedence are those of huggingface_hub's `constants.py` and
/// `utils/_auth.py`. An empty variable counts as unset.
package struct HubSettings: Sendable {
  /// The hub that the variables name none beside.
  package static let defaultEndpoint = "https://huggingface.co"

  /// Without a "/" at the end.
  package let endpoint: String
  package let token: String?
  package let cache: HubCache
  /// Whether the user forbids the network.
  package let isOffline: Bool

  /// - Parameter environment: `HF_ENDPOINT`; `HF_TOKEN`, `HF_TOKEN_PATH`; `HF_HUB_CACHE`, `HF_HOME`,
  ///   `XDG_CACHE_HOME`, `HOME`; `HF_HUB_OFFLINE`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`; and the older
  ///   names of these.
  /// - Throws: `TareError.usage` for an endpoint that is no address, or a token that no header can
  ///   carry.
  package init(environment: [String: String]) throws(TareError) {
    let variables = HubVariables(environment)
    endpoint = try Self.endpoint(variables["HF_ENDPOINT"] ?? Self.defaultEndpoint)
    cache = HubCache(environment: environment)
    isOffline = variables.isTrue("HF_HUB_OFFLINE") || variables.isTrue("TRANSFORMERS_OFFLINE")
    token = try Self.token(variables)
  }

  private static func endpoint(_ text: String) throws(TareError) -> String {
    var text = text
    while text.hasSuffix("/") { text.removeLast() }
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
      ["http", "https"].contains(scheme), parts.host?.isEmpty == false, parts.query == nil,
      parts.fragment == nil, parts.user == nil
    else {
      throw .usage("HF_ENDPOINT: expected an address such as \(defaultEndpoint), found '\(text)'")
    }
    return text
  }

  private static func token(_ variables: HubVariables) throws(TareError) -> String? {
    guard !variables.isTrue("HF_HUB_DISABLE_IMPLICIT_TOKEN") else { return nil }
    let found: (token: String, source: String)
    if let token = variables["HF_TOKEN"] ?? variables["HUGGING_FACE_HUB_TOKEN"] {
      found = (token, "HF_TOKEN")
    } else {
      let path = variables.path("HF_TOKEN_PATH") ?? variables.home + "/token"
      guard let token = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
      found = (token, path)
    }
    let token = found.token.trimmingCharacters(in: .whitespacesAndNewlines)
    guard token.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .usage("the token in \(found.source) has characters that no token has")
    }
    return token.isEmpty ? nil : token
  }
}
