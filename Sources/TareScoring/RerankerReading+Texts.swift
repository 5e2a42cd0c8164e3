/// How a reranker's pair of texts becomes what it reads.
internal import TareCore
internal import TareTemplates

extension RerankerReading {
  /// The roles that the model's template gets; nil where it has none, or leaves their contents out, as
  /// templates of users and assistants may.
  func roles(in text: ModelText) throws(TareError) -> PairRoles? {
    guard roles.areUsed, case .template(let template, _) = text.layout else { return nil }
    // Any day does: no more than what the template prints depends on it.
    let date = try CalendarDate(parsing: "2026-01-01")
    let variables = text.specialTokens.mapValues { JSONValue.string($0) }
    return roles.reach(template, variables: variables, date: date) ? roles : nil
  }

  /// What the scores are, a sentence each.
  func remarks(
    _ used: PairRoles?, _ layout: TextLayout, activationIsChosen: Bool
  ) -> [String] {
    var remarks: [String] = []
    if roles.areUsed, used == nil, case .template = layout {
      remarks.append(
        "the template ignores the roles '\(roles.prompt)' or '\(roles.response)' that the model's "
          + "\(source.rawValue) files name: prompts and responses are rendered as user and assistant"
      )
    }
    if !activationIsChosen, let activation, activation != "Identity" {
      remarks.append(
        "\(source.rawValue): scores are raw, without the \(activation) that its own tools apply"
      )
    }
    return remarks
  }
}
