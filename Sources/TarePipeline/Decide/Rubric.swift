/// A rubric file: questions, what their answers are worth, and other wordings of them.
internal import Foundation
package import TareCore
package import TareScoring

package struct Rubric: Sendable {
  /// nil for the only one of a file.
  package var name: String?
  /// The places of its questions among those of the whole file.
  package var places: Range<Int>
  /// As a file states them, by question.
  package var weights: JSONObject?
  package var missing = DecisionReward.Missing.error
}

/// All questions of a file, those of several rubrics as RUBRIC/QUESTION.
package struct RubricFile: Sendable {
  package private(set) var rubrics: [Rubric] = []
  package private(set) var questions: [DecisionQuestion] = []
  /// Other instructions that ask the same, by the question's name.
  package private(set) var wordings: [String: [JSONValue]] = [:]

  /// Instructions that ask the opposite, by the question's name.
  package private(set) var negations: [String: String] = [:]

  private static let members: Set = [
    "questions", "weights", "missing", "wordings", "negations", "about",
  ]

  /// - Parameter path: a JSON file: `{"questions": …}`, `{"rubrics": {NAME: {"questions": …}}}`, or the
  ///   questions alone.
  /// - Throws: `TareError.badData` that names the file, the rubric and every question that is refused.
  package init(_ path: String) throws(TareError) {
    let file = try InputFile(path)
    do throws(TareError) {
      try self.init(JSONValue(parsing: file.bytes))
    } catch {
      throw error.inside(file.name)
    }
  }

  package init(_ json: JSONValue) throws(TareError) {
    guard let object = json.object else {
      throw .badData(place: "", found: json.kindName, accepted: "an object with questions")
    }
    guard let several = object["rubrics"] else {
      let isWhole = object["questions"]?.object != nil && object["questions"]?["type"] == nil
      try add(isWhole ? object : ["questions": json], named: nil)
      return
    }
    guard let rubrics = several.object, !rubrics.isEmpty else {
      throw .badData(place: "'rubrics'", found: several.kindName, accepted: "an object of rubrics")
    }
    for (name, rubric) in rubrics.members {
      guard let object = rubric.object else {
        throw .badData(place: "rubric '\(name)'", found: rubric.kindName, accepted: "an object")
      }
      do throws(TareError) { try add(object, named: name) } catch {
        throw error.inside("rubric '\(name)'")
      }
    }
  }

  private mutating func add(_ object: JSONObject, named name: String?) throws(TareError) {
    if let unknown = object.keys.first(where: { !Self.members.contains($0) }) {
      throw .badData(
        place: "", found: "the member '\(unknown)'",
        accepted: Self.members.sorted().joined(separator: ", "))
    }
    func full(_ question: String) -> String { name.map { "\($0)/\(question)" } ?? question }
    let start = questions.count
    for var question in try DecisionRequest.questions(object["questions"] ?? .null) {
      question.name = full(question.name)
      questions.append(question)
    }
    var rubric = Rubric(name: name, places: start..<questions.count)
    if let weights = object["weights"] {
      guard let given = weights.object else {
        throw .badData(place: "'weights'", found: weights.kindName, accepted: "an object")
      }
      var own = JSONObject()
      for (key, value) in given.members { own[full(key)] = value }
      rubric.weights = own
    }
    if let missing = object["missing"] {
      guard let known = missing.string.flatMap(DecisionReward.Missing.init(rawValue:)) else {
        throw .badData(
          place: "'missing'", found: missing.text(),
          accepted: DecisionReward.Missing.allCases.map(\.rawValue).joined(separator: ", "))
      }
      rubric.missing = known
    }
    try addWordings(object["wordings"], full)
    try addNegations(object["negations"], full)
    rubrics.append(rubric)
  }

  private mutating func addWordings(
    _ json: JSONValue?, _ full: (String) -> String
  ) throws(TareError) {
    guard let json else { return }
    guard let object = json.object else {
      throw .badData(place: "'wordings'", found: json.kindName, accepted: "an object of arrays")
    }
    for (name, value) in object.members {
      guard questions.contains(where: { $0.name == full(name) }), let texts = value.array,
        texts.allSatisfy({ $0.string != nil })
      else {
        throw .badData(
          place: "'wordings', '\(name)'", found: value.text(),
          accepted: "an array of instructions of a question of the rubric")
      }
      wordings[full(name)] = texts
    }
  }

  private mutating func addNegations(
    _ json: JSONValue?, _ full: (String) -> String
  ) throws(TareError) {
    guard let json else { return }
    for (name, value) in json.object?.members ?? [("", json)] {
      guard questions.contains(where: { $0.name == full(name) && $0.kind == .noul }),
        let text = value.string
      else {
        throw .badData(
          place: "'negations', '\(name)'", found: value.text(),
          accepted: "the opposite of a yes-or-no question of the rubric, as a text")
      }
      negations[full(name)] = text
    }
  }

  // MARK: - Rewards

  /// The reward of each rubric by its weights, else the mean of its questions that have an order.
  ///
  /// - Parameter weights: of the command line, in place of the file's own.
  func rewards(_ weights: JSONObject?) throws(TareError) -> [DecisionReward] {
    if let weights { try checkNames(weights) }
    var rewards: [DecisionReward] = []
    for rubric in rubrics {
      if let chosen = weights ?? rubric.weights {
        var own = JSONObject()
        for (name, value) in chosen.members
        where questions[rubric.places].contains(where: { $0.name == name }) || weights == nil {
          own[name] = value
        }
        rewards.append(try DecisionReward(weights: own, questions, missing: rubric.missing))
      } else {
        var reward = DecisionReward.mean(
          of: Array(questions[rubric.places]), missing: rubric.missing)
        for index in reward.terms.indices {
          reward.terms[index].question += rubric.places.lowerBound
        }
        rewards.append(reward)
      }
    }
    return rewards
  }

  private func checkNames(_ weights: JSONObject) throws(TareError) {
    for name in weights.keys where !questions.contains(where: { $0.name == name }) {
      throw .badData(
        place: "weights", found: "'\(name)'",
        accepted: "a question: \(questions.map(\.name).joined(separator: ", "))")
    }
  }

  /// The whole reward: the formula's, or the sum of those of the rubrics, divided by their number.
  ///
  /// - Parameters:
  ///   - formula: terms, or mean or sum, as the command line has them; nil for sum.
  func reward(_ formula: String?, weights: JSONObject?) throws(TareError) -> DecisionReward {
    let missing = rubrics.first?.missing ?? .error
    guard rubrics.allSatisfy({ $0.missing == missing }) else {
      throw .badData(
        place: "'missing'", found: "different values in one file", accepted: "one for all rubrics")
    }
    var text = formula?.filter { !$0.isWhitespace } ?? "sum"
    if text.hasSuffix("(w*score)") { text = String(text.dropLast("(w*score)".count)) }
    guard text == "sum" || text == "mean" else {
      guard weights == nil else {
        throw .usage("--weights cannot be combined with a formula that has its own: \(text)")
      }
      return DecisionReward(
        terms: try RewardFormula.terms(formula ?? "", questions), missing: missing)
    }
    var terms = try rewards(weights).flatMap(\.terms)
    let parts =
      text == "mean"
      ? terms.reduce(0) { $0 + $1.values.reduce(0) { max($0, abs($1)) } } : Double(rubrics.count)
    if parts > 0 {
      for index in terms.indices { terms[index].values = terms[index].values.map { $0 / parts } }
    }
    return DecisionReward(terms: terms, missing: missing)
  }

  /// For the record of a run.
  var json: JSONValue {
    var object = JSONObject()
    for question in questions { object[question.name] = question.json }
    return .object(object)
  }
}
