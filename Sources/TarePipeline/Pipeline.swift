/// The stages in order. Each is one method, in a file of its own:
///
///     score ─► store ─► calibrate ─► evaluate ─► rank ─► report
internal import Foundation
internal import TareCore

/// The whole pipeline, as commands and the server use it.
package struct Pipeline: Sendable {
  /// Who hears of progress, and may stop long work.
  package let observer: StageObserver

  package init(observer: StageObserver = StageObserver()) { self.observer = observer }

  /// Writes a result so that a reader never finds half of it.
  func write(_ data: Data, to path: String) throws(TareError) {
    do {
      try data.write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw .fault("\(path): cannot be written: \(error.localizedDescription)")
    }
  }
}
