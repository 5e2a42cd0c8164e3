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
    for (_, a, b) in joint.allPairedTrials {
      switch (a.value > 0.5, b.value > 0.5) {
      case (true, true): bothRight += 1
      case (true, false): onlyA += 1
      case (false, true): onlyB += 1
      case (false, false): bothWrong += 1
      }
    }
  }

  package var json: JSONValue {
    [
      "both_right": .int(bothRight), "only_a": .int(onlyA), "only_b": .int(onlyB),
      "both_wrong": .int(bothWrong),
    ]
  }
}
