/// Files inside the program: there is no folder that a wheel or a package must bring along.
internal import CFiles

package enum EmbeddedFile: Sendable {
  /// Style sheets and script of the report's page.
  case pageStyle, pageMaps, pageScript
  /// Style and script of the page of `tare label`.
  case labelStyle, labelScript
  /// The demo's pairs with their scores, as JSON Lines, gzipped.
  case demoScores
  /// The reward head that gave the demo's scores, as safetensors.
  case demoHead
  /// Prompt templates of judges.
  case judgeRating, judgeRatingExplained, judgePair
  case judgePairExplained, judgeBest, judgeBestExplained

  package var bytes: [UInt8] {
    let file =
      switch self {
      case .pageStyle: tare_page_style()
      case .pageMaps: tare_page_maps()
      case .pageScript: tare_page_script()
      case .labelStyle: tare_label_style()
      case .labelScript: tare_label_script()
      case .demoScores: tare_demo_scores()
      case .demoHead: tare_demo_head()
      case .judgeRating: tare_judge_rating()
      case .judgeRatingExplained: tare_judge_rating_explained()
      case .judgePair: tare_judge_pair()
      case .judgePairExplained: tare_judge_pair_explained()
      case .judgeBest: tare_judge_best()
      case .judgeBestExplained: tare_judge_best_explained()
      }
    return Array(UnsafeRawBufferPointer(start: file.bytes, count: file.count))
  }

  /// Its content where it is text.
  package var text: String { String(decoding: bytes, as: UTF8.self) }
}
