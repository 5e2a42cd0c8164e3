/// The registry of the prompts that come with the program. To add one: write its file into
/// CFiles/judge, name it in CFiles and EmbeddedFile, and add a type here.
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

/// A prompt of the program's own, a file of CFiles/judge.
package protocol JudgePrompt: Registered {
  static var file: EmbeddedFile { get }
}

enum RatingPrompt: JudgePrompt {
  static let key = "rating"
  static let summary = "rates each response, a number alone"
  static var file: EmbeddedFile { .judgeRating }
}

enum ExplainedRatingPrompt: JudgePrompt {
  static let key = "rating-explained"
  static let summary = "explains, then rates"
  static var file: EmbeddedFile { .judgeRatingExplained }
}

enum PairPrompt: JudgePrompt {
  static let key = "pair"
  static let summary = "compares two responses in both orders, a letter alone"
  static var file: EmbeddedFile { .judgePair }
}

enum ExplainedPairPrompt: JudgePrompt {
  static let key = "pair-explained"
  static let summary = "explains, then compares in both orders"
  static var file: EmbeddedFile { .judgePairExplained }
}

enum BestPrompt: JudgePrompt {
  static let key = "best"
  static let summary = "picks the best of up to 26 (RewardBench 2: of four), a letter alone"
  static var file: EmbeddedFile { .judgeBest }
}

enum ExplainedBestPrompt: JudgePrompt {
  static let key = "best-explained"
  static let summary = "explains, then picks the best"
  static var file: EmbeddedFile { .judgeBestExplained }
}
