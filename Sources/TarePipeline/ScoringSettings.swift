/// The user's choices for scoring, as a command line or a request gives them.
internal import Foundation
internal import TareCore
internal import TareScoring
internal import TareStore
internal import TareTemplates

package struct ScoringSettings: Sendable {
  /// A .gguf file.
  package var model: String
  /// A reward head in safetensors.
  package var head: String?
  /// "hf", "last" or "token:ID"; nil for what the head says, and else "hf".
  package var read: String?
  package var bos = "auto"
  package var maxTokens: Int?
  package var truncate = "left"
  /// YYYY-MM-DD; nil for the run's own date, which for a new run is today.
  package var date: String?
  package var system: String?
  package var threads: Int

  package init(model: String, head: String? = nil) {
    self.model = model
    self.head = head
    threads = ProcessInfo.processInfo.activeProcessorCount
  }

  /// - Throws: `TareError.usage` for a number of threads that no machine has.
  static func checkThreads(_ threads: Int) throws(TareError) {
    guard (1...1024).contains(threads) else {
      throw .usage("--threads \(threads); accepted: 1 to 1024")
    }
  }

  func textModel() throws(TareError) -> TextModel {
    try Self.checkThreads(threads)
    return try TextModel(URL(filePath: model))
  }

  /// - Throws: `TareError.usage` if there is no head.
  func rewardModel(_ text: TextModel) throws(TareError) -> (model: RewardModel, head: HeadFile) {
    guard let head else {
      throw .usage(
        "\(model) is a language model without a reward head; give one with --head FILE "
          + "(`tare train-head` makes one)")
    }
    let file = try HeadFile(URL(filePath: head), for: text)
    return (RewardModel(text, head: file, threads: threads), file)
  }

  /// - Parameters:
  ///   - readRule: the head's own rule.
  ///   - run: the run that is taken up again, whose date is kept.
  func options(readRule: ReadRule?, run: Run?) throws(TareError) -> ScoringOptions {
    let rule = try read.map { (text) throws(TareError) in try ReadRule(parsing: text) }
    if let maxTokens, maxTokens < 1 {
      throw .usage("--max-tokens \(maxTokens); accepted: at least 1")
    }
    return ScoringOptions(
      readRule: rule ?? readRule ?? .huggingFace,
      bos: try choice(bos, "--bos", ScoringOptions.BOS.self), maxTokens: maxTokens,
      truncation: try choice(truncate, "--truncate", ScoringOptions.Truncation.self),
      date: try CalendarDate(parsing: date ?? run?.templateDate ?? Self.today), system: system)
  }

  private static var today: String {
    String(Date.now.formatted(.iso8601.year().month().day()))
  }
}

/// The case that `text` names.
func choice<T: RawRepresentable & CaseIterable>(
  _ text: String, _ option: String, _ type: T.Type
) throws(TareError) -> T where T.RawValue == String {
  guard let value = T(rawValue: text) else {
    let accepted = T.allCases.map(\.rawValue).joined(separator: ", ")
    throw .usage("\(option) \(text); accepted: \(accepted)")
  }
  return value
}
