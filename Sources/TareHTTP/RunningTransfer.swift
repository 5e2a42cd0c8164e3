/// What libcurl has of a transfer. It belongs to the loop's thread.
internal import CCurl
internal import Foundation
internal import TareCore

final class RunningTransfer {
  let transfer: Transfer
  private let idleTimeout: Duration?
  private let connectTimeout: Duration
  /// What has run out if it never connected.
  let connectFailure: HTTPFailure
  private let start = ContinuousClock.now
  /// When something came or was taken last.
  private var active: ContinuousClock.Instant?
  private var sent: Int64 = 0
  /// Whether the server waits for the reader.
  private var isPaused = false
  private var reader = HeadReader()
  /// The request's body; the library reads it where it is.
  private let body: UnsafeMutableRawBufferPointer?
  private var handle: UnsafeMutableRawPointer?
  private var headers: UnsafeMutableRawPointer?

  /// - Returns: nil if the library does not begin it.
  init?(_ transfer: Transfer, _ request: OutgoingRequest, among transfers: UnsafeMutableRawPointer)
  {
    self.transfer = transfer
    idleTimeout = request.idleTimeout
    connectTimeout = request.connectTimeout
    let isShort = request.timeout.map { $0 <= request.connectTimeout } ?? false
    connectFailure = isShort ? .timedOut : .connectTimedOut
    body = request.body.map { bytes in
      // At least one byte, so that there is an address.
      let copy = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(bytes.count, 1), alignment: 1)
      copy.copyBytes(from: bytes)
      return copy
    }
    handle = begin(request, among: transfers)
    guard handle != nil else { return nil }
  }

  deinit {
    if let headers { tare_http_free_headers(headers) }
    body?.deallocate()
  }

  private func begin(
    _ request: OutgoingRequest, among transfers: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer? {
    for line in request.lines {
      headers = tare_http_header(headers, line)
      if headers == nil { return nil }
    }
    var options = tare_http_request()
    options.headers = headers
    options.body = body.flatMap { UnsafeRawPointer($0.baseAddress) }
    options.body_size = Int64(request.body?.count ?? 0)
    options.connect_timeout = request.connectTimeout.wholeMilliseconds
    options.timeout = request.timeout?.wholeMilliseconds ?? 0
    options.on_header = onHeader
    options.on_body = onBody
    options.context = Unmanaged.passUnretained(self).toOpaque()
    return request.address.withCString { address in
      request.method.withCString { method in
        options.url = address
        options.method = method
        guard let authorities = Self.authorities else {
          return tare_http_start(transfers, &options)
        }
        return authorities.withCString { path in
          options.authorities = path
          return tare_http_start(transfers, &options)
        }
      }
    }
  }

  /// Certificates that the system trusts; a library that was not built for it looks elsewhere.
  private static let authorities: String? = [
    "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora, RHEL
  ].first { FileManager.default.fileExists(atPath: $0) }

  /// Frees what the library has. The connection stays only if the transfer was over.
  func remove(from transfers: UnsafeMutableRawPointer) {
    if let handle { tare_http_remove(transfers, handle) }
    handle = nil
    if let headers { tare_http_free_headers(headers) }
    headers = nil
  }

  func resume() {
    active = .now
    // The library may deliver, and be told to wait again, before this returns.
    isPaused = false
    if let handle { tare_http_resume(handle) }
  }

  /// When it has been silent for too long; nil where it may be, or the server waits for the reader.
  func idleEnd() -> ContinuousClock.Instant? {
    guard let idleTimeout, let handle, !isPaused else { return nil }
    let sent = tare_http_sent(handle)
    if sent > self.sent {
      self.sent = sent
      active = .now
    }
    if let active { return active + idleTimeout }
    // Connecting has a limit of its own.
    let connected = tare_http_connected_after(handle)
    return start + (connected > 0 ? .microseconds(connected) : connectTimeout) + idleTimeout
  }

  // MARK: - From the library

  /// - Returns: whether there may be more.
  fileprivate func readHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    active = .now
    do throws(HTTPFailure) {
      if let head = try reader.read(line) { transfer.begin(head) }
      return true
    } catch {
      transfer.finish(.failure(error))
      return false
    }
  }

  fileprivate func readBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    active = .now
    switch transfer.receive(bytes) {
    case .taken: return bytes.count
    case .full:
      isPaused = true
      return TARE_HTTP_PAUSE
    case .over: return 0
    }
  }
}

private let onHeader:
  @convention(c) (
    UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
  ) -> Int = { bytes, size, count, context in
    guard let context else { return 0 }
    let running = Unmanaged<RunningTransfer>.fromOpaque(context).takeUnretainedValue()
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return running.readHeader(line) ? line.count : 0
  }

private let onBody:
  @convention(c) (
    UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
  ) -> Int = { bytes, size, count, context in
    guard let context else { return 0 }
    let running = Unmanaged<RunningTransfer>.fromOpaque(context).takeUnretainedValue()
    return running.readBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
  }

extension Duration {
  /// Rounded up, at least 1, and no more than the library takes.
  fileprivate var wholeMilliseconds: Int {
    Int(min(max((self / .milliseconds(1)).rounded(.up), 1), Double(Int32.max)))
  }
}
