/// How often two models are right together.
package import TareCore

package struct Agreement: Sendable, Hashable {
  package var bothRight = 0
  package var onlyA = 0
  package var onlyB = 0
  package var bothWrong = 0

  package init() {}

  /// Right is more than a half: a shared place is not, and a preference may be less than sure.
  init(of joint: TrialSheet) {
    var counts = (bothRight: 0, onlyA: 0, onlyB: 0, bothWrong: 0)
    joint.forEachPairedTrial { _, a, b in
      switch (joint.trials.values[a] > 0.5, joint.trials.values[b] > 0.5) {
      case (true, true): counts.bothRight += 1
      case (true, false): counts.onlyA += 1
      case (false, true): counts.onlyB += 1
      case (false, false): counts.bothWrong += 1
      }
    }
    (bothRight, onlyA, onlyB, bothWrong) = counts
  }

  package var json: JSONValue {
    [
      "both_right": .int(bothRight), "only_a": .int(onlyA), "only_b": .int(onlyB),
      "both_wrong": .int(bothWrong),
    ]
  }
}
