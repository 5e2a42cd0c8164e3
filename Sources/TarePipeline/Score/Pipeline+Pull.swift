/// `tare pull`: a model from a hub into the cache that Python's tools share.
internal import Foundation
package import TareCore
internal import TareHub

package struct PullRequest: Sendable {
  /// ORG/NAME.
  package var model: String
  /// nil for "main".
  package var revision: String?
  /// Patterns of the files to fetch; none for those that scoring needs.
  package var includes: [String] = []
  package var excludes: [String] = []
  /// Files at a time.
  package var jobs: Int = 4
  /// Whether files that are there already are read and hashed again.
  package var verifies = false
  /// Where the hub's address, the token and the cache are named.
  package var environment: [String: String]

  package init(model: String) {
    self.model = model
    environment = ProcessInfo.processInfo.environment
  }
}

/// How far a pull has come, in bytes.
package struct PullProgress: Sendable {
  /// Of all files; 0 until their list has come.
  package let total: Int
  /// Those that are there.
  package let done: Int
  /// Those that came in this call.
  package let fetched: Int
  package let seconds: Double

  package var bytesPerSecond: Double { seconds > 0 ? Double(fetched) / seconds : 0 }
  /// Seconds to go at the rate so far; nil until there is one.
  package var remaining: Double? {
    bytesPerSecond > 0 ? Double(total - done) / bytesPerSecond : nil
  }
}

package struct PullOutcome: Sendable {
  /// The folder that has the model's files.
  package let path: String
  package let json: JSONValue
  /// One line for people.
  package let text: String

  fileprivate init(_ model: PulledModel) {
    path = model.folder.path
    let bytes = model.files.reduce(0) { $0 + $1.bytes }
    json = [
      "id": .string(model.id.description), "revision": .string(model.revision),
      "commit": .string(model.commit), "path": .string(path),
      "files": .array(
        model.files.map { file in
          [
            "name": .string(file.name), "bytes": .int(file.bytes),
            "sha256": file.sha256.map { .string($0) } ?? .null,
            "downloaded": .bool(file.downloaded),
          ]
        }),
      "bytes": .int(bytes), "seconds": .double(model.seconds),
    ]
    let before = model.files.count { !$0.downloaded }
    text =
      "\(model.id) at \(model.commit.prefix(12)): \(model.files.count) files, \(bytes.bytesText)"
      + (before > 0 ? ", \(before) of them already present" : "")
  }
}

extension Pipeline {
  /// Fetches a model's files that are not in the cache yet.
  ///
  /// - Parameter report: called some times a second.
  /// - Throws: as `HubPull.run`; `TareError.interrupted` if the observer asks to stop.
  package func pull(
    _ request: PullRequest, report: @escaping @Sendable (PullProgress) -> Void = { _ in }
  ) async throws(TareError) -> PullOutcome {
    var options = HubOptions()
    options.jobs = request.jobs
    options.verifies = request.verifies
    let pull = try HubPull(
      request.model, revision: request.revision, includes: request.includes,
      excludes: request.excludes, HubSettings(environment: request.environment), options)
    let start = ContinuousClock.now
    let model = try await pull.run { total, done, fetched in
      report(
        PullProgress(
          total: total, done: done, fetched: fetched,
          seconds: (ContinuousClock.now - start) / .seconds(1)))
    } shouldStop: {
      observer.shouldStop()
    }
    return PullOutcome(model)
  }
}
