import TareCore
import TareRemote
import TareScoring

extension RemoteEngine {
  convenience init(
    url: String, protocol key: String, _ options: RemoteOptions = RemoteOptions()
  ) throws {
    try self.init(urls: [url], protocol: key, options)
  }

  func score(texts: [String]) async throws(TareError) -> [Float] {
    try await score(texts.map { RemoteText($0) })
  }
}
