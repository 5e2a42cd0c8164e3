/// A model from a hub into the cache: its list of files, the files side by side, the snapshot.
internal import Foundation
package import TareCore

package struct HubPull: Sendable {
  package let id: HubID
  /// A branch, a tag, "refs/pr/N" or a commit.
  package let revision: String
  private let settings: HubSettings
  private let options: HubOptions
  private let selection: HubSelection

  /// - Parameters:
  ///   - text: ORG/NAME.
  ///   - revision: nil for "main".
  ///   - includes: patterns of the files to fetch; none for those that scoring needs.
  ///   - excludes: patterns of files that are left out.
  /// - Throws: `TareError.usage` for what is no id, no revision or no number of jobs, and if the user
  ///   forbids the network.
  package init(
    _ text: String, revision: String? = nil, includes: [String] = [], excludes: [String] = [],
    _ settings: HubSettings, _ options: HubOptions = HubOptions()
  ) throws(TareError) {
    id = try HubID(parsing: text)
    self.revision = revision ?? HubCache.mainRevision
    try HubCache.check(revision: self.revision)
    guard (1...64).contains(options.jobs) else {
      throw .usage("--jobs: expected 1 to 64, found \(options.jobs)")
    }
    guard !settings.isOffline else {
      throw .usage("\(id) cannot be pulled: HF_HUB_OFFLINE forbids the network")
    }
    self.settings = settings
    self.options = options
    selection = HubSelection(includes: includes, excludes: excludes)
  }

  /// Fetches what is missing. What has come stays when the pull fails or stops, and is taken up again.
  ///
  /// - Parameters:
  ///   - report: called some times a second with the bytes of all files, those that are there, and
  ///     those that came in this pull.
  ///   - shouldStop: asked as often; whether the user wants to stop.
  /// - Throws: `TareError.usage` for a model or revision that is not there or not open to the user;
  ///   `TareError.unreachable` if the hub gives no answer; `TareError.badData` for wrong bytes, and
  ///   models without weights that can be read; `TareError.fault` for a full disk;
  ///   `TareError.interrupted`.
  package func run(
    report: @escaping @Sendable (_ total: Int, _ done: Int, _ fetched: Int) -> Void = { _, _, _ in
    },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) async throws(TareError) -> PulledModel {
    let meter = HubMeter()
    let result = await withTaskGroup(of: Result<PulledModel, TareError>?.self) { group in
      group.addTask { await outcome(meter) }
      group.addTask {
        while !Task.isCancelled, !shouldStop() {
          let now = meter.reading
          report(now.total, now.done, now.fetched)
          try? await Task.sleep(for: .milliseconds(100))
        }
        return nil
      }
      var result: Result<PulledModel, TareError>?
      // The first that ends, ends the other: the pull is over, or the user wants it to be.
      for await event in group {
        if let event { result = event }
        group.cancelAll()
      }
      return result
    }
    let end = meter.reading
    report(end.total, end.done, end.fetched)
    switch result {
    case .success(let model): return model
    case .failure(.interrupted), nil:
      throw .interrupted(
        "stopped after \(end.done.bytesText) of \(end.total.bytesText); run the same command again to resume"
      )
    case .failure(let error): throw error
    }
  }

  private func outcome(_ meter: HubMeter) async -> Result<PulledModel, TareError> {
    let client = HubClient(settings, options)
    do throws(TareError) {
      return .success(try await pull(client, meter))
    } catch {
      return .failure(error)
    }
  }

  private func pull(
    _ client: HubClient, _ meter: HubMeter
  ) async throws(TareError) -> PulledModel {
    let start = ContinuousClock.now
    let list = try await HubFileList(of: id, revision: revision, from: client)
    let files = try selection.files(of: list, id: id)
    try settings.cache.prepare(id)
    // Equal files have one blob.
    var blobs: [HubChecksum: HubFile] = [:]
    for file in files { blobs[file.checksum] = file }
    meter.expect(blobs.values.reduce(0) { Self.sum($0, $1.size) })
    try settings.cache.checkSpace(for: missingBytes(blobs.values))

    // The longest first, so that they do not end alone.
    let ordered = blobs.values.sorted { ($0.size, $0.name) > ($1.size, $1.name) }
    let outcomes = try await fetch(
      ordered.map {
        HubDownload(
          client: client, cache: settings.cache, id: id, commit: list.commit, file: $0,
          meter: meter)
      })
    try settings.cache.publish(files, of: id, commit: list.commit, revision: revision)
    return PulledModel(
      id: id, revision: revision, commit: list.commit,
      folder: settings.cache.snapshot(id, commit: list.commit),
      files: files.compactMap { file in
        outcomes[file.checksum].map { outcome in
          PulledModel.File(
            name: file.name, bytes: file.size, sha256: outcome.sha256,
            downloaded: outcome.downloaded)
        }
      }, seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Bytes that the disk must still take.
  private func missingBytes(_ files: some Sequence<HubFile>) -> Int {
    files.reduce(0) { sum, file in
      var status = stat()
      if stat(settings.cache.blob(id, file.checksum).path, &status) == 0 { return sum }
      let partial = stat(settings.cache.incomplete(id, file.checksum).path, &status) == 0
      return Self.sum(sum, file.size - min(partial ? Int(status.st_size) : 0, file.size))
    }
  }

  /// A hub may state any sizes: what no number holds is as much as one does.
  private static func sum(_ first: Int, _ second: Int) -> Int {
    let (sum, overflow) = first.addingReportingOverflow(second)
    return overflow ? .max : sum
  }

  /// Runs downloads, `jobs` at a time; the first that fails ends all.
  private func fetch(
    _ downloads: [HubDownload]
  ) async throws(TareError) -> [HubChecksum: HubDownload.Outcome] {
    typealias Outcomes = [HubChecksum: HubDownload.Outcome]
    let result = await withTaskGroup(of: Result<HubDownload.Outcome, TareError>.self) { group in
      var waiting = downloads[...]
      func startNext() {
        guard let next = waiting.popFirst() else { return }
        group.addTask { await next.result() }
      }
      for _ in 0..<options.jobs { startNext() }
      var outcomes: Outcomes = [:]
      var failure: TareError?
      for await result in group {
        switch result {
        case .success(let outcome):
          outcomes[outcome.file.checksum] = outcome
          if failure == nil { startNext() }
        case .failure(let error):
          // Later ones only say that they were stopped.
          if failure == nil { failure = error }
          group.cancelAll()
        }
      }
      return failure.map { .failure($0) } ?? Result<Outcomes, TareError>.success(outcomes)
    }
    return try result.get()
  }
}
