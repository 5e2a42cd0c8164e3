/// One request and its reply, between the task that reads it and the thread that has the connection.
internal import Synchronization

final class Transfer: Sendable {
  /// What the reader was given and has not taken.
  enum Reception {
    case taken
    /// Not now: the reader has enough.
    case full
    /// Nobody wants any more.
    case over
  }

  private struct State {
    var head: HTTPHead?
    var bytes: [UInt8] = []
    var isPaused = false
    var end: Result<Void, HTTPFailure>?
    /// The reader, where it waits.
    var reader: CheckedContinuation<Void, Never>?

    mutating func wake() -> CheckedContinuation<Void, Never>? {
      defer { reader = nil }
      return reader
    }
  }

  /// Bytes that wait for the reader, about; then the server waits.
  private static let mostWaiting = 1 << 20

  private let loop: TransferLoop
  private let state = Mutex(State())

  init(_ loop: TransferLoop) { self.loop = loop }

  // MARK: - The reader

  func head() async throws(HTTPFailure) -> HTTPHead {
    while true {
      let (head, end) = state.withLock { ($0.head, $0.end) }
      if case .failure(.cancelled)? = end { throw .cancelled }
      if let head { return head }
      if case .failure(let failure)? = end { throw failure }
      if end != nil { throw .closed }
      await wait { $0.head != nil || $0.end != nil }
    }
  }

  /// What has come since the last call; nil at the end. What came before a failure comes before it.
  func bytes() async throws(HTTPFailure) -> [UInt8]? {
    while true {
      if Task.isCancelled { cancel() }
      let (bytes, end, wasPaused) = state.withLock { state in
        let taken = state.bytes
        let wasPaused = state.isPaused
        state.bytes = []
        state.isPaused = false
        return (taken, state.end, wasPaused)
      }
      if wasPaused { loop.post(.resume(self)) }
      if !bytes.isEmpty { return bytes }
      switch end {
      case .success: return nil
      case .failure(let failure): throw failure
      case nil: await wait { !$0.bytes.isEmpty || $0.end != nil }
      }
    }
  }

  private func wait(until isReady: @Sendable (State) -> Bool) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isThere = state.withLock { state in
          if isReady(state) { return true }
          state.reader = continuation
          return false
        }
        if isThere { continuation.resume() }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Ends the transfer, if it is not over.
  func cancel() {
    let (reader, isFirst) = state.withLock { state -> (CheckedContinuation<Void, Never>?, Bool) in
      guard state.end == nil else { return (nil, false) }
      state.end = .failure(.cancelled)
      state.bytes = []
      return (state.wake(), true)
    }
    reader?.resume()
    if isFirst { loop.post(.end(self)) }
  }

  // MARK: - The thread that has the connection

  var isOver: Bool { state.withLock { $0.end != nil } }

  func begin(_ head: HTTPHead) {
    let reader = state.withLock { state in
      state.head = head
      return state.wake()
    }
    reader?.resume()
  }

  func receive(_ bytes: UnsafeRawBufferPointer) -> Reception {
    let (reception, reader) = state.withLock {
      state -> (Reception, CheckedContinuation<Void, Never>?) in
      guard state.end == nil else { return (.over, nil) }
      guard state.bytes.count < Self.mostWaiting else {
        state.isPaused = true
        return (.full, nil)
      }
      state.bytes.append(contentsOf: bytes)
      return (.taken, state.wake())
    }
    reader?.resume()
    return reception
  }

  /// The first end is the one.
  func finish(_ end: Result<Void, HTTPFailure>) {
    let reader = state.withLock { state in
      if state.end == nil { state.end = end }
      return state.wake()
    }
    reader?.resume()
  }
}
