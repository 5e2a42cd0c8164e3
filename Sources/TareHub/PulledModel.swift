/// A model that is in the cache, and how it came there.
package import Foundation

package struct PulledModel: Sendable {
  package struct File: Sendable {
    package let name: String
    package let bytes: Int
    /// 64 hexadecimal digits, whichever hash the hub gives; nil where the file was there already and was
    /// not read in this pull.
    package let sha256: String?
    /// Whether it came in this pull.
    package let downloaded: Bool
  }

  package let id: HubID
  package let revision: String
  package let commit: String
  /// The snapshot, which has the files under their names.
  package let folder: URL
  package let files: [File]
  package let seconds: Double
}
