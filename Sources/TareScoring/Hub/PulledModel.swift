/// A model that is in the cache, and how it came there.
package import Foundation
package import TareCore

package struct PulledModel: Sendable {
  package struct File: Sendable {
    package let name: String
    package let bytes: Int
    /// SHA-256, whichever hash the hub gives.
    package let digest: Digest
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
