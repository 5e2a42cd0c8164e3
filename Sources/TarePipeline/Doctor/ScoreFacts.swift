/// What there is of scores, prompts and labels, before anything is computed of them.
internal import TareCore

struct ScoreFacts {
  let responses: Int
  let prompts: Int
  /// Responses per prompt.
  let fewestPerPrompt: Int
  let medianPerPrompt: Int
  let mostPerPrompt: Int
  /// Prompts with one response.
  let singlePrompts: Int
  /// Prompts with equal scores among their responses.
  let tiedPrompts: Int
  let range: ClosedRange<Double>
  let distinctScores: Int
  let labels: Labels
  /// Responses without a label where others have one.
  let unlabelled: Int
  let hasLengths: Bool
  /// Of prompts with several responses, the fewest.
  private let fewestOfSeveral: Int

  enum Labels: String {
    case none
    /// Chosen and rejected.
    case roles
    case rightOrWrong = "right_or_wrong"
    case grades
  }

  /// - Parameter responses: at least one.
  init(_ responses: ScoredResponses) {
    self.responses = responses.count
    let groups = responses.groups
    prompts = groups.count
    let members = groups.members
    var counts: [Int] = []
    var tied = 0
    for group in 0..<groups.count {
      let scores = members[group].map { responses.scores[Int($0)] }
      counts.append(scores.count)
      if Set(scores).count < scores.count { tied += 1 }
    }
    counts.sort()
    fewestPerPrompt = counts.first ?? 0
    medianPerPrompt = counts.isEmpty ? 0 : counts[counts.count / 2]
    mostPerPrompt = counts.last ?? 0
    singlePrompts = counts.count { $0 == 1 }
    fewestOfSeveral = counts.first { $0 > 1 } ?? 0
    tiedPrompts = tied
    range = (responses.scores.min() ?? 0)...(responses.scores.max() ?? 0)
    distinctScores = Set(responses.scores).count
    let missing = responses.indices.count { ScoredResponses.isMissing(responses.goodness($0)) }
    unlabelled = missing == responses.count ? 0 : missing
    if missing == responses.count {
      labels = .none
    } else if let values = responses.labels?.filter({ !ScoredResponses.isMissing($0) }),
      !values.isEmpty
    {
      labels = values.allSatisfy { $0 == 0 || $0 == 1 } ? .rightOrWrong : .grades
    } else {
      labels = .roles
    }
    hasLengths = !responses.covariateNames.isEmpty
  }

  var severalPrompts: Int { prompts - singlePrompts }
  /// The fewest responses of a prompt that has several.
  var fewestPerSeveral: Int { fewestOfSeveral }
  var isConstant: Bool { distinctScores == 1 }

  var json: JSONValue {
    [
      "responses": .int(responses), "prompts": .int(prompts),
      "responses_per_prompt": [
        "least": .int(fewestPerPrompt), "median": .int(medianPerPrompt),
        "most": .int(mostPerPrompt),
      ],
      "prompts_with_one_response": .int(singlePrompts),
      "prompts_with_equal_scores": .int(tiedPrompts),
      "lowest": .double(range.lowerBound), "highest": .double(range.upperBound),
      "distinct_scores": .int(distinctScores), "constant": .bool(isConstant),
      "labels": .string(labels.rawValue), "unlabelled": .int(unlabelled),
      "lengths": .bool(hasLengths),
    ]
  }
}
