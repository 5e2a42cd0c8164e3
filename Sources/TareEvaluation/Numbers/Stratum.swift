/// The prompts of one subset of one section and kind: what is resampled among itself.
internal import TareCore

package struct Stratum: Sendable {
  package let section: String?
  package let subset: String?
  package let kind: String?
  /// Positions of its prompts among all of the sheet, by id.
  let prompts: [Int]
  /// Trials, [column].
  package let trialCounts: [Int]
}
