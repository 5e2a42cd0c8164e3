/// The stages in order. Each is one method, in a file of its own:
///
///     score ─► store ─► calibrate ─► evaluate ─► rank ─► report
internal import Foundation
package import TareCore

/// The whole pipeline, as commands and the server use it.
package struct Pipeline: Sendable {
  /// Who hears of progress, and may stop long work.
  package let observer: StageObserver

  package init(observer: StageObserver = StageObserver()) { self.observer = observer }

  /// Finds out before the work that its result has somewhere to go.
  /// - Throws: `TareError.usage` if the path's folder is not there or cannot be written.
  package func checkWritable(_ path: String?) throws(TareError) {
    guard let path else { return }
    let folder = URL(filePath: path).deletingLastPathComponent().path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder),
      isFolder.boolValue, FileManager.default.isWritableFile(atPath: folder)
    else { throw .usage("\(path): the folder is not there, or cannot be written") }
  }

  /// Writes a result so that a reader never finds half of it.
  func write(_ data: Data, to path: String) throws(TareError) {
    do {
      try data.write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw .fault("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
