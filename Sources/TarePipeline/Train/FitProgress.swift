/// How far many fits have come.
internal import TareCore

/// Tells how many fits are done, and stops between two of them.
struct FitProgress {
  private let observer: StageObserver
  private let total: Int
  private var done = 0
  private let start = ContinuousClock.now

  init(total: Int, _ observer: StageObserver) {
    self.total = total
    self.observer = observer
  }

  /// - Throws: `TareError.interrupted` if the observer asks for it.
  mutating func count() throws(TareError) {
    done += 1
    observer.report(
      StageProgress(
        work: "fits", done: done, computed: done, total: total, tokens: 0,
        seconds: (ContinuousClock.now - start) / .seconds(1)))
    if done < total, observer.shouldStop() {
      throw .interrupted(
        "stopped after \(done) of \(total) fits; with --store the features are kept")
    }
  }
}
