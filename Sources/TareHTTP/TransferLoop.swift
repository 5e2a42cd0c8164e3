/// The thread that all transfers run on, with the connections that they leave for further ones.
internal import CCurl
internal import Dispatch
internal import Foundation
internal import Synchronization
internal import TareCore

/// Lives as long as the process.
final class TransferLoop: Sendable {
  enum Command: Sendable {
    case start(Transfer, OutgoingRequest)
    /// The reader has room again.
    case resume(Transfer)
    case end(Transfer)
  }

  /// libcurl's; other threads only wake it.
  // Never changed or freed, and the library allows one call from other threads, `tare_http_wake`.
  nonisolated(unsafe) private let transfers: UnsafeMutableRawPointer
  private let commands = Mutex<[Command]>([])
  private let isStopping = Atomic(false)
  private let hasStopped = DispatchSemaphore(value: 0)

  private static let loaded: TransferLoop? = {
    guard tare_http_load() != 0, let transfers = tare_http_open() else { return nil }
    let loop = TransferLoop(transfers)
    let thread = Thread { loop.run() }
    thread.name = "http"
    thread.start()
    return loop
  }()

  /// What the library frees at the process's end must not be in use then; this is called before.
  private static let stopsAtExit: Void = {
    _ = atexit { TransferLoop.loaded?.stop() }
  }()

  private init(_ transfers: UnsafeMutableRawPointer) { self.transfers = transfers }

  /// - Throws: `TareError.unreachable` where the library is missing.
  static func shared() throws(TareError) -> TransferLoop {
    guard let loaded else {
      throw .unreachable(
        "libcurl.so.4 is missing, or older than 7.68: models are pulled and remote engines asked "
          + "with it (Debian: apt-get install libcurl4)")
    }
    _ = stopsAtExit
    return loaded
  }

  /// Waits until the thread uses the library no more, and not for long.
  private func stop() {
    isStopping.store(true, ordering: .releasing)
    tare_http_wake(transfers)
    _ = hasStopped.wait(timeout: .now() + 2)
  }

  func post(_ command: Command) {
    commands.withLock { $0.append(command) }
    tare_http_wake(transfers)
  }

  private func run() -> Never {
    // Signals are for other threads; and a connection that is closed raises none here.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    var running: [ObjectIdentifier: RunningTransfer] = [:]
    while !isStopping.load(ordering: .acquiring) {
      let commands = commands.withLock { commands in
        defer { commands = [] }
        return commands
      }
      for command in commands { obey(command, &running) }
      if tare_http_perform(transfers) == 0 { failAll(&running) }
      takeEnds(&running)
      let next = endSilent(&running)
      tare_http_wait(transfers, next)
    }
    hasStopped.signal()
    while true { sleep(.max) }
  }

  private func obey(_ command: Command, _ running: inout [ObjectIdentifier: RunningTransfer]) {
    switch command {
    case .start(let transfer, let request):
      // It may have been cancelled already.
      guard !transfer.isOver else { return }
      if let new = RunningTransfer(transfer, request, among: transfers) {
        running[ObjectIdentifier(transfer)] = new
      } else {
        transfer.finish(.failure(.failed("libcurl refuses the request")))
      }
    case .resume(let transfer): running[ObjectIdentifier(transfer)]?.resume()
    case .end(let transfer): remove(transfer, &running)
    }
  }

  private func remove(
    _ transfer: Transfer, _ running: inout [ObjectIdentifier: RunningTransfer]
  ) {
    running.removeValue(forKey: ObjectIdentifier(transfer))?.remove(from: transfers)
  }

  private func failAll(_ running: inout [ObjectIdentifier: RunningTransfer]) {
    for each in running.values {
      each.transfer.finish(.failure(.failed("libcurl cannot go on")))
      each.remove(from: transfers)
    }
    running = [:]
  }

  private func takeEnds(_ running: inout [ObjectIdentifier: RunningTransfer]) {
    var end = TARE_HTTP_WHOLE
    var reason = [CChar](repeating: 0, count: 256)
    while let context = tare_http_next_end(transfers, &end, &reason, reason.count) {
      let ended = Unmanaged<RunningTransfer>.fromOpaque(context).takeUnretainedValue()
      let words = String(
        decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      ended.transfer.finish(Self.result(of: ended, end, words))
      remove(ended.transfer, &running)
    }
  }

  private static func result(
    of transfer: RunningTransfer, _ end: tare_http_end, _ words: String
  ) -> Result<Void, HTTPFailure> {
    switch end {
    case TARE_HTTP_WHOLE: .success(())
    case TARE_HTTP_TIMED_OUT: .failure(.timedOut)
    case TARE_HTTP_CONNECT_TIMED_OUT: .failure(transfer.connectFailure)
    case TARE_HTTP_CLOSED: .failure(.closed)
    case TARE_HTTP_CUT: .failure(.cut)
    default: .failure(.failed(words))
    }
  }

  /// Ends transfers that have been silent for too long.
  ///
  /// - Returns: milliseconds until the next may have been, an hour where none is.
  private func endSilent(_ running: inout [ObjectIdentifier: RunningTransfer]) -> Int32 {
    let now = ContinuousClock.now
    var next = now + .seconds(3600)
    for each in Array(running.values) {
      guard let end = each.idleEnd() else { continue }
      if end > now {
        next = min(next, end)
      } else {
        each.transfer.finish(.failure(.silent))
        remove(each.transfer, &running)
      }
    }
    return Int32(((next - now) / .milliseconds(1)).rounded(.up))
  }
}
