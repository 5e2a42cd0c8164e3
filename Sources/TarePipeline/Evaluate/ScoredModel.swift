/// One model's scores as evaluation and report take them.
internal import TareCore
internal import TareReport
internal import TareStore

struct ScoredModel {
  /// Nil where there is but one.
  var name: String?
  /// In the order of the source, with their sections.
  var responses: ScoredResponses
  /// Those that the source has already, [row]; nil where it has none.
  var calibrated: [Double]?
  /// How those came to be; nil where there are none.
  var calibration: CalibrationStory?
  var covariates: [Covariate]
  /// What the responses come from, in their order.
  var parts: [ScorePart]
  var store: Store?
  /// Whether the source holds other models beside it.
  var isOneOfSeveral = false

  /// Prompt and response of each row; nil where they are not known.
  func texts() throws(TareError) -> Conversations? {
    var texts: [Conversations] = []
    for part in parts {
      guard let own = try part.texts(in: store) else { return nil }
      texts.append(own)
    }
    return Conversations(joining: texts)
  }
}
