/// How a decision model is asked and read: `decision.json`, or what the files of a head say instead.
package import TareCore
internal import TareTemplates

/// Source: transformers 5.23, decision/configuration_utils.py.
package struct DecisionSettings: Sendable, Hashable {
  package typealias Kind = DecisionQuestion.Kind

  /// Labels by type of question; the default ones where there are none.
  package var labels: [Kind: [String]] = [:]
  /// What scores are divided by, by type of question; 1 where nothing is said.
  package var temperatures: [Kind: Double] = [:]
  /// The two options of a noul in the order of its labels.
  package var noulOptions = ["true", "false"]
  package var sanitizesControlTokens = true
  /// The folder of a LoRA within the model's.
  package var adapter: String?
  /// A Jinja template in place of the default prompt in the model's chat template.
  package var template: String?
  /// A package's message in place of the default prompt, in the model's chat template.
  package var message: DecisionMessage?

  package init() {}

  /// Unknown members are ignored, as in transformers.
  /// - Throws: `TareError.badData` for a member of another type than it must have.
  package init(_ json: JSONObject) throws(TareError) {
    labels = try Self.byKind(json, "labels", "arrays of strings") { value in
      guard let array = value.array else { return nil }
      let texts = array.compactMap(\.string)
      return texts.count == array.count ? texts : nil
    }
    temperatures = try Self.byKind(json, "temperature", "numbers", \.number)
    if let options = json["noul_options"] {
      let names = (options.array ?? []).compactMap(\.string)
      guard names.count == options.array?.count, names.sorted() == ["false", "true"] else {
        throw .badData(
          place: "'noul_options'", found: options.text(), accepted: "true and false, in any order")
      }
      noulOptions = names
    }
    if let value = json["sanitize_control_tokens"] {
      guard let flag = value.bool else {
        throw .badData(
          place: "'sanitize_control_tokens'", found: value.text(), accepted: "true or false")
      }
      sanitizesControlTokens = flag
    }
    adapter = try Self.text(json, "adapter")
    template = try Self.text(json, "chat_template")
  }

  private static func text(_ json: JSONObject, _ key: String) throws(TareError) -> String? {
    guard let value = json[key], value != .null else { return nil }
    guard let text = value.string else {
      throw .badData(place: "'\(key)'", found: value.kindName, accepted: "a string or null")
    }
    return text
  }

  /// Values by type of question; those of types that there are not count for nothing.
  static func byKind<Value>(
    _ json: JSONObject, _ key: String, _ accepted: String, _ read: (JSONValue) -> Value?
  ) throws(TareError) -> [Kind: Value] {
    guard let value = json[key] else { return [:] }
    guard let object = value.object else {
      throw .badData(
        place: "'\(key)'", found: value.kindName, accepted: "\(accepted) by type of question")
    }
    var values: [Kind: Value] = [:]
    for (name, member) in object.members {
      guard let found = read(member) else {
        throw .badData(place: "'\(key)', '\(name)'", found: member.text(), accepted: accepted)
      }
      if let kind = Kind(rawValue: name) { values[kind] = found }
    }
    return values
  }

  // MARK: - Questions

  private static let letters = (UInt8(ascii: "A")...UInt8(ascii: "Z")).map {
    String(Unicode.Scalar($0))
  }

  /// All labels that a type of question has.
  package func labels(of kind: Kind) -> [String] {
    if let own = labels[kind], !own.isEmpty { return own }
    return kind == .noul ? ["Yes", "No"] : Self.letters
  }

  /// The question with its options in the order in which the model reads them, and their labels.
  /// - Throws: `TareError.badData` that names a question with more options than there are labels.
  func placed(_ question: DecisionQuestion) throws(TareError) -> PlacedQuestion {
    let labels = labels(of: question.kind)
    var order = Array(question.options.indices)
    if question.kind == .noul {
      order = noulOptions.compactMap { name in
        question.options.firstIndex { $0.name == name }
      }
    }
    guard order.count <= labels.count else {
      throw .badData(
        place: "question '\(question.name)'", found: "\(order.count) options",
        accepted: "at most \(labels.count), the labels that the model reads of a "
          + "\(question.kind.rawValue) question")
    }
    return PlacedQuestion(
      question: question, order: order, labels: Array(labels.prefix(order.count)))
  }

  /// - Throws: `TareError.badData` for a temperature that is not positive.
  func temperature(of question: DecisionQuestion) throws(TareError) -> Float {
    let value = temperatures[question.kind] ?? 1
    guard value > 0, Float(value).isFinite, Float(value) > 0 else {
      throw .badData(
        place: "question '\(question.name)', temperature of \(question.kind.rawValue) questions",
        found: "\(value)", accepted: "a positive number")
    }
    return Float(value)
  }
}

/// A question with its options in the model's order.
struct PlacedQuestion: Sendable, Hashable {
  let question: DecisionQuestion
  /// The places of the options in the question.
  let order: [Int]
  /// Of the options in the model's order.
  let labels: [String]

  var options: [DecisionQuestion.Option] { order.map { question.options[$0] } }

  /// As templates see it: transformers' `Question`.
  var json: JSONValue {
    [
      "name": .string(question.name), "type": .string(question.kind.rawValue),
      "instructions": question.instructions,
      "options": .array(options.map { .string($0.name) }),
      "labels": .array(labels.map { .string($0) }),
      "descriptions": .array(options.map(\.description)),
    ]
  }
}

extension JSONValue {
  /// A number, as which a boolean does not count.
  var number: Double? { double }
}
