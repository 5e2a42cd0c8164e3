/// The scores that others are compared with: of all prompts, or divided by the values of a column as those
/// are.
internal import TareCore

enum OtherScores: Sendable {
  case none
  /// With which every model is compared.
  case whole(ScoredResponses)
  /// By the value of the column: each with that of the same value.
  case divided([ExactText: ScoredResponses])

  /// - Throws: `TareError.usage` for several models, of which one must be chosen, unless they are the
  ///   values of a column that the user named.
  init(_ request: EvaluateRequest) throws(TareError) {
    var sources: [ScoreSource] = []
    for source in request.against { sources += try source.filesOfFolder() ?? [source] }
    var whole = ScoredResponses([])
    var divided: [ExactText: ScoredResponses] = [:]
    for source in sources {
      let read = try source.read(covariates: [])
        .withoutLonePrompts(of: source, for: request.benchmark)
      // One value alone is what all are compared with: --against-where may have chosen it.
      if source.by != nil, read.parts.count > 1 {
        for part in read.parts {
          let key = ExactText(part.name ?? "")
          let scores = try part.placed(from: source, read.store)
          divided[key] = divided[key].map { $0 + scores } ?? scores
        }
        continue
      }
      guard read.parts.count == 1 else {
        throw .usage(
          "--against: expected the scores of one model, found \(read.parts.count) models; choose one "
            + "with --against-where COLUMN=VALUE")
      }
      whole = whole + (try read.parts[0].placed(from: source, read.store))
    }
    if request.against.isEmpty {
      self = .none
    } else if divided.isEmpty {
      self = .whole(whole)
    } else {
      guard whole.isEmpty else {
        throw .usage("--against: expected several values of --by in each file, or one in each")
      }
      self = .divided(divided)
    }
  }

  /// Whether each value has its own.
  var areDivided: Bool { if case .divided = self { true } else { false } }

  /// Nil where there is nothing to compare the model with.
  func scores(for model: ScoredModel) -> ScoredResponses? {
    switch self {
    case .none: nil
    case .whole(let scores): scores
    case .divided(let scores): scores[ExactText(model.parts.first?.name ?? "")]
    }
  }
}
