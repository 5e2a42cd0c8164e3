/// The registry of the prompts that come with the program. To add one: write its file into Templates, name
/// it in Package.swift, and add a type here.
package import TareCore

package enum JudgeTemplates {
  package static let registry = Registry<any JudgePrompt.Type>(
    "judge template",
    [
      RatingPrompt.self,
      ExplainedRatingPrompt.self,
      PairPrompt.self,
      ExplainedPairPrompt.self,
      BestPrompt.self,
      ExplainedBestPrompt.self,
    ]
  ) { $0 }
}

/// A prompt of the program's own, a file of `Templates`.
package protocol JudgePrompt: Registered {
  /// The file, UTF-8.
  static var source: [UInt8] { get }
}

enum RatingPrompt: JudgePrompt {
  static let key = "rating"
  static let summary = "rates each response, a number alone"
  static var source: [UInt8] { PackageResources.rating_txt }
}

enum ExplainedRatingPrompt: JudgePrompt {
  static let key = "rating-explained"
  static let summary = "explains, then rates"
  static var source: [UInt8] { PackageResources.rating_explained_txt }
}

enum PairPrompt: JudgePrompt {
  static let key = "pair"
  static let summary = "compares two responses in both orders, a letter alone"
  static var source: [UInt8] { PackageResources.pair_txt }
}

enum ExplainedPairPrompt: JudgePrompt {
  static let key = "pair-explained"
  static let summary = "explains, then compares in both orders"
  static var source: [UInt8] { PackageResources.pair_explained_txt }
}

enum BestPrompt: JudgePrompt {
  static let key = "best"
  static let summary = "picks the best of up to 26 (RewardBench 2: of four), a letter alone"
  static var source: [UInt8] { PackageResources.best_txt }
}

enum ExplainedBestPrompt: JudgePrompt {
  static let key = "best-explained"
  static let summary = "explains, then picks the best"
  static var source: [UInt8] { PackageResources.best_explained_txt }
}
