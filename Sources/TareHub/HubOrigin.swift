/// Scheme, host and port of an address: a token that is meant for one origin goes to no other.
internal import Foundation

struct HubOrigin: Hashable {
  private let scheme: String
  private let host: String
  private let port: Int

  /// Whether what is sent there is encrypted.
  var isSecure: Bool { scheme == "https" }

  /// - Returns: nil for what is no http or https address.
  init?(_ url: String) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
      let usual = ["http": 80, "https": 443][scheme], let host = parts.host?.lowercased(),
      !host.isEmpty
    else { return nil }
    self.scheme = scheme
    self.host = host
    port = parts.port ?? usual
  }
}
