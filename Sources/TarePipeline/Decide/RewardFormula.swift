/// A reward as a formula of questions: `correct + 2*helpful - 0.5*style.wordy`.
internal import TareCore
internal import TareScoring

/// Terms joined by + and −, each a question or one of its options (`QUESTION.OPTION`), with a number
/// before it or not. Names with other characters than letters, digits, _ and / stand in double quotes.
struct RewardFormula {
  private let text: String
  private var rest: Substring
  private let questions: [DecisionQuestion]

  private init(_ text: String, _ questions: [DecisionQuestion]) {
    self.text = text
    self.questions = questions
    rest = text[...]
  }

  /// - Throws: `TareError.usage` that says what is wrong with the formula.
  static func terms(
    _ text: String, _ questions: [DecisionQuestion]
  ) throws(TareError) -> [DecisionReward.Term] {
    var formula = RewardFormula(text, questions)
    return try formula.terms()
  }

  private mutating func terms() throws(TareError) -> [DecisionReward.Term] {
    var terms: [DecisionReward.Term] = []
    var sign = take("-") ? -1.0 : 1.0
    while true {
      terms.append(try term(sign))
      if take("+") {
        sign = 1
      } else if take("-") {
        sign = -1
      } else {
        break
      }
    }
    skipSpace()
    guard rest.isEmpty else { throw wrong("'\(rest)'") }
    return terms
  }

  private mutating func term(_ sign: Double) throws(TareError) -> DecisionReward.Term {
    var weight = sign
    if let number = number() {
      weight *= number
      guard take("*") else { throw wrong("a number without *") }
    }
    let name = try name()
    guard let place = questions.firstIndex(where: { $0.name == name }) else {
      throw wrong("'\(name)', which is no question")
    }
    let question = questions[place]
    if take(".") {
      let option = try self.name()
      guard let index = question.options.firstIndex(where: { $0.name == option }) else {
        throw wrong("'\(option)', which is no option of \(name)")
      }
      var values = [Double](repeating: 0, count: question.options.count)
      values[index] = weight
      return DecisionReward.Term(question: place, values: values)
    }
    guard let scale = DecisionReward.scale(question) else {
      throw wrong("the choice \(name) without an option (such as \(name).OPTION)")
    }
    return DecisionReward.Term(question: place, values: scale.map { weight * $0 })
  }

  private mutating func number() -> Double? {
    skipSpace()
    let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let first = digits.first, first.isNumber || first == ".", let value = Double(digits),
      value.isFinite
    else { return nil }
    // A name may begin with a digit.
    let after = rest.dropFirst(digits.count).drop { $0 == " " }
    guard after.first == "*" else { return nil }
    rest = rest.dropFirst(digits.count)
    return value
  }

  private mutating func name() throws(TareError) -> String {
    skipSpace()
    if rest.first == "\"" {
      let inner = rest.dropFirst()
      guard let end = inner.firstIndex(of: "\"") else { throw wrong("a quote without its end") }
      rest = inner[inner.index(after: end)...]
      return String(inner[..<end])
    }
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "/" }
    guard !name.isEmpty else { throw wrong(rest.isEmpty ? "its end" : "'\(rest)'") }
    rest = rest.dropFirst(name.count)
    return String(name)
  }

  private mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard rest.first == character else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

  private func wrong(_ found: String) -> TareError {
    .usage(
      "--reward \(text): expected terms such as correct + 2*helpful - style.wordy of the questions "
        + "\(questions.map(\.name).joined(separator: ", ")), found \(found)")
  }
}
