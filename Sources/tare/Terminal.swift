/// What the commands share towards the terminal: errors, progress, Ctrl-C.
internal import Foundation
internal import Synchronization
internal import TareCore
internal import TarePipeline

enum Terminal {
  static func complain(_ text: String) {
    writeError("tare: \(text.showingControls())\n")
  }

  /// What a user should know though the work goes on.
  @Sendable static func warn(_ text: String) { complain("warning: \(text)") }

  /// Text for people, whose control characters are shown but for its own colours.
  static func tell(_ text: String, onStandardOutput: Bool) throws(TareError) {
    let isColoured = onStandardOutput ? outputIsColoured : errorIsColoured
    let shown = text.showingControls(keeping: isColoured ? Pipeline.terminalStyles : []) + "\n"
    if onStandardOutput {
      try Output.print(shown: Data(shown.utf8))
    } else {
      writeError(shown)
    }
  }

  /// Nobody can be told where standard error cannot be written.
  private static func writeError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  static var errorIsColoured: Bool { wantsColour && errorIsTerminal }
  static var outputIsColoured: Bool { wantsColour && outputIsTerminal }
  /// As no-color.org asks.
  private static var wantsColour: Bool {
    (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  private static let stopRequests = Atomic<Int>(0)

  /// An observer that shows progress, on a log a line a minute, and stops after the current batch at
  /// Ctrl-C or SIGTERM.
  static func observer() -> StageObserver {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        // A second one does not wait for the batch: what is stored is stored.
        if Terminal.stopRequests.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
      }
    }
    return StageObserver(
      report: show,
      notice: warn, shouldStop: { stopRequests.load(ordering: .relaxed) > 0 })
  }

  private static func show(_ progress: StageProgress) {
    let left = Duration.seconds(progress.remaining.rounded())
      .formatted(.time(pattern: .minuteSecond))
    let rate =
      progress.tokens > 0
      ? "\(Int(progress.tokensPerSecond.rounded())) tokens/s"
      : String(format: "%.1f/s", Double(progress.computed) / max(progress.seconds, 1e-9))
    let line = "\(progress.work) \(progress.done)/\(progress.total), \(rate), \(left) left"
    show(line, isLast: progress.done == progress.total)
  }

  /// Shows how far a pull has come.
  static func show(_ progress: PullProgress) {
    guard progress.total > 0 else { return }
    var line = "pulled \(progress.done.bytesText) of \(progress.total.bytesText)"
    if let remaining = progress.remaining {
      let left = Duration.seconds(remaining.rounded())
        .formatted(.time(pattern: remaining < 3600 ? .minuteSecond : .hourMinuteSecond))
      line += ", \(Int(progress.bytesPerSecond).bytesText)/s, \(left) left"
    }
    show(line, isLast: progress.done == progress.total)
  }

  /// Between two lines of progress on a log.
  private static let pause = Duration.seconds(60)
  private static let lastLine = Mutex(ContinuousClock.now)

  /// Shows a line in the place of the one before; what is no terminal gets one now and then.
  private static func show(_ line: String, isLast: Bool) {
    guard errorIsTerminal else {
      let isDue = lastLine.withLock { last in
        guard last.duration(to: .now) >= pause else { return false }
        last = .now
        return true
      }
      return isDue ? writeError(line.showingControls() + "\n") : ()
    }
    let line = line.showingControls()
    let end = isLast || stopRequests.load(ordering: .relaxed) > 0
    writeError("\r\u{1B}[K\(line)\(end ? "\n" : "")")
  }
}
