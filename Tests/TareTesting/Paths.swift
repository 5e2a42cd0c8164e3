/// Where tests find the files they need.
package import Foundation

/// The project's folder, found from this file.
package let projectFolder = URL(filePath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Real data beside the project, which is not part of it: tests that use it are skipped without it.
package let sharedFolder = projectFolder.deletingLastPathComponent().appending(path: "shared")

package func exists(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }
