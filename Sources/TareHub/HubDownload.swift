/// One file from the hub into the cache: taken up where it was, checked, tried again.
internal import Foundation
internal import TareCore
internal import TareHTTP

struct HubDownload: Sendable {
  let client: HubClient
  let cache: HubCache
  let id: HubID
  let commit: String
  let file: HubFile
  let meter: HubMeter

  struct Outcome: Sendable {
    let file: HubFile
    /// 64 hexadecimal digits, of bytes that were read in this pull; nil where none were.
    let sha256: String?
    /// Whether bytes came in this pull.
    let downloaded: Bool
  }

  /// A blob that is there.
  private struct Present {
    let sha256: String?
  }

  /// `run`, for a task group.
  func result() async -> Result<Outcome, TareError> {
    do throws(TareError) {
      return .success(try await run())
    } catch {
      return .failure(error)
    }
  }

  /// Afterwards the blob is there with the right bytes.
  ///
  /// - Throws: `TareError.badData` that names the file if wrong bytes came twice; what `HubRetry`
  ///   and `HubClient` throw; `TareError.fault` if the disk fails; `TareError.interrupted`.
  func run() async throws(TareError) -> Outcome {
    let blob = cache.blob(id, file.checksum)
    let lock = try await HubLock(cache.lock(id, file.checksum))
    if let there = try await check(blob) {
      meter.found(file.size)
      return Outcome(file: file, sha256: there.sha256, downloaded: false)
    }
    let sha256 = try await fetch(to: blob)
    // Until here, whatever the optimiser thinks of values that nobody reads.
    _ = consume lock
    return Outcome(file: file, sha256: sha256, downloaded: true)
  }

  /// Whether a blob is there already, and its SHA-256 where it was read.
  ///
  /// - Returns: nil if there is none, or not with the file's size or hash. A blob that is named by
  ///   its SHA-256 was checked when it came, and is read again only to verify it: it may be many gigabytes.
  private func check(_ blob: URL) async throws(TareError) -> Present? {
    var status = stat()
    guard stat(blob.path, &status) == 0 else { return nil }
    if status.st_mode & S_IFMT == S_IFREG, Int(status.st_size) == file.size {
      if file.checksum.kind == .sha256, !client.options.verifies { return Present(sha256: nil) }
      let there = try HubPartialFile(blob, of: file, isReadOnly: true)
      try await there.takeUp()
      if there.hex == file.checksum.hex { return Present(sha256: there.sha256) }
    }
    unlink(blob.path)
    return nil
  }

  private func fetch(to blob: URL) async throws(TareError) -> String {
    var found = ""
    for _ in 0..<2 {
      let partial = try HubPartialFile(cache.incomplete(id, file.checksum), of: file)
      try await partial.takeUp { meter.found($0) }
      do throws(HubFailure) {
        if partial.written > file.size { try restart(partial) }
        try await fill(partial)
        guard partial.hex == file.checksum.hex else { throw .wrongBytes(partial.hex) }
      } catch {
        switch error {
        case .final(let error): throw error
        case .passing(let reason, _): throw .unreachable("\(file.name): \(reason)")
        case .wrongBytes(let text): found = text
        }
        meter.found(-partial.written)
        partial.remove()
        continue
      }
      try partial.rename(to: blob)
      return partial.sha256
    }
    throw .badData(
      place: "\(id), \(file.name)", found: "\(found), twice",
      accepted: "\(file.size) bytes with the hash \(file.checksum.hex)")
  }

  /// Fetches what is missing, in as many requests as that takes.
  private func fill(_ partial: HubPartialFile) async throws(HubFailure) {
    var retry = HubRetry(client.options, what: "\(id), \(file.name)")
    var furthest = partial.written
    while !partial.isWhole {
      do {
        try await request(partial)
      } catch {
        if case .wrongBytes = error { throw error }
        // A server that begins anew each time makes no progress until it is past where it was.
        if partial.written > furthest {
          furthest = partial.written
          retry.noteProgress()
        }
        do {
          try await retry.wait(after: error)
        } catch {
          throw .final(error)
        }
      }
    }
  }

  /// One request for all that is missing.
  private func request(_ partial: HubPartialFile) async throws(HubFailure) {
    let reply = try await client.get(
      client.address(of: file, id, commit: commit), .file(file.name, of: id),
      from: partial.written)
    try check(reply)
    if partial.written > 0, reply.response.status != 206 {
      // The server knows no ranges, and sends the whole file.
      try restart(partial)
    }
    let range = reply.response.headers.first("Content-Range")
    if reply.response.status == 206, !isFrom(partial.written, range) {
      try restart(partial)
      throw .passing("the range \(range ?? "")")
    }
    let promised = reply.response.headers.first("Content-Length").flatMap { Int($0) }
    let start = partial.written
    while let bytes = try await next(of: reply) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(HubFailure) in
        try partial.append(UnsafeRawBufferPointer(bytes))
      }
      meter.fetched(bytes.count)
    }
    guard !partial.isWhole else { return }
    if let promised, partial.written - start == promised {
      throw .wrongBytes("\(partial.written) bytes")
    }
    throw .passing("the connection was closed after \(partial.written) of \(file.size) bytes")
  }

  private func next(of reply: HubClient.Reply) async throws(HubFailure) -> [UInt8]? {
    do throws(HTTPFailure) {
      return try await reply.response.body.next()
    } catch {
      throw HubFailure(error)
    }
  }

  /// That the hub speaks of the commit and the file that were asked for.
  private func check(_ reply: HubClient.Reply) throws(HubFailure) {
    let place = "\(id), \(file.name)"
    if let found = reply.hub.first("X-Repo-Commit"), found != commit {
      throw .final(.badData(place: place, found: "the commit \(found)", accepted: commit))
    }
    if let found = reply.hub.first("X-Linked-Etag").flatMap(HubChecksum.init(etag:)),
      found.kind == file.checksum.kind, found != file.checksum
    {
      throw .final(
        .badData(place: place, found: "the hash \(found.hex)", accepted: file.checksum.hex))
    }
  }

  private func restart(_ partial: HubPartialFile) throws(HubFailure) {
    meter.found(-partial.written)
    do {
      try partial.restart()
    } catch {
      throw .final(error)
    }
  }

  /// Whether a Content-Range begins where it should.
  private func isFrom(_ start: Int, _ range: String?) -> Bool {
    range?.firstMatch(of: /^bytes\s+(\d{1,18})-/).flatMap { Int($0.output.1) } == start
  }
}
